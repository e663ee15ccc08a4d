namespace EventHistory.Core.Log;

/// <summary>
/// Which neighbouring segments become one: small ones of the same hour and epoch, while they fit. Segments are told in the
/// order of their positions. Two small ones always fit into one, so what came out of a merge is not merged again.
/// </summary>
/// <param name="closedBefore">An hour that ended at or before this time gets no more segments.</param>
public sealed class MergePlan(DateTime closedBefore)
{
    public const int MaxEvents = 1000;
    public const int MaxBytes = 4_000_000;

    private const int SmallEvents = MaxEvents / 2;
    private const int SmallBytes = MaxBytes / 2;

    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    private MergeRun? _run;
    private int _epoch;
    private long _events, _bytes;

    /// <summary>What comes now is of an hour that is not over: there is nothing more to plan.</summary>
    public bool IsOver { get; private set; }

    /// <returns>A run that is complete now, before this segment; null: none is.</returns>
    public MergeRun? Add(SegmentSize segment)
    {
        var hour = new DateTime(segment.RecordedAt.Ticks - (segment.RecordedAt.Ticks % _hour.Ticks), DateTimeKind.Utc);
        IsOver |= hour + _hour > closedBefore;
        var isSmall = !IsOver && !segment.HasSeal && segment.Count < SmallEvents && segment.Bytes < SmallBytes;
        if (isSmall && _run is { } run && run.Next == segment.FirstPosition && run.Hour == hour && _epoch == segment.Epoch
            && _events + segment.Count <= MaxEvents && _bytes + segment.Bytes <= MaxBytes)
        {
            _run = run with { Segments = run.Segments + 1, Next = segment.FirstPosition + segment.Count };
            _events += segment.Count;
            _bytes += segment.Bytes;
            return null;
        }
        var complete = End();
        if (isSmall)
        {
            _run = new MergeRun(segment.FirstPosition, segment.FirstPosition + segment.Count, 1, hour);
            (_epoch, _events, _bytes) = (segment.Epoch, segment.Count, segment.Bytes);
        }
        return complete;
    }

    /// <returns>The run that the last segments make; null: they make none.</returns>
    public MergeRun? End()
    {
        var run = _run is { Segments: > 1 } ? _run : null;
        _run = null;
        return run;
    }
}

/// <summary>Of a stored segment, what a plan needs to know.</summary>
/// <param name="Bytes">Of its body.</param>
/// <param name="RecordedAt">UTC.</param>
/// <param name="HasSeal">Whether only a seal proves it: the links inside of it are lost, so it stays alone.</param>
public readonly record struct SegmentSize(long FirstPosition, int Count, long Bytes, int Epoch, DateTime RecordedAt, bool HasSeal = false);

/// <summary>Segments that become one.</summary>
/// <param name="First">The position of their first event.</param>
/// <param name="Next">The position behind their last.</param>
/// <param name="Segments">How many they are.</param>
/// <param name="Hour">The hour in which all of them were recorded, UTC.</param>
public sealed record MergeRun(long First, long Next, int Segments, DateTime Hour);
