using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using EventHistory.Core.Statistics;
using EventHistory.Queries;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Runtimes;

/// <summary><c>/runtimes</c>: how long tasks take, over time and by name.</summary>
internal static class RuntimePages
{
    private const int ChartBuckets = 98;
    private const int MaxRows = 200;

    public static async Task<IResult> Page(HttpRequest request, RuntimesQueries runtimes, RuntimeHeatQueries heat, TimeProvider time, CancellationToken ct)
    {
        var (choice, problem) = RuntimesChoice.Read(request.Query, time.GetUtcNow().UtcDateTime);
        if (choice is null)
            return PageProblems.NotUnderstood(problem!);
        var query = new RuntimesQuery(choice.Filter, choice.Range.From, choice.Range.To, [choice.Of], RollupDimension.All, choice.Range.Bucket(ChartBuckets), 1);
        var histograms = heat.Ask(query, ct);
        var before = runtimes.Ask(query with { From = choice.Range.Before.From, To = choice.Range.Before.To, Bucket = null }, ct);
        var now = await runtimes.Ask(query, ct);
        var chart = RuntimesChart.Of($"{choice.OfWord}: percentiles", now.Groups.Count == 0 ? [] : now.Groups[0].Buckets!, choice.Of, now.From, now.To, query.Bucket!.Value, choice.Path + "&");
        return new Html<RuntimesPage>((nameof(RuntimesPage.Model), new RuntimesModel(choice, Of(now), Of(await before), chart, await histograms)));

        Distribution? Of(RuntimesAnswer answer) => answer.Groups.Select(g => Measured(g, choice.Of)).FirstOrDefault(d => d.Count > 0);
    }

    /// <summary>Every name, queue or worker: dearer than the rest, and asked for by the page when the rest is there.</summary>
    public static async Task<IResult> Table(HttpRequest request, RuntimesQueries runtimes, TimeProvider time, CancellationToken ct)
    {
        var (choice, problem) = RuntimesChoice.Read(request.Query, time.GetUtcNow().UtcDateTime);
        if (choice is null)
            return PageProblems.NotUnderstood(problem!);
        var query = new RuntimesQuery(Filter.Everything, choice.Range.From, choice.Range.To, [choice.Of], choice.By, null, MaxRows);
        var earlier = runtimes.Ask(query with { From = choice.Range.Before.From, To = choice.Range.Before.To }, ct);
        var now = await runtimes.Ask(query, ct);
        var before = (await earlier).Groups.Where(g => g.Label is not null).ToDictionary(g => g.Label!, g => Measured(g, choice.Of));
        var rows = now.Groups.Where(g => g.Label is not null && Measured(g, choice.Of).Count > 0)
            .Select(g => new RuntimesRow(g.Label!, Measured(g, choice.Of), before.GetValueOrDefault(g.Label!)))
            .OrderByDescending(row => row.Seconds).ToList();
        var model = new RuntimesTableModel(choice, rows, now.Total > MaxRows ? now.Total : rows.Count);
        return request.IsPart() ? new Html<RuntimesTable>((nameof(RuntimesTable.Model), model)) : new Html<RuntimesTablePage>((nameof(RuntimesTablePage.Model), model));
    }

    private static Distribution Measured(RuntimesGroup group, Measure measure) => (measure switch
    {
        Measure.QueueWait => group.QueueWait,
        Measure.WorkerWait => group.WorkerWait,
        _ => group.Runtime,
    })!;
}
