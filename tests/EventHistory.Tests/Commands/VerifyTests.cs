using System.Globalization;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using EventHistory.Tests.Store;
using Npgsql;

namespace EventHistory.Tests.Commands;

/// <summary><c>eventhistory verify</c> as it is typed: what it says, and how it ends.</summary>
public sealed class VerifyTests(Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<(int ExitCode, string Output, string Errors)> Verify(string database, params string[] arguments)
    {
        await using var service = Service.Start(["verify", "--database", database, .. arguments]);
        return (await service.Exited(), service.Output.TrimEnd(), service.Errors);
    }

    private static async Task<History> Recorded(Postgres postgres)
    {
        var history = await History.Create(postgres);
        for (var i = 0; i < 3; i++)
            await history.Record(Say.Received(Say.Id(i), "task", Say.At("10:00:00")), Say.Event("task-started", "10:00:01", ("uuid", Say.Id(i))));
        return history;
    }

    [Fact]
    public async Task A_log_that_holds_ends_with_0_and_its_head()
    {
        await using var history = await Recorded(postgres);
        var head = (await history.Verify()).Chain;

        var (exit, output, errors) = await Verify(history.ConnectionString);

        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal("default: OK. Positions 1 to 6: 6 events, every one as it was recorded, under 3 links of the chain. "
            + $"The rows of 3 tasks list their 6 events, each once. Head: 6:{Convert.ToHexStringLower(head)}", output);
        Assert.Equal(0, (await Verify(history.ConnectionString, "--head", output.Split(' ')[^1], "--source", "default")).ExitCode);
    }

    [Fact]
    public async Task A_log_that_was_changed_ends_with_1_and_the_first_bad_position()
    {
        await using var history = await Recorded(postgres);
        var head = (await history.Verify()).Chain;
        await history.Change("update eventhistory.event_segment set body = replace(body, 'task-started', 'task-Started') where first_position >= 3");

        var (exit, output, errors) = await Verify(history.ConnectionString);

        Assert.Equal((1, ""), (exit, errors));
        Assert.StartsWith("default: NOT OK at position 3. The segment of positions 3 to 4 is not as it was recorded", output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n'));
        (exit, output, _) = await Verify(history.ConnectionString, "--to", "2");
        Assert.Equal(0, exit);
        Assert.StartsWith("default: OK. Positions 1 to 2: 2 events", output, StringComparison.Ordinal);
        Assert.DoesNotContain("tasks", output, StringComparison.Ordinal);
        (exit, output, _) = await Verify(history.ConnectionString, "--to", "2", "--head", $"2:{Convert.ToHexStringLower(head)}");
        Assert.Equal(1, exit);
        Assert.Contains("NOT OK at position 2. The link at position 2 is ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from 0", "--from \"0\" is not a position: write a whole number from 1, as in --from 1000.")]
    [InlineData("--to all", "--to \"all\" is not a position")]
    [InlineData("--from 5 --to 3", "--from 5 is behind --to 3: give the smaller position first.")]
    [InlineData("--to 7", "--to 7 is outside of the log: that of source default has positions 1 to 6.")]
    [InlineData("--source x", "there is no source \"x\"; there are: default.")]
    [InlineData("--head 6", "--head \"6\" is not a head: write POSITION:HEX")]
    [InlineData("--head 6:00ff", "--head \"6:00ff\" is not a head")]
    [InlineData("--form 1", "\"--form\" is not known, did you mean --from?")]
    public async Task A_request_that_makes_no_sense_ends_with_2(string arguments, string sentence)
    {
        await using var history = await Recorded(postgres);
        await using var service = Service.Start(["verify", "--database", history.ConnectionString, .. arguments.Split(' ')]);

        Assert.Equal(2, await service.Exited());
        CommandLineTests.AssertOneSentence(service, sentence);
    }

    [Fact]
    public async Task Rows_that_wait_for_a_rebuild_are_not_compared()
    {
        await using var history = await Recorded(postgres);
        await history.Change("update eventhistory.projection set version = 0 where name = 'tasks'; delete from eventhistory.task");

        var (exit, output, _) = await Verify(history.ConnectionString);

        Assert.Equal(0, exit);
        Assert.Contains("6 events, every one as it was recorded, under 3 links of the chain. The tasks were not compared: their rows are outdated", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_recorded_is_nothing_wrong()
    {
        await using var database = await postgres.CreateDatabase();
        var (exit, output, _) = await Verify(database.ConnectionString);
        Assert.Equal((0, "Nothing is recorded yet: there is no log to verify."), (exit, output));
    }

    [Fact]
    public async Task A_database_that_was_not_migrated_is_left_alone()
    {
        await using var database = await postgres.CreateEmptyDatabase();
        await using var service = Service.Start(["verify", "--database", database.ConnectionString]);
        Assert.Equal(1, await service.Exited());
        CommandLineTests.AssertOneSentence(service, "The database's schema has version 0, but this EventHistory needs ");
    }

    [Fact]
    public async Task Without_a_database_to_ask_it_says_so()
    {
        using var folder = new TemporaryFolder();
        await using var service = Service.Start(["verify", "--data", folder.Path]);
        Assert.Equal(2, await service.Exited());
        CommandLineTests.AssertOneSentence(service, $"there is no private database in {folder.Path}");
        await using var away = Service.Start(["verify", "--database", "postgres://u:secret@127.0.0.1:1/d"]);
        Assert.Equal(1, await away.Exited());
        CommandLineTests.AssertOneSentence(away, "The database postgres://u@127.0.0.1:1/d does not answer (Connection refused)");
    }

    [Fact]
    public async Task The_private_database_is_found_while_it_runs()
    {
        using var folder = new TemporaryFolder();
        await using var serving = await Service.Start(["serve", "--port", "0", "--broker", "amqp://127.0.0.1:1", "--data", folder.Path]).Listening();
        await Until.True(() => serving.Output.Contains("The database is ready", StringComparison.Ordinal), "the schema");
        await using var service = Service.Start(["verify", "--data", folder.Path]);
        Assert.Equal(0, await service.Exited());
        Assert.StartsWith("Nothing is recorded yet", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_it_at_once()
    {
        await using var history = await Recorded(postgres);
        await using var connection = await history.Data.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var hold = new NpgsqlCommand("lock table eventhistory.event_segment in access exclusive mode", connection);
        await hold.ExecuteNonQueryAsync(Ct);
        await using var service = Service.Start(["verify", "--database", history.ConnectionString]);
        await Until.True(async () => await Waiting(connection) > 0, "verify waiting for the log");

        Signals.Send(service.ProcessId, Signals.Interrupt);

        Assert.Equal(130, await service.Exited());
        CommandLineTests.AssertOneSentence(service, "verify was interrupted, so nothing is proved");
        Assert.Equal("", service.Output);
    }

    private static async Task<long> Waiting(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select count(*) from pg_locks where not granted and relation = 'eventhistory.event_segment'::regclass", connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Ct), CultureInfo.InvariantCulture);
    }
}
