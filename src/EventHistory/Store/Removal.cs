using EventHistory.Core.Log;

namespace EventHistory.Store;

/// <summary>Why events are taken out of the log: what their tombstone says.</summary>
/// <param name="Kind"><see cref="Tombstone.Erasure"/> or <see cref="Tombstone.Prune"/>.</param>
/// <param name="Proof">What to leave where others stay.</param>
/// <param name="At">UTC.</param>
/// <param name="By">Who, or what, decided it.</param>
/// <param name="Reason">As a sentence; null: the receipt says it.</param>
/// <param name="Receipt">The number of the erasure, or of the prune's receipt.</param>
internal sealed record Removal(string Kind, RemovalProof Proof, DateTime At, string By, string? Reason, long? Receipt);
