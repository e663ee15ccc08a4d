using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Commands;

/// <summary>The real program: what it takes, what it says, how it ends.</summary>
public sealed class CommandLineTests(Postgres postgres)
{
    [Theory]
    [InlineData("serve --port 70000", "EventHistory:Port (--port, EVENTHISTORY_PORT) is \"70000\", but must be from 0 to 65535.")]
    [InlineData("serve --broker redis://localhost", "must be one amqp:// or amqps:// URL")]
    [InlineData("serve --prot 1", "\"--prot\" is not known, did you mean --port?")]
    [InlineData("serv", "\"serv\" is not known, did you mean serve?")]
    [InlineData("serve --port", "--port")]
    [InlineData("", "Required command was not provided")]
    [InlineData("migrate", "migrate needs to know which database")]
    public async Task A_bad_command_line_ends_with_2_and_one_sentence(string arguments, string sentence)
    {
        await using var service = Service.Start(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, await service.Exited());
        AssertOneSentence(service, sentence);
    }

    [Fact]
    public async Task A_misspelt_setting_ends_with_2()
    {
        await using var service = Service.Start(["serve"], new Dictionary<string, string?> { ["EventHistory__Stream__Nmae"] = "x" });

        Assert.Equal(2, await service.Exited());
        AssertOneSentence(service, "EventHistory:Stream:Nmae is not a known setting; did you mean Stream:Name?");
    }

    [Fact]
    public async Task Help_is_no_failure()
    {
        await using var service = Service.Start(["serve", "--help"]);

        Assert.Equal(0, await service.Exited());
        Assert.Contains("EVENTHISTORY_BROKER", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_brings_an_empty_database_to_the_schema()
    {
        await using var database = await postgres.CreateEmptyDatabase();
        await using var service = Service.Start(["migrate", "--database", database.ConnectionString]);

        Assert.Equal(0, await service.Exited());
        await using var question = database.Data.CreateCommand("select count(*) from eventhistory.schema_migration");
        Assert.Equal((long)EventHistory.Store.Migration.Embedded().Count, await question.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Migrate_without_a_database_to_reach_ends_with_1()
    {
        await using var service = Service.Start(["migrate", "--database", "postgres://u:secret@127.0.0.1:1/d"]);

        Assert.Equal(1, await service.Exited());
        AssertOneSentence(service, "The database postgres://u@127.0.0.1:1/d does not answer (Connection refused)");
    }

    internal static void AssertOneSentence(Service service, string sentence)
    {
        Assert.Contains(sentence, service.Errors, StringComparison.Ordinal);
        Assert.StartsWith("eventhistory: ", service.Errors, StringComparison.Ordinal);
        Assert.Single(service.Errors.TrimEnd().Split('\n'));
        Assert.DoesNotContain("secret", service.Errors, StringComparison.Ordinal);
    }
}
