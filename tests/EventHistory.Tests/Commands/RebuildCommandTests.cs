using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Projections;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Commands;

/// <summary>What <c>eventhistory rebuild</c> takes and says, and how it ends.</summary>
public sealed class RebuildCommandTests(Postgres postgres)
{
    private const string SchemasSql = "select count(*) from pg_namespace where nspname = 'eventhistory_rebuild'";
    private const int Interrupt = 2; // SIGINT

    [Fact]
    public async Task A_projection_that_does_not_exist_ends_it_with_2()
    {
        await using var rebuild = Verb.Start("rebuild", "postgres://u:secret@127.0.0.1:1/d", "--projection", "nonsense");

        Assert.Equal(2, await rebuild.Exited());
        CommandLineTests.AssertOneSentence(rebuild, "rebuild: \"nonsense\" is no projection: write --projection tasks or --projection workers, or leave it away for all.");
    }

    [Fact]
    public async Task Without_a_database_to_reach_it_ends_with_1()
    {
        await using var rebuild = Verb.Start("rebuild", "postgres://u:secret@127.0.0.1:1/d");

        Assert.Equal(1, await rebuild.Exited());
        CommandLineTests.AssertOneSentence(rebuild, "The database postgres://u@127.0.0.1:1/d does not answer (Connection refused)");
    }

    [Fact]
    public async Task An_empty_log_is_no_failure()
    {
        await using var database = await postgres.CreateDatabase();

        Assert.StartsWith("Rebuilt tasks, workers: 0 events in ", await Verb.Succeeds("rebuild", database.ConnectionString), StringComparison.Ordinal);
        Assert.Empty(await AllRows.Exactly(database.Data));
    }

    /// <summary>A reader holds the table, so the first one waits with all its work done: the second must not take it away.</summary>
    [Fact]
    public async Task A_second_one_at_the_same_time_is_refused()
    {
        await using var database = await Recorded();
        var before = await AllRows.Exactly(database.Data);
        var reader = await LongReader.Open(database);
        await using var first = Verb.Start("rebuild", database.ConnectionString);
        await reader.Waited();
        await using var second = Verb.Start("rebuild", database.ConnectionString);

        Assert.Equal(1, await second.Exited());
        CommandLineTests.AssertOneSentence(second, "Another rebuild of this database, a prune or an erasure is running: wait for it, or end it.");
        await reader.DisposeAsync();
        Assert.Equal(0, await first.Exited());
        AllRows.Same(before, await AllRows.Exactly(database.Data));
    }

    [Fact]
    public async Task SIGINT_ends_it_with_130_and_leaves_all_as_it_was()
    {
        await using var database = await Recorded();
        var before = await AllRows.Exactly(database.Data);
        await using var reader = await LongReader.Open(database);
        await using var rebuild = Verb.Start("rebuild", database.ConnectionString);
        await reader.Waited();
        Signals.Send(rebuild.ProcessId, Interrupt);

        Assert.Equal(130, await rebuild.Exited());
        CommandLineTests.AssertOneSentence(rebuild, "eventhistory: rebuild was interrupted; the read models are as they were.");
        Assert.Equal([0L], await database.Data.All(SchemasSql, row => row.GetInt64(0)));
        AllRows.Same(before, await AllRows.Exactly(database.Data));
    }

    // A few tasks, and a recorder that has ended
    private async Task<TestDatabase> Recorded()
    {
        var database = await postgres.CreateDatabase();
        await using var scribe = await Scribe.On(database);
        await scribe.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")));
        await scribe.Record(Say.Received(Say.Id(2), "shop.pay", Say.At("10:00:02")));
        return database;
    }
}
