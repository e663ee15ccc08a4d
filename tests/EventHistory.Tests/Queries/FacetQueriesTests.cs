using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Queries;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Queries;

/// <summary>Facets and histograms: the same numbers from rows and from rollups, and what they are based on is said.</summary>
public sealed class FacetQueriesTests(Postgres postgres) : IAsyncLifetime
{
    private static readonly DateTime _now = Say.At("12:00:00");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    public async ValueTask InitializeAsync() => _history = await History.Create(postgres);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task Few_tasks_are_counted_from_their_rows()
    {
        await Record(60);

        var facets = await Facets("state:FAILURE,RECEIVED,SUCCESS");

        Assert.Equal("FAILURE 20, RECEIVED 20, SUCCESS 20", Text(facets.State));
        Assert.Equal("task.0 30, task.1 30", Text(facets.Name));
        Assert.Equal("celery@w1 60", Text(facets.Worker));
        Assert.Equal("? 60", Text(facets.Queue));
        Assert.All([facets.State, facets.Name, facets.Worker, facets.Queue], facet => Assert.Equal((CountBasis.Rows, true, true), (facet.Basis, facet.IsExact, facet.IsComplete)));
    }

    [Fact]
    public async Task A_range_of_when_tasks_finished_is_counted_from_rollups()
    {
        await Record(60);

        var facets = await Facets("finished:2026-11-21T10:00Z..2026-11-21T10:40Z");
        var rows = await Facets("finished:2026-11-21T10:00Z..2026-11-21T10:40Z retries:>=0");
        var failures = await Facets("finished:2026-11-21T10:00Z..2026-11-21T10:40Z state:FAILURE");

        Assert.Equal((CountBasis.Rollups, true), (facets.Name.Basis, facets.Name.IsExact));
        Assert.Equal((CountBasis.Rows, true), (rows.Name.Basis, rows.Name.IsExact));
        Assert.Equal(Text(rows.State), Text(facets.State));
        Assert.Equal(Text(rows.Name), Text(facets.Name));
        Assert.Equal(Text(rows.Worker), Text(facets.Worker));
        Assert.Equal("FAILURE 13", Text(failures.State));
        Assert.Equal("task.1 7, task.0 6", Text(failures.Name));
    }

    [Fact]
    public async Task Many_tasks_are_estimated_from_rollups_with_the_open_ones_from_rows_or_else_the_newest_are_counted()
    {
        await Record(20_100);

        var all = await Facets("");
        var newest = await Facets("retries:>=0");
        var ofName = await Facets("name:=task.0 state:FAILURE");

        Assert.Equal("FAILURE 6700, RECEIVED 6700, SUCCESS 6700", Text(all.State));
        Assert.Equal((CountBasis.Rollups, false), (all.State.Basis, all.State.IsExact));
        Assert.Equal("task.0 10050, task.1 10050", Text(all.Name));
        Assert.Equal((CountBasis.Newest, false), (newest.State.Basis, newest.State.IsExact));
        Assert.Equal(TaskFacets.MaxRows, newest.Name.Values.Sum(v => v.Count));
        Assert.Equal((CountBasis.Rows, true), (ofName.State.Basis, ofName.State.IsExact));
    }

    [Fact]
    public async Task A_histogram_is_the_same_from_rows_and_from_rollups()
    {
        await Record(60);

        var rollups = await Histogram("finished:2026-11-21T10:00Z..2026-11-21T11:00Z", "15m");
        var rows = await Histogram("finished:2026-11-21T10:00Z..2026-11-21T11:00Z retries:>=0", "15m");
        var seen = await Histogram("first_seen:2026-11-21T10:00Z..2026-11-21T10:20Z", "5m");
        var open = await Histogram("state:RECEIVED", null);

        Assert.Equal("finished rollups True: FAILURE 5 5 5 5, SUCCESS 5 5 5 5", Text(rollups));
        Assert.Equal("finished rows True: FAILURE 5 5 5 5, SUCCESS 5 5 5 5", Text(rows));
        Assert.Equal("first_seen rows True: FAILURE 2 1 2 2, RECEIVED 2 2 1 2, SUCCESS 1 2 2 1", Text(seen));
        Assert.Equal(20, open.Series.Single().Counts.Sum());
        Assert.InRange(open.Series[0].Counts.Count, 2, HistogramQuery.ChosenBuckets);
    }

    [Fact]
    public async Task Too_many_buckets_are_refused()
    {
        var (answer, problem) = await new HistogramQueries(_history.Data, new DayTables(TimeProvider.System)).Ask(
            new HistogramQuery(Query("finished:2020-01-01..2026-01-01"), TimeSpan.FromMinutes(1)), _now, Ct);

        Assert.Null(answer);
        Assert.StartsWith("bucket gives more than 1000 buckets from 2020-01-01 00:00:00Z to 2026-01-02 00:00:00Z", problem, StringComparison.Ordinal);
    }

    // a task a minute from ten o'clock on (more of them, closer together): by turns received, failed, succeeded
    private Task Record(int count) => _history.Record(Enumerable.Range(0, count).SelectMany(n =>
    {
        var at = Say.At("10:00:00").AddSeconds(n * (count > 1000 ? 0.1 : 60));
        var received = Say.Received(Say.Id(n), $"task.{n % 2}", at);
        return (n % 3) switch
        {
            0 => [received],
            1 => [received, Say.Failed(Say.Id(n), at)],
            _ => (string[])[received, Say.Event("task-succeeded", at, ("uuid", Say.Id(n)), ("result", "1"), ("runtime", 0.5))],
        };
    }));

    private Task<TaskFacets> Facets(string query) => new FacetQueries(_history.Data, new DayTables(TimeProvider.System)).Ask(Query(query), Ct);

    private async Task<TaskHistogram> Histogram(string query, string? bucket)
    {
        var (answer, problem) = await new HistogramQueries(_history.Data, new DayTables(TimeProvider.System)).Ask(new HistogramQuery(Query(query), bucket is null ? null : BucketWidth.Parse(bucket)), _now, Ct);
        Assert.Null(problem);
        return answer!;
    }

    private static Filter Query(string text) => SearchQuery.Parse(text, _now).Value!;

    private static string Text(Facet facet) => string.Join(", ", facet.Values.Select(v => $"{v.Value ?? "?"} {v.Count}"));

    private static string Text(TaskHistogram histogram) => $"{histogram.Time} {histogram.Basis} {histogram.IsExact}: "
        + string.Join(", ", histogram.Series.Select(s => $"{s.State} {string.Join(' ', s.Counts)}"));
}
