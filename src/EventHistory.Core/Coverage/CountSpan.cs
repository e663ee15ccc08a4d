namespace EventHistory.Core.Coverage;

/// <summary>
/// What workers started is counted per minute, per hour and per day (UTC), so that a year is as cheap to look at as an
/// hour. A span is its length in seconds.
/// </summary>
public static class CountSpan
{
    public const int Minute = 60;
    public const int Hour = 3600;
    public const int Day = 86_400;

    /// <summary>So many whole ones are worth a coarser span; fewer are looked at more finely.</summary>
    private const int WorthIt = 6;

    public static DateTime Start(DateTime at, int span) => new(at.Ticks - (at.Ticks % Ticks(span)), DateTimeKind.Utc);

    public static int Finer(int span) => span == Day ? Hour : Minute;

    public static int Coarser(int span) => span == Minute ? Hour : Day;

    /// <summary>
    /// Covers a range, its ends rounded outwards to minutes: whole days in the middle, hours and minutes towards the ends.
    /// </summary>
    public static IReadOnlyList<CountTile> Cover(Period range)
    {
        var tiles = new List<CountTile>();
        Cover(new Period(Start(range.From, Minute), Start(range.To.AddTicks(Ticks(Minute) - 1), Minute)), Day, tiles);
        return tiles;
    }

    private static void Cover(Period range, int span, List<CountTile> tiles)
    {
        if (range.IsEmpty)
            return;
        var whole = new Period(Start(range.From.AddTicks(Ticks(span) - 1), span), Start(range.To, span));
        if (span == Minute)
        {
            tiles.Add(new CountTile(span, range));
        }
        else if (whole.Length.Ticks < WorthIt * Ticks(span))
        {
            Cover(range, Finer(span), tiles);
        }
        else
        {
            Cover(new Period(range.From, whole.From), Finer(span), tiles);
            tiles.Add(new CountTile(span, whole));
            Cover(new Period(whole.To, range.To), Finer(span), tiles);
        }
    }

    private static long Ticks(int span) => span * TimeSpan.TicksPerSecond;
}

/// <summary>A stretch of time that is looked at in spans of one length.</summary>
public readonly record struct CountTile(int Span, Period Of)
{
    public long Spans => Of.Length.Ticks / (Span * TimeSpan.TicksPerSecond);
}
