namespace EventHistory.Core.Queries;

/// <summary>A link of a log's hash chain: whoever notes it elsewhere can prove later that nothing up to it was changed.</summary>
/// <param name="Name">The source that the log belongs to.</param>
/// <param name="Position">Of the last event that the link covers; 0: there is none yet.</param>
/// <param name="Events">How many events the log holds up to there.</param>
/// <param name="Chain">The link: 64 hexadecimal digits.</param>
/// <param name="RecordedAt">When that event was recorded.</param>
/// <param name="Epoch">Counts how often the stream was found deleted and made anew.</param>
/// <param name="LastOffset">Of the last message recorded; null: none in this epoch, or the link is not the last one.</param>
public sealed record LogHead(string Name, long Position, long Events, string Chain, DateTime? RecordedAt, int Epoch, long? LastOffset);

/// <summary>One head for each source.</summary>
public sealed record LogHeads(IReadOnlyList<LogHead> Sources);
