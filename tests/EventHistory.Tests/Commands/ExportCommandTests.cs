using System.IO.Compression;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Commands;

/// <summary>What <c>eventhistory export</c> takes and writes, and how it ends.</summary>
public sealed class ExportCommandTests(Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_writes_what_is_asked_for()
    {
        await using var history = await Recorded();

        var lines = (await Verb.Succeeds("export", history.ConnectionString, "--query", "state:FAILURE", "--fields", "id,state,exception", "--rows-only")).Split('\n');

        Assert.Equal(["id,state,exception", $"{Say.Id(1)},FAILURE,ValueError('no')"], lines.Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0));
    }

    [Fact]
    public async Task A_file_is_compressed_by_its_name_and_never_overwritten()
    {
        await using var history = await Recorded();
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "tasks.ndjson.gz");

        await Verb.Succeeds("export", history.ConnectionString, "--format", "ndjson", "--output", file);
        await using (var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress))
            Assert.Contains("\"end\":{\"rows\":2,", await new StreamReader(gzip).ReadToEndAsync(Ct), StringComparison.Ordinal);
        await using var again = Verb.Start("export", history.ConnectionString, "--output", file);

        Assert.Equal(2, await again.Exited());
        CommandLineTests.AssertOneSentence(again, $"export: {file} cannot be made");
    }

    [Fact]
    public async Task What_makes_no_sense_ends_it_with_2()
    {
        await using var export = Verb.Start("export", "postgres://u:secret@127.0.0.1:1/d", "--query", "stat:FAILURE");

        Assert.Equal(2, await export.Exited());
        CommandLineTests.AssertOneSentence(export, "export: Unknown qualifier \"stat\" at position 0: did you mean state:?");
    }

    private async Task<History> Recorded()
    {
        var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")), Say.Received(Say.Id(2), "pay", Say.At("10:00:02")));
        return history;
    }
}
