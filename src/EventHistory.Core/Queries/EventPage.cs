namespace EventHistory.Core.Queries;

/// <summary>Events of the log, and how to go on.</summary>
/// <param name="Source">Whose log; null: there is none yet.</param>
/// <param name="Events">In the order asked for.</param>
/// <param name="Next">Where the reader is: the position of the last event looked at, whether it is listed or not.</param>
/// <param name="More">True if the log has more to look at.</param>
public sealed record EventPage(string? Source, IReadOnlyList<EventView> Events, long? Next, bool More);
