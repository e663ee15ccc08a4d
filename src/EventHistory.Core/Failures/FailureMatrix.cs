namespace EventHistory.Core.Failures;

/// <summary>Failures by task name and exception, over windows of time that all end now: what is new stands out from what always was.</summary>
/// <param name="Names">The most failures first.</param>
/// <param name="Total">Of all names, by window.</param>
public sealed record FailureMatrix(IReadOnlyList<FailureMatrixName> Names, IReadOnlyList<long> Total)
{
    public static readonly IReadOnlyList<(string Text, TimeSpan Length)> Windows =
    [
        ("1h", TimeSpan.FromHours(1)), ("3h", TimeSpan.FromHours(3)), ("24h", TimeSpan.FromHours(24)), ("3d", TimeSpan.FromDays(3)),
        ("7d", TimeSpan.FromDays(7)), ("30d", TimeSpan.FromDays(30)),
    ];

    /// <summary>The windows as stretches that do not overlap, the latest first: each begins where the next longer one ends.</summary>
    /// <param name="now">UTC.</param>
    public static IEnumerable<(DateTime From, DateTime To)> Stretches(DateTime now)
    {
        // nothing is counted finer than by the minute; the present one belongs to all windows
        var to = new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc).AddMinutes(1);
        var end = to;
        foreach (var (_, length) in Windows)
        {
            yield return (to - length, end);
            end = to - length;
        }
    }

    /// <param name="counts">By stretch, in the order of <see cref="Stretches"/>.</param>
    public static FailureMatrix Of(IReadOnlyCollection<FailureMatrixCount> counts) => new(
        [.. counts.GroupBy(c => c.Name).Select(name => new FailureMatrixName(name.Key, Sums(name),
                [.. name.GroupBy(c => c.Type).Select(type => new FailureMatrixType(type.Key, [.. type.Select(c => c.Group).Distinct()], Sums(type)))
                    .OrderByDescending(type => type.Failed[^1]).ThenBy(type => type.Type, StringComparer.Ordinal)]))
            .OrderByDescending(name => name.Failed[^1]).ThenBy(name => name.Name, StringComparer.Ordinal)],
        Sums(counts));

    private static long[] Sums(IEnumerable<FailureMatrixCount> counts)
    {
        var sums = new long[Windows.Count];
        foreach (var count in counts)
        {
            for (var window = count.Stretch; window < sums.Length; window++)
                sums[window] += count.Failed;
        }
        return sums;
    }
}

/// <summary>Tasks of one name that failed in one way in one stretch of time.</summary>
/// <param name="Name">Null: unknown.</param>
/// <param name="Type">Of the exception; or what stands for it where it has none.</param>
/// <param name="Group">The failure group's id.</param>
public sealed record FailureMatrixCount(string? Name, string Type, string Group, int Stretch, long Failed);

/// <param name="Failed">By window.</param>
/// <param name="Types">Of exceptions, the most frequent first.</param>
public sealed record FailureMatrixName(string? Name, IReadOnlyList<long> Failed, IReadOnlyList<FailureMatrixType> Types);

/// <param name="Groups">Ids of the failure groups it stands for.</param>
public sealed record FailureMatrixType(string Type, IReadOnlyList<string> Groups, IReadOnlyList<long> Failed);
