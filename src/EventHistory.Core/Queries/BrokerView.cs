using EventHistory.Core.Coverage;

namespace EventHistory.Core.Queries;

/// <summary>The stream of a broker as its recorder knows it: how far it is recorded, how fast it grows, and where it broke off.</summary>
/// <param name="Epoch">Counts how often the stream was found deleted and made anew.</param>
/// <param name="LastOffset">Of the last message recorded; null: none in this epoch.</param>
/// <param name="LastPosition">Of the last event in the log.</param>
/// <param name="First">The first stretch that the log still has; null: it is empty.</param>
/// <param name="LastRecordedAt">By our clock.</param>
/// <param name="Run">The latest run of its recorder.</param>
/// <param name="RecordedUpTo">What was sent before this is recorded, unless it is missing.</param>
/// <param name="Gaps">The latest first; at most <see cref="MaxGaps"/>.</param>
/// <param name="GapCount">How many there are.</param>
/// <param name="Rejected">Messages that could not be read; at most <see cref="MaxRejected"/> are counted.</param>
public sealed record BrokerView(
    string Source, int Epoch, long? LastOffset, long LastPosition, StreamPlace? First, DateTime? LastRecordedAt, StreamTraffic Traffic,
    RecorderRun? Run, DateTime? RecordedUpTo, IReadOnlyList<StreamBreak> Gaps, long GapCount, long Rejected)
{
    public const int MaxGaps = 20;
    public const int MaxRejected = 1000;
}

/// <summary>Where in a stream something is.</summary>
public sealed record StreamPlace(int Epoch, long Offset, DateTime At);

/// <summary>What was recorded lately: in the last hour, or a part of it if there was much.</summary>
/// <param name="Bytes">Of the events' JSON: the broker stores about as much.</param>
/// <param name="Since">Null: nothing was.</param>
public sealed record StreamTraffic(long Events, long Bytes, DateTime? Since)
{
    /// <param name="number">Of the above.</param>
    /// <param name="now">UTC.</param>
    public double PerSecond(long number, DateTime now) => Since is { } since ? number / Math.Max((now - since).TotalSeconds, 1) : 0;

    /// <summary>How much of the past a stream with these bounds holds while this goes on: for so long recording may be down. Null: without end.</summary>
    public TimeSpan? Held(long maxBytes, TimeSpan? maxAge, DateTime now)
    {
        var seconds = PerSecond(Bytes, now) is > 0 and var rate ? maxBytes / rate : double.MaxValue;
        return maxAge is { } age && age.TotalSeconds < seconds ? age : seconds < TimeSpan.FromDays(36_500).TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}

/// <summary>A place where the stream did not go on with the next message.</summary>
/// <param name="Kind">truncated, or new-epoch.</param>
/// <param name="AfterOffset">The last one before it; null: it was the beginning.</param>
/// <param name="Messages">How many are missing at most; null: unknown.</param>
/// <param name="From">Everything sent before this is recorded.</param>
public sealed record StreamBreak(string Kind, int Epoch, long? AfterOffset, long NextOffset, long? Messages, DateTime? From, DateTime To, DateTime NoticedAt);

/// <summary>Tasks of a queue that are not finished, as far as their events tell.</summary>
/// <param name="Name">Null: of these it is unknown.</param>
/// <param name="Waiting">Sent, and not received by a worker.</param>
/// <param name="Received">In a worker, and not started.</param>
/// <param name="ToRetry">To be tried again.</param>
/// <param name="WaitingSince">When the first of those that wait was sent.</param>
public sealed record QueueView(string? Name, long Waiting, long Received, long Running, long ToRetry, DateTime? WaitingSince)
{
    /// <summary>Of more open tasks, those seen last are counted.</summary>
    public const int MaxTasks = 15_000;
}
