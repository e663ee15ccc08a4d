namespace EventHistory.Ingest;

/// <summary>Consecutive events of a batch that make up a segment, and the messages they came in.</summary>
internal sealed record BatchSegment(int FirstEvent, int EventCount, long FirstOffset, long LastOffset, int Bytes)
{
    /// <summary>A segment is read as a whole: it takes no further message beyond this many events, or</summary>
    public const int MaxEvents = 1000;

    /// <summary>this many bytes of events.</summary>
    public const int MaxBytes = 1_000_000;
}
