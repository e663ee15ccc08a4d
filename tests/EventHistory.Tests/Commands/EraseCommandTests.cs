using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Projections;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Commands;

/// <summary>What <c>eventhistory erase</c> takes and says, and that killing it leaves nothing undone for ever.</summary>
public sealed class EraseCommandTests(Postgres postgres)
{
    private const string ErasedSql = "select count(events), count(*) from eventhistory.erased_task";

    [Theory]
    [InlineData("Say which tasks: either their ids, or q, a filter that finds them.", "--by", "ann", "--why", "x")]
    [InlineData("by is missing: say who asks for it.", "--id", "a", "--why", "x")]
    [InlineData("--limit \"many\" is not a whole number.", "--q", "state:FAILURE", "--limit", "many", "--by", "ann", "--why", "x")]
    [InlineData("q is not understood: ", "--q", "state:", "--by", "ann", "--why", "x")]
    public async Task A_request_that_makes_no_sense_ends_it_with_2(string sentence, params string[] arguments)
    {
        await using var erase = Verb.Start("erase", "postgres://u:secret@127.0.0.1:1/d", arguments);

        Assert.Equal(2, await erase.Exited());
        CommandLineTests.AssertOneSentence(erase, $"eventhistory: erase: {sentence}");
    }

    [Fact]
    public async Task It_says_what_would_go_and_then_what_went()
    {
        await using var database = await Recorded(10);
        string[] which = ["--q", "name:shop.pay", "--by", "ann", "--why", "ticket 17"];

        Assert.Equal("10 tasks would be erased, with 20 events.", (await Verb.Succeeds("erase", database.ConnectionString, [.. which, "--dry-run"])).Trim());
        Assert.StartsWith("Erased 10 tasks with 20 events; this is erasure 1.", await Verb.Succeeds("erase", database.ConnectionString, which), StringComparison.Ordinal);
        await using var again = Verb.Start("erase", database.ConnectionString, which);
        Assert.Equal(2, await again.Exited());
        CommandLineTests.AssertOneSentence(again, "eventhistory: erase: No task matches q.");
        Assert.Contains("OK. Positions 1 to 21: 1 events", await Verb.Succeeds("verify", database.ConnectionString), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_in_the_middle_it_leaves_a_whole_log_and_the_next_one_does_the_rest()
    {
        const int Tasks = 4000;
        await using var database = await Recorded(Tasks);
        var (erased, left) = (0L, 0L);
        await using (var killed = Verb.Start("erase", database.ConnectionString, "--q", "name:shop.pay", "--limit", $"{Tasks}", "--by", "ann", "--why", "ticket 17"))
        {
            await Until.True(async () => (await database.Data.All(ErasedSql, row => row.GetInt64(0)))[0] > 0, "the first tasks to be gone");
            await killed.Kill();
        }
        (erased, left) = (await database.Data.All(ErasedSql, row => (row.GetInt64(0), row.GetInt64(1) - row.GetInt64(0))))[0];
        Assert.True(left > 0, "it was done before it was killed");
        Assert.Equal([left], await database.Data.All("select count(*) from eventhistory.task where name_id is not null", row => row.GetInt64(0)));
        await Verb.Succeeds("verify", database.ConnectionString);

        await Verb.Succeeds("erase", database.ConnectionString, "--id", Say.Id(0), "--unfinished", "--by", "bob", "--why", "another");

        Assert.Equal([0L], await database.Data.All("select count(*) from eventhistory.task", row => row.GetInt64(0)));
        Assert.Equal([((long)Tasks * 2) + 1], await database.Data.All("select sum(events)::bigint from eventhistory.tombstone", row => row.GetInt64(0)));
        Assert.Equal([0L], await database.Data.All("select count(*) from eventhistory.erasure where finished_at is null", row => row.GetInt64(0)));
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    // Finished tasks, two events each, in small segments; and one that is not finished
    private async Task<TestDatabase> Recorded(int tasks)
    {
        var database = await postgres.CreateDatabase();
        await using var scribe = await Scribe.On(database);
        foreach (var some in Enumerable.Range(1, tasks).Chunk(50))
        {
            await scribe.Record(some.SelectMany(n => new[]
            {
                Say.Received(Say.Id(n), "shop.pay", Say.At("10:00:00").AddSeconds(n)), Say.Failed(Say.Id(n), Say.At("10:00:01").AddSeconds(n)),
            }));
        }
        await scribe.Record(Say.Event("task-started", "10:00:00", ("uuid", Say.Id(0))));
        return database;
    }
}
