using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using EventHistory.Core.Statistics;
using EventHistory.Core.Workers;
using EventHistory.Queries;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Workers;

/// <summary><c>/workers</c> and <c>/worker/{hostname}</c>.</summary>
internal static class WorkerPages
{
    private const string DefaultRange = "24h";
    private const int MaxWorkers = 200;
    private const int SparkBuckets = 32;
    private const int ChartBuckets = 98;
    private const int Latest = 15;

    /// <summary>A worker that was not heard for so long is history.</summary>
    private static readonly TimeSpan _recent = TimeSpan.FromDays(1);

    public static async Task<IResult> List(HttpRequest request, WorkerQueries workers, ThroughputQueries throughput, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (range, problem) = TimeRange.Read(request.Query, now, DefaultRange);
        if (range is null)
            return PageProblems.NotUnderstood(problem!);
        var finished = throughput.Ask(new ThroughputQuery(Filter.Everything, range.From, range.To, RollupDimension.Worker, range.Bucket(SparkBuckets), MaxWorkers), ct);
        var list = await workers.List(MaxWorkers, now, ct);
        var live = list.Workers.Where(w => w.Status == WorkerStatus.Online || (w.Status == WorkerStatus.Silent && w.LastHeard > now - _recent)).ToList();
        var onlyLive = request.Query["all"].Count == 0 && live.Count > 0 && live.Count < list.Workers.Count;
        var done = (await finished).Groups.Where(g => g.Label is not null).ToDictionary(g => g.Label!, Done);
        return new Html<WorkersPage>((nameof(WorkersPage.Model), new WorkersModel(range, onlyLive ? list with { Workers = live } : list, done, onlyLive)));
    }

    public static async Task<IResult> One(
        string? hostname, HttpContext context, WorkerQueries workers, ThroughputQueries throughput, TaskQueries tasks, TimeProvider time, CancellationToken ct)
    {
        hostname = TextInUrl.Read(context, "/worker/", hostname ?? "");
        if (hostname.Length == 0)
            return TypedResults.Redirect("/workers");
        var now = time.GetUtcNow().UtcDateTime;
        var (range, problem) = TimeRange.Read(context.Request.Query, now, DefaultRange);
        if (range is null)
            return PageProblems.NotUnderstood(problem!);
        if (await workers.Find(hostname, new WorkerQuery(range.From, range.To), now, ct) is not { } detail)
            return PageProblems.NotFound($"No event of a worker “{Show.Cut(hostname, 300)}” was recorded.");
        var filter = TextTerm.Exactly(TextField.Worker, [hostname]);
        var finished = throughput.Ask(new ThroughputQuery(filter, range.From, range.To, RollupDimension.All, range.Bucket(ChartBuckets), 1), ct);
        var latest = await tasks.List(filter, TaskOrder.Newest, null, Latest, ct);
        var zoom = $"/worker/{TextInUrl.Write(hostname)}?";
        var (_, byOutcome) = ThroughputChart.Of(await finished, zoom);
        var done = (await finished).Groups.Select(Done).FirstOrDefault() ?? new WorkerDone(0, 0, 0, []);
        return new Html<WorkerPage>((nameof(WorkerPage.Model), new WorkerModel(range, detail, done, byOutcome,
            Series("Tasks running", detail, zoom, ("mean", "p50", p => p.ActiveMean), ("most", "p99", p => p.ActiveMax)),
            Series("Load average of its machine", detail, zoom, ("mean", "p50", p => p.LoadMean), ("most", "p99", p => p.LoadMax)), latest.Items)));
    }

    private static WorkerDone Done(ThroughputGroup group) =>
        new(group.Succeeded.Sum(), group.Failed.Sum(), group.Retries.Sum(), [.. group.Succeeded.Zip(group.Failed, (ok, bad) => ok + bad)]);

    private static TimeChart Series(string title, WorkerDetail detail, string zoom, params (string Label, string Look, Func<WorkerPoint, double?> Value)[] series)
    {
        var (first, points) = TimeChart.Spread(detail.Series.Select(p => (p.At, p)), detail.Range.From, detail.Range.To, detail.Bucket);
        return new TimeChart(title, ChartKind.Lines, ChartUnit.Number, first, detail.Bucket,
            [.. series.Select(s => new ChartSeries(s.Label, s.Look, [.. points.Select(p => p is null ? null : s.Value(p))]))], zoom);
    }
}
