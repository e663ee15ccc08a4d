using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Projections;

/// <summary>Rows that exist already: what a later event changes in them, and what it must leave alone.</summary>
public sealed class TaskTableTests(Postgres postgres)
{
    private const string Sent = """{"type":"task-sent","uuid":"t","hostname":"gen1@web","pid":1,"clock":1,"timestamp":1000,"name":"shop.add","args":"(1, 2)","kwargs":"{}","retries":0,"queue":"fast","exchange":"","routing_key":"fast","root_id":"t","parent_id":null}""";
    private const string Received = """{"type":"task-received","uuid":"t","hostname":"w@a","pid":9,"clock":2,"timestamp":1001,"name":"shop.add","args":"(1, 2)","kwargs":"{}","retries":0,"root_id":"t","parent_id":null}""";
    private const string Started = """{"type":"task-started","uuid":"t","hostname":"w@a","pid":9,"clock":3,"timestamp":1002}""";
    private const string Succeeded = """{"type":"task-succeeded","uuid":"t","hostname":"w@a","pid":9,"clock":4,"timestamp":1003,"result":"3","runtime":0.5}""";

    private static readonly string[] _story = [Sent, Received, Started, Succeeded];

    [Fact]
    public async Task Events_one_batch_at_a_time_make_the_row_that_one_batch_makes()
    {
        await using var together = await History.Create(postgres);
        await together.Record(_story);
        await using var apart = await History.Create(postgres);
        foreach (var message in _story)
            await apart.Record(message);
        await using var backwards = await History.Create(postgres);
        foreach (var message in _story.Reverse())
            await backwards.Record(message);

        var expected = await Row(together);
        Assert.Equal("SUCCESS", expected["state"]);
        Assert.Equal("(1, 2)", expected["args"]);
        Assert.Equal("3", expected["result"]);
        Assert.Equal(expected, await Row(apart));
        Assert.Equal(expected, await Row(backwards));
    }

    [Fact]
    public async Task A_late_duplicate_changes_nothing_but_the_count()
    {
        await using var history = await History.Create(postgres);
        await history.Record(_story);
        var before = await Row(history);
        await history.Record(_story);
        Assert.Equal(before, await Row(history));
        Assert.Equal(8, await Scalar(history, "select event_count from eventhistory.task"));
    }

    [Fact]
    public async Task A_retry_that_calls_itself_its_parent_does_not_hide_the_real_one()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Sent.Replace("\"parent_id\":null", "\"parent_id\":\"the parent\"", StringComparison.Ordinal));
        await history.Record(Received.Replace("\"parent_id\":null", "\"parent_id\":\"t\"", StringComparison.Ordinal)
            .Replace("\"retries\":0", "\"retries\":1", StringComparison.Ordinal));
        Assert.Equal("the parent", await Scalar(history, "select parent_id from eventhistory.task"));
        Assert.Equal(1, await Scalar(history, "select retries from eventhistory.task"));
    }

    [Fact]
    public async Task A_row_remembers_the_positions_of_its_events()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Sent, """{"type":"worker-heartbeat","hostname":"w@a","timestamp":1001}""", Received);
        await history.Record(Started);
        Assert.Equal(new long[] { 1, 3, 4 }, await Scalar(history, "select eventhistory.positions(positions) from eventhistory.task"));
    }

    [Fact]
    public async Task A_story_longer_than_its_remembered_positions_is_still_told_whole()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Sent);
        foreach (var chunk in Enumerable.Range(0, 600).Chunk(100))
            await history.Record(chunk.Select(i => $$"""{"type":"task-progress","uuid":"t","hostname":"w@a","timestamp":{{1002 + i}},"i":{{i}}}"""));
        Assert.Equal(601L, await Scalar(history, "select count(*) from eventhistory.task_events('t')"));
        Assert.Equal(601L, await Scalar(history, "select count(distinct position) from eventhistory.task_events('t')"));
    }

    // Everything that may not depend on the order of arrival
    private static async Task<Dictionary<string, object>> Row(History history)
    {
        await using var command = history.Data.CreateCommand("""
            select t.*, n.value as name, w.value as worker, q.value as queue, c.value as client
              from eventhistory.task t
              left join eventhistory.label n on n.id = name_id left join eventhistory.label w on w.id = worker_id
              left join eventhistory.label q on q.id = queue_id left join eventhistory.label c on c.id = client_id
            """);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await rows.ReadAsync(TestContext.Current.CancellationToken));
        return Enumerable.Range(0, rows.FieldCount)
            .Where(i => !rows.GetName(i).EndsWith("_id", StringComparison.Ordinal)
                && rows.GetName(i) is not ("positions" or "last_position" or "event_count" or "stamps"))
            .ToDictionary(rows.GetName, i => rows.GetName(i) == "settled" ? rows.GetDateTime(i) < DateTime.MaxValue : rows.GetValue(i));
    }

    private static async Task<object?> Scalar(History history, string sql)
    {
#pragma warning disable CA2100 // constants of the tests above
        await using var command = history.Data.CreateCommand(sql);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
