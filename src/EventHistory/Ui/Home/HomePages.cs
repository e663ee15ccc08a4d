using EventHistory.Core.Coverage;
using EventHistory.Core.Failures;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using EventHistory.Core.Statistics;
using EventHistory.Core.Watching;
using EventHistory.Queries;
using EventHistory.Telemetry;
using EventHistory.Ui.Charts;
using EventHistory.Ui.Watching;

namespace EventHistory.Ui.Home;

/// <summary><c>/</c>, and the part of it that is loaded after the rest.</summary>
internal static class HomePages
{
    private const string DefaultRange = "24h";
    private const int MaxWorkers = 200;
    private const int MaxFailures = 500;
    private const int MaxFindings = 3;
    private const int MaxNames = 200;
    private const int Listed = 6;
    private const int ChartBuckets = 98;
    private const int SparkBuckets = 32;

    public static async Task<IResult> Page(
        HttpRequest request, CoverageQueries coverage, FailureQueries failures, WorkerQueries workers, FindingQueries findings, ThroughputQueries throughput,
        RuntimesQueries runtimes, RecorderStatus recorder, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (range, problem) = TimeRange.Read(request.Query, now, DefaultRange);
        if (range is null)
            return PageProblems.NotUnderstood(problem!);
        var bucket = range.Bucket(ChartBuckets);
        var yesterday = now - CoverageQuery.DefaultRange;
        var covered = coverage.Ask(new CoverageQuery(yesterday, now, null), now, ct);
        var failing = failures.List(new FailureListQuery([], [], yesterday, now, TimeSpan.FromHours(1), FailureListQuery.ByLastSeen, MaxFailures), now, ct);
        var working = workers.List(MaxWorkers, now, ct);
        var stuck = findings.List(new FindingListQuery(StuckPages.Kinds, true, null, MaxFindings), ct);
        var finished = throughput.Ask(new ThroughputQuery(Filter.Everything, range.From, range.To, RollupDimension.All, bucket, 1), ct);
        var took = await runtimes.Ask(new RuntimesQuery(Filter.Everything, range.From, range.To, [Measure.Runtime], RollupDimension.All, bucket, 1), ct);
        var (counts, byOutcome) = ThroughputChart.Of(await finished, "/?");
        return new Html<HomePage>((nameof(HomePage.Model), new HomeModel(range, (await covered)!, recorder.LagSeconds, await failing,
            (await working).Workers, await stuck, new HomeTotals(counts[0], counts[1], counts[2], counts[3], counts[4], range.Length), byOutcome,
            RuntimesChart.Of("Runtime", took.Groups.Count == 0 ? [] : took.Groups[0].Buckets!, Measure.Runtime, took.From, took.To, bucket, "/?"))));
    }

    /// <summary>The names that stand out: dearer to work out than the rest, and asked for by the page when the rest is there.</summary>
    public static async Task<IResult> Names(HttpRequest request, ThroughputQueries throughput, RuntimesQueries runtimes, TimeProvider time, CancellationToken ct)
    {
        var (range, problem) = TimeRange.Read(request.Query, time.GetUtcNow().UtcDateTime, DefaultRange);
        if (range is null)
            return PageProblems.NotUnderstood(problem!);
        var finished = throughput.Ask(new ThroughputQuery(Filter.Everything, range.From, range.To, RollupDimension.Name, range.Bucket(SparkBuckets), MaxNames), ct);
        var took = await runtimes.Ask(new RuntimesQuery(Filter.Everything, range.From, range.To, [Measure.Runtime], RollupDimension.Name, null, MaxNames), ct);
        var durations = took.Groups.Where(g => g.Label is not null).ToDictionary(g => g.Label!, g => g.Runtime!);
        var names = (await finished).Groups.Where(g => g.Label is not null).Select(g => new NameFigures(g.Label!, g.Finished, g.Failed.Sum(),
            [.. g.Succeeded.Zip(g.Failed, g.Revoked).Zip(g.Rejected, (three, fourth) => three.First + three.Second + three.Third + fourth)],
            durations.GetValueOrDefault(g.Label!)?.P50, durations.GetValueOrDefault(g.Label!)?.P95)).ToList();
        var failed = (await finished).Groups.Where(g => g.Label is not null).ToDictionary(g => g.Label!, g => g.Failed);
        var model = new HomeNames(range,
            [.. names.OrderByDescending(n => n.Finished).Take(Listed)],
            [.. names.Where(n => n.P95 is not null).OrderByDescending(n => n.P95).Take(Listed)],
            [.. names.Where(n => n.Failed > 0).OrderByDescending(n => n.Failed).Take(Listed).Select(n => n with { Over = failed[n.Name] })]);
        return request.IsPart() ? new Html<NamesPart>((nameof(NamesPart.Model), model)) : new Html<NamesPage>((nameof(NamesPage.Model), model));
    }
}
