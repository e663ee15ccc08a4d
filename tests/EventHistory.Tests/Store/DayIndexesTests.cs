using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventHistory.Tests.Store;

public sealed class DayIndexesTests(Postgres postgres)
{
    private static readonly DateTime _day = new(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc);

    private const string IndexesSql = """
        select c.relname || case when i.indisvalid then '' else ' broken' end from pg_index i join pg_class c on c.oid = i.indexrelid
         where c.relname ~ '^(task_[0-9]{8}|label)_(text|runtime|wait)$' order by 1
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_day_that_is_over_gets_its_indexes_and_the_next_one_when_it_is()
    {
        await using var history = await Record();
        var indexes = Indexes(history);

        Assert.Equal(0, await indexes.Build(_day.Date.AddDays(1).AddSeconds(-1), Ct));
        Assert.Equal(["label_text"], await Names(history));
        Assert.Equal(3, await indexes.Build(_day.Date.AddDays(1), Ct));
        Assert.Equal(0, await indexes.Build(_day.Date.AddDays(1), Ct));
        Assert.Equal(["label_text", "task_20261120_runtime", "task_20261120_text", "task_20261120_wait"], await Names(history));
        Assert.Equal(3, await indexes.Build(_day.Date.AddDays(2), Ct));
    }

    [Fact]
    public async Task An_index_that_was_not_finished_is_built_anew()
    {
        await using var history = await Record();
        await Indexes(history).Build(_day.Date.AddDays(1), Ct);
        await Execute(history, "update pg_index set indisvalid = false where indexrelid = 'eventhistory.task_20261120_text'::regclass");

        Assert.Equal(1, await Indexes(history).Build(_day.Date.AddDays(1), Ct));
        Assert.DoesNotContain(await Names(history), name => name.EndsWith("broken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Searches_find_the_same_with_and_without()
    {
        await using var history = await Record();
        string[] queries = ["args:order-7", "order-7", "kwargs:user=7", "exception:\"no 7\"", "traceback:\"no 7\"", "id:odd*", "name:task result:done", "args:ORDER-1*", "-args:order-1"];
        var orders = new[] { new TaskOrder(TaskSort.Runtime, true), new TaskOrder(TaskSort.Wait, false), TaskOrder.Newest };
        var before = await Found();

        await Indexes(history).Build(_day.Date.AddDays(2), Ct);
        await Execute(history, "analyze eventhistory.task");

        Assert.Equal(before, await Found());
        var plan = await history.Data.All("explain select from eventhistory.task t where t.args ilike '%order-17%' and t.settled < '2026-11-21Z'", row => row.GetString(0));
        Assert.Contains(plan, line => line.Contains("task_20261120_text", StringComparison.Ordinal));

        async Task<List<string>> Found()
        {
            var found = new List<string>();
            foreach (var query in queries)
            {
                foreach (var order in orders)
                {
                    var page = await history.Tasks.List(SearchQuery.Parse(query, _day).Value!, order, null, 500, Ct);
                    found.Add($"{query} {order}: {string.Join(' ', page.Items.Select(task => task.Id))}");
                }
            }
            Assert.Contains(found, line => line.EndsWith("odd-7", StringComparison.Ordinal));
            return found;
        }
    }

    // the tasks of two days, by our clock
    private async Task<History> Record()
    {
        var clock = new SetClock { Now = _day };
        var history = await History.Create(postgres, clock);
        await history.Record(Enumerable.Range(0, 5000).SelectMany(Events));
        clock.Now = _day.AddDays(1);
        await history.Record(Enumerable.Range(5000, 10).SelectMany(Events));
        return history;

        static IEnumerable<string> Events(int n)
        {
            var id = n % 100 == 7 ? $"odd-{n}" : Say.Id(n);
            var at = _day.AddSeconds(n);
            yield return Say.Event("task-received", at, ("uuid", id), ("name", "task"), ("args", $"('order-{n}',)"), ("kwargs", $"{{'user': {n}}}"), ("retries", 0));
            yield return Say.Event("task-started", at.AddMilliseconds(n % 50), ("uuid", id));
            yield return n % 10 == 7
                ? Say.Event("task-failed", at.AddSeconds(1), ("uuid", id), ("exception", $"ValueError('no {n}')"), ("traceback", $"Traceback …\nValueError: no {n}"))
                : Say.Event("task-succeeded", at.AddSeconds(1), ("uuid", id), ("result", $"'done {n}'"), ("runtime", n % 37 / 10.0));
        }
    }

    private static DayIndexes Indexes(History history) => new(history.Data, NullLogger<DayIndexes>.Instance);

    private static Task<List<string>> Names(History history) => history.Data.All(IndexesSql, row => row.GetString(0));

    private static async Task Execute(History history, string sql)
    {
#pragma warning disable CA2100 // the tests' own texts
        await using var command = history.Data.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }
}
