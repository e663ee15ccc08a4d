using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Queries;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Queries;

/// <summary>Promise: to leave out days that hold nothing of a time changes no answer.</summary>
public sealed class DayTablesTests(Postgres postgres) : IAsyncLifetime
{
    private const int Days = 9;

    private static readonly DateTime _start = new(2026, 11, 1, 8, 0, 0, DateTimeKind.Utc);

    private readonly SetClock _clock = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    // a task in each three hours of nine days, every fourth fails; one runs for six days, one lives in 1999, one has no time, one never ends
    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres, _clock);
        for (var day = 0; day < Days; day++)
        {
            _clock.Now = _start.AddDays(day).AddHours(12);
            await _history.Record(Enumerable.Range(day * 8, 8).SelectMany(n => Task(n, _start.AddHours(n * 3), _start.AddHours((n * 3) + 1))));
            if (day == 1)
                await _history.Record(Say.Received(Say.Id(200), "long", _clock.Now), Say.Received(Say.Id(201), "open", _clock.Now));
            if (day == 3)
            {
                await _history.Record([.. Task(202, new(1999, 12, 31, 0, 0, 0, DateTimeKind.Utc), new(1999, 12, 31, 1, 0, 0, DateTimeKind.Utc)),
                    """{"type":"task-received","uuid":"timeless","name":"timeless","hostname":"celery@w1"}""", """{"type":"task-rejected","uuid":"timeless","hostname":"celery@w1"}"""]);
            }
            if (day == 7)
                await _history.Record(Say.Failed(Say.Id(200), _clock.Now));
        }
        _clock.Now = _start.AddDays(Days + 2);
    }

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("state:FAILURE")]
    [InlineData("state:RECEIVED,RETRY")]
    [InlineData("state:FAILURE,SUCCESS name:task.1,long")]
    [InlineData("worker:celery retries:0")]
    [InlineData("first_seen:2026-11-03..2026-11-04")]
    [InlineData("first_seen:1990..2026-11-02 retries:0")]
    [InlineData("first_seen:>1960 worker:celery")]
    [InlineData("finished:2026-11-08T00:00Z..2026-11-09T00:00Z")]
    public async Task Pages_hold_every_task_in_its_place(string query)
    {
        var filter = SearchQuery.Parse(query, _clock.Now).Value!;
        var expected = await Expected(filter);
        Assert.NotEmpty(expected);
        var tasks = _history.Tasks;
        foreach (var descending in new[] { true, false })
        {
            var (order, found) = (new TaskOrder(TaskSort.FirstSeen, descending), new List<string>());
            for (string? page = null; ;)
            {
                var list = await tasks.List(filter, order, page is null ? null : Cursor.Parse(page, order), 5, Ct);
                found.AddRange(list.Items.Select(t => t.Id));
                if ((page = list.Next) is null)
                    break;
            }
            Assert.Equal(descending ? expected : expected.AsEnumerable().Reverse(), found);
        }
    }

    [Fact]
    public async Task Only_days_that_may_hold_something_are_planned_for()
    {
        await using var connection = await _history.Data.OpenConnectionAsync(Ct);
        var days = await new DayTables(_clock).Read(connection, Ct);
        Assert.Equal(Days + 1, days.Closed.Count); // the writer makes the next day's ahead
        await using var command = new NpgsqlCommand { Connection = connection };
        var fourth = new TimeWindow(_start.AddDays(3).AddHours(6), _start.AddDays(3).AddHours(7));

#pragma warning disable CA2100 // our own
        command.CommandText = "explain select from eventhistory.task t where true" + days.Condition(fourth, command.Parameters);
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(Ct);
        var plan = "";
        while (await rows.ReadAsync(Ct))
            plan += rows.GetString(0) + "\n";

        Assert.Contains("task_20261104", plan, StringComparison.Ordinal);
        Assert.Contains("task_open", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("task_20261102", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("task_20261109", plan, StringComparison.Ordinal);
        Assert.Equal("", days.Condition(new TimeWindow(null, _start), command.Parameters));
    }

    [Fact]
    public async Task A_table_that_was_made_anew_is_read_anew()
    {
        await using (var empty = _history.Data.CreateCommand("truncate eventhistory.task_20261105"))
            await empty.ExecuteNonQueryAsync(Ct);
        var tasks = _history.Tasks;
        var fifth = SearchQuery.Parse("first_seen:2026-11-05T10:00Z..2026-11-05T18:00Z worker:celery", _clock.Now).Value!;
        Assert.Empty((await tasks.List(fifth, TaskOrder.Newest, null, 10, Ct)).Items);

        await Verb.Succeeds("rebuild", _history.ConnectionString);
        Assert.NotEmpty((await tasks.List(fifth, TaskOrder.Newest, null, 10, Ct)).Items);
    }

    // by the condition alone, over all tables
    private async Task<List<string>> Expected(Filter filter)
    {
        await using var connection = await _history.Data.OpenConnectionAsync(Ct);
        await using var command = new NpgsqlCommand { Connection = connection };
        var condition = (await FilterSql.Of(filter, connection, Ct)).Condition(command.Parameters);
#pragma warning disable CA2100 // what a filter is written as
        command.CommandText = $"select coalesce(t.id, t.key::text) from eventhistory.task t where {condition} order by t.first_seen desc, t.key desc, t.source_id desc";
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(Ct);
        var ids = new List<string>();
        while (await rows.ReadAsync(Ct))
            ids.Add(rows.GetString(0));
        return ids;
    }

    private static IEnumerable<string> Task(int number, DateTime from, DateTime to) =>
    [
        Say.Received(Say.Id(number), $"task.{number % 3}", from),
        number % 4 == 3 ? Say.Failed(Say.Id(number), to) : Say.Event("task-succeeded", to, ("uuid", Say.Id(number)), ("result", "1"), ("runtime", 0.5)),
    ];
}
