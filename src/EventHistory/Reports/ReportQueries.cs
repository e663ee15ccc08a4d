using EventHistory.Core.Coverage;
using EventHistory.Core.Export;
using EventHistory.Core.Failures;
using EventHistory.Core.Queries;
using EventHistory.Core.Reports;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using EventHistory.Core.Statistics;
using EventHistory.Queries;

namespace EventHistory.Reports;

/// <summary>What a report tells: the same questions that the API and the pages ask.</summary>
internal sealed class ReportQueries(
    TaskQueries tasks, FailureQueries failures, RuntimesQueries runtimes, ThroughputQueries throughput, CoverageQueries coverage, ExportHeads heads, SavedQueries saved)
{
    /// <param name="dueAt">UTC; what <c>-7d</c> counts from.</param>
    /// <exception cref="ReportException">It cannot be told any more.</exception>
    public async Task<(ExportHead Head, ReportTable Table)> Ask(Report report, DateTime dueAt, CancellationToken ct)
    {
        if (report.Kind == ReportKind.Tasks)
            return await Tasks(report, dueAt, ct);
        var range = Range(report, dueAt)!.Value;
        return report.Kind switch
        {
            ReportKind.Failures => (await Head(range, "Failures", ct), await Failures(range, report.Rows, dueAt, ct)),
            ReportKind.Slowest => (await Head(range, "Tasks that succeeded", ct), await Slowest(range, report.Rows, ct)),
            ReportKind.Runtimes => (await Head(range, "Tasks that succeeded", ct), await Runtimes(range, report.Rows, ct)),
            ReportKind.Throughput => (await Head(range, "Tasks that finished", ct), await Throughput(range, ct)),
            _ => (await Head(range, "The record", ct), CoverageTable.Of((await coverage.Ask(new CoverageQuery(range.From, range.To, null), dueAt, ct))!)),
        };
    }

    private static Period? Range(Report report, DateTime dueAt) => report.Range is not { } range ? null
        : ZoneText.Parse(report.TimeZone) is not ({ } zone, _) ? throw new ReportException($"The time zone {report.TimeZone} is not known here any more: give the report another one.")
        : ReportRange.Before(range, dueAt, zone);

    private async Task<ExportHead> Head(Period range, string what, CancellationToken ct) => await heads.Of(range, Filter.Everything, ct) with { What = what };

    private async Task<(ExportHead, ReportTable)> Tasks(Report report, DateTime dueAt, CancellationToken ct)
    {
        var query = await saved.Find(report.SavedQuery!.Value, ct) ?? throw new ReportException("Its saved query is not there any more.");
        var (list, problem) = TaskListQuery.Parse(query.Parameters, dueAt);
        if (list is null)
            throw new ReportException($"Its saved query \"{query.Name}\" is not understood any more: {problem}");
        var filter = Range(report, dueAt) is { } range ? Filter.AllOf(list.Filter, new TimeTerm(TimeField.FirstSeen, range.From, range.To)) : list.Filter;
        var (found, isMore) = await Found(filter, list.Order, report.Rows, ct);
        var total = isMore ? await tasks.Total(Filter.AllOf(filter, list.Order.Listed), ct) : new TaskTotal(found.Count, IsExact: true);
        var head = await heads.Of(TimeTerm.Range(filter, TimeField.FirstSeen), filter, ct);
        var table = TasksTable.Of(found, query.Columns, total, "");
        return (head, table with { Summary = [$"{query.Name}: {table.AllText} {(table.All == 1 ? "task" : "tasks")}."] });
    }

    private async Task<(List<TaskView> Tasks, bool IsMore)> Found(Filter filter, TaskOrder order, int most, CancellationToken ct)
    {
        var found = new List<TaskView>();
        Cursor? place = null;
        while (true)
        {
            var page = await tasks.List(filter, order, place, Math.Min(TaskListQuery.MaxLimit, most - found.Count), ct);
            found.AddRange(page.Items);
            if (page.Next is null || found.Count == most)
                return (found, page.Next is not null);
            place = Cursor.Parse(page.Next, order);
        }
    }

    private async Task<ReportTable> Slowest(Period range, int most, CancellationToken ct)
    {
        var succeeded = Filter.AllOf(TextTerm.Exactly(TextField.State, ["SUCCESS"]), new TimeTerm(TimeField.Finished, range.From, range.To));
        var (found, _) = await Found(succeeded, new TaskOrder(TaskSort.Runtime, IsDescending: true), most, ct);
        return TasksTable.Of(found, TasksTable.SlowestColumns, null, found.Count == 0 ? "No task succeeded." : found.Count == 1 ? "The one task that succeeded." : $"The {found.Count} tasks that ran longest.");
    }

    private async Task<ReportTable> Failures(Period range, int most, DateTime dueAt, CancellationToken ct)
    {
        var before = new Period(range.From - range.Length, range.From);
        return FailuresTable.Of(await failures.List(Query(range, most), dueAt, ct), await failures.List(Query(before, ReportJson.MaxRows), dueAt, ct));

        static FailureListQuery Query(Period range, int most) =>
            new([], [], range.From, range.To, BucketWidth.Choose(range.From, range.To, FailureListQuery.ChosenBuckets), FailureListQuery.ByFailed, most);
    }

    private async Task<ReportTable> Runtimes(Period range, int most, CancellationToken ct)
    {
        var now = await runtimes.Ask(Query(range, Filter.Everything, most), ct);
        var names = now.Groups.Select(g => g.Label).OfType<string>().ToList();
        var week = new Period(range.From - RuntimesTable.Apart, range.To - RuntimesTable.Apart);
        return RuntimesTable.Of(now, names.Count == 0 ? now : await runtimes.Ask(Query(week, TextTerm.Exactly(TextField.Name, names), most), ct));

        static RuntimesQuery Query(Period range, Filter filter, int most) =>
            new(filter, range.From, range.To, [Measure.Runtime], RollupDimension.Name, null, Math.Min(most, StatisticsParameters.MaxLimit));
    }

    private async Task<ReportTable> Throughput(Period range, CancellationToken ct) => ThroughputTable.Of(await throughput.Ask(
        new ThroughputQuery(Filter.Everything, range.From, range.To, RollupDimension.All, BucketWidth.Choose(range.From, range.To, ThroughputTable.Buckets), 1), ct));
}

/// <summary>A report that cannot be made as it is written; the message says so in a sentence.</summary>
internal sealed class ReportException(string sentence) : Exception(sentence);
