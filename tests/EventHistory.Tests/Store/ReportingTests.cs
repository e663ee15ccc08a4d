using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EventHistory.Core.Tasks;
using EventHistory.Queries;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Projections;
using EventHistory.Tests.Queries;
using Npgsql;

namespace EventHistory.Tests.Store;

/// <summary>The schema that reports rely on: a change of it is a change of the API. (That the queries of docs/reporting.md run is tested with all documents.)</summary>
public sealed partial class ReportingTests(Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string ColumnsSql = """
        select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
          from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'reporting'::regnamespace and c.relkind = 'v' and a.attnum > 0
         order by c.relname, a.attnum
        """;

    private const string FunctionsSql = """
        select p.oid::regprocedure || ' returns ' || pg_get_function_result(p.oid), obj_description(p.oid)
          from pg_proc p where p.pronamespace = 'reporting'::regnamespace order by 1
        """;

    [Fact]
    public async Task The_views_are_those_on_file_and_every_column_is_explained()
    {
        await using var database = await postgres.CreateDatabase();
        var schema = new StringBuilder("-- What reports rely on: a change here is a change of the API. Written by `make golden`.\n");
        foreach (var sql in new[] { ColumnsSql, FunctionsSql })
        {
            foreach (var (name, comment) in await database.Data.All(sql, row => (row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1))))
            {
                Assert.False(string.IsNullOrWhiteSpace(comment), $"{name} has no comment");
                schema.Append(name).Append(" -- ").Append(comment).Append('\n');
            }
        }
        var file = Repository.Path("tests", "EventHistory.Tests", "Store", "reporting.sql");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") is not null)
            await File.WriteAllTextAsync(file, schema.ToString(), Ct);
        Assert.Equal(await File.ReadAllTextAsync(file, Ct), schema.ToString());
    }

    [Fact]
    public async Task Views_show_what_was_recorded()
    {
        await using var history = await History.Create(postgres);
        await history.Record(
            Say.Event("task-sent", "10:00:00", ("uuid", "a/b"), ("name", "pay"), ("queue", "q"), ("root_id", "a/b"), ("retries", 0)),
            Say.Event("task-started", "10:00:01", ("uuid", "a/b")),
            Say.Event("task-succeeded", "10:00:03", ("uuid", "a/b"), ("result", "1"), ("runtime", 2.0)),
            Say.Received(Say.Id(1), "ship", Say.At("10:00:04")), Say.Failed(Say.Id(1), Say.At("10:00:05")),
            Say.Received(Say.Id(2), "ship", Say.At("10:00:06")),
            Say.Event("worker-heartbeat", "10:00:07", ("freq", 2.0), ("active", 3), ("processed", 5)));

        Assert.Equal(["a/b pay SUCCESS q t", $"{Say.Id(1)} ship FAILURE  t", $"{Say.Id(2)} ship RECEIVED  f"],
            await Lines(history, "select concat_ws(' ', id, name, state, coalesce(queue, ''), finished is not null) from reporting.tasks order by first_seen"));
        Assert.Equal(["a/b"], await Lines(history, "select id from reporting.tasks where key = reporting.task_key('a/b')"));
        Assert.Equal(["3"], await Lines(history, "select count(*)::text from reporting.task_events('a/b')"));
        Assert.Equal(["7"], await Lines(history, "select count(*)::text from reporting.events"));
        Assert.Equal(["celery@w1 3"], await Lines(history, "select concat_ws(' ', hostname, active) from reporting.workers where last_seen = '2026-11-21 10:00:07Z'"));
        Assert.Equal(["pay 1 0 2", "ship 0 1"], await Lines(history, "select concat_ws(' ', name, succeeded, failed, runtime_mean) from reporting.hourly_runtimes order by 1"));
        Assert.Equal(["true"], await Lines(history, "select (abs(reporting.percentile(array_agg(runtimes), 0.5) - 2) < 0.02)::text from reporting.hourly_runtimes where name = 'pay'"));
        Assert.Equal(["open ship 1"], await Lines(history, "select concat_ws(' ', f.state, h.name, h.failed) from reporting.hourly_failures h join reporting.failures f on f.id = h.failure_group"));
        Assert.Equal(["recorded"], await Lines(history, "select kind from reporting.coverage"));
    }

    [Theory]
    [InlineData("Traceback (most recent call last):\n  File \"a.py\"\nValueError: x\n")]
    [InlineData("Traceback (most recent call last):\n  File \"a.py\"\nKeyError: x\n\nDuring handling of the above exception, another exception occurred:\n\n"
        + "Traceback (most recent call last):\n  File \"b.py\"\nValueError: y\n\nThe above exception was the direct cause of the following exception:\n\n"
        + "Traceback (most recent call last):\n  File \"c.py\"\nTypeError: z")]
    [InlineData("no traceback \u001e at all")]
    [InlineData("Traceback (most recent call last):\n  File \"a\u001e.py\"\nValueError: \u001e\n")]
    public async Task A_traceback_is_as_it_was_sent(string traceback)
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received("x", "ship", Say.At("10:00:04")),
            Say.Event("task-failed", "10:00:05", ("uuid", "x"), ("exception", "X()"), ("traceback", traceback)));

        Assert.Equal([traceback], await Lines(history, "select traceback from reporting.tasks"));
    }

    [Fact]
    public async Task The_role_of_the_recipe_reads_the_views_and_nothing_else()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "ship", Say.At("10:00:04")), Say.Failed(Say.Id(1), Say.At("10:00:05")));
        await using var connection = await history.Data.OpenConnectionAsync(Ct);
        Assert.SkipUnless(await Scalar(connection, "select rolsuper from pg_roles where rolname = current_user") is true, "roles can be made and taken on by a superuser only");
        var role = $"eh_reports_{Guid.NewGuid():N}";
        var recipe = Recipe().Match(await File.ReadAllTextAsync(Repository.Path("docs", "reporting.md"), Ct)).Groups[1].Value;
        try
        {
            await Scalar(connection, recipe.Replace("eventhistory_reports", role, StringComparison.Ordinal) + $"; set role {role}");
            foreach (var view in await Lines(history, "select 'select 1 from reporting.' || relname from pg_class where relnamespace = 'reporting'::regnamespace and relkind = 'v'"))
                await Scalar(connection, view);
            Assert.Equal(2L, await Scalar(connection, $"select count(*) from reporting.task_events('{Say.Id(1)}')"));
            Assert.Equal(2L, await Scalar(connection, "select count(*) from reporting.events_recorded('-infinity', 'infinity')"));
            await Scalar(connection, "select runtime_p50, reporting.percentile(array[runtimes], 0.5) from reporting.hourly_runtimes");
            foreach (var forbidden in new[] { "select 1 from eventhistory.task", "select 1 from eventhistory.event", "delete from eventhistory.worker_minute", "create table reporting.mine (a int)" })
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => Scalar(connection, forbidden))).SqlState);
        }
        finally
        {
            await Scalar(connection, $"reset role; drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task Attempts_are_those_that_the_API_tells()
    {
        await using var database = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        var details = new TaskDetailQueries(database.Data);
        var compared = 0;
        foreach (var task in (await database.Data.All(AttemptsSql, row => (Id: row.GetString(0), Attempt: row.GetString(1)))).GroupBy(row => row.Id, row => row.Attempt))
        {
            var told = await details.Find(task.Key, Ct);
            Assert.Equal(told!.Attempts.Select(Text), task);
            compared += told.Attempts.Count;
        }
        Assert.True(compared > 500, $"only {compared} attempts");

        static string Text(Attempt a) => string.Create(CultureInfo.InvariantCulture, $"{a.Number} {a.State} {Time(a.StateAt)} {Time(a.Sent)} {Time(a.Received)} {Time(a.Started)} {Time(a.Ended)} {a.Worker} {a.Pid} ")
            + string.Create(CultureInfo.InvariantCulture, $"{(float?)a.QueueWait?.TotalSeconds} {(float?)a.WorkerWait?.TotalSeconds}");

        static string Time(DateTime? at) => at?.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture) ?? "";
    }

    // every task that is told by more than its row, and some of the others
    private const string AttemptsSql = """
        select a.task_id, format('%s %s %s %s %s %s %s %s %s %s %s', a.number, a.state, to_char(a.state_at at time zone 'UTC', f), to_char(a.sent at time zone 'UTC', f),
               to_char(a.received at time zone 'UTC', f), to_char(a.started at time zone 'UTC', f), to_char(a.ended at time zone 'UTC', f),
               a.worker, a.worker_pid, a.queue_wait, a.worker_wait)
          from reporting.attempts a join eventhistory.task t using (key, settled) cross join (values ('YYYY-MM-DD HH24:MI:SS.US')) format(f)
         where t.attempts is not null or t.key::text < '3'
         order by a.task_id, a.number
        """;

    private static Task<List<string>> Lines(History history, string sql) => history.Data.All(sql, row => row.GetString(0));

    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // our own
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(Ct);
    }

    [GeneratedRegex("```postgresql\n(.*?);\\s*```", RegexOptions.Singleline)]
    private static partial Regex Recipe();
}
