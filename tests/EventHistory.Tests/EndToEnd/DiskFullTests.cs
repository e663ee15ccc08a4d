using System.Net;
using System.Text.Json;
using EventHistory.Benchmarks;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Tests.EndToEnd;

/// <summary>
/// A database whose disk is full: recording pauses, says why, and goes on by itself when there is room. Needs root, to mount a disk
/// that can be full.
/// </summary>
[Collection(Alone.Name)]
public sealed class DiskFullTests(RabbitMq rabbit)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>With a little room PostgreSQL refuses what needs more; with none for its own log it goes down, and comes up again when there is.</summary>
    [Theory]
    [InlineData(1_500_000, false)]
    [InlineData(0, true)]
    public async Task It_pauses_and_goes_on_without_loss(int room, bool walIsFull)
    {
        using var disk = SmallDisk.Mount(megabytes: 700);
        await using var postgres = await EmbeddedPostgres.Start(disk.Path, NullLogger.Instance, Ct);
        await using var data = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var feed = await rabbit.CreateFeed();
        await using var service = await Recorder.Start(feed, postgres.ConnectionString).Ready();
        var load = new CeleryLoad(Tasks: 25_000, SentInLists: true);
        var publishing = new LoadPublisher(feed.Url, feed.Exchange) { MessagesPerSecond = 400 }.Publish(load.Messages(), Ct);
        await data.WaitForPosition(5000);

        await Execute(data, "select pg_switch_wal(); select pg_logical_emit_message(true, 'ballast', '')"); // its log has 16 MB of room
        disk.Fill(butFor: room);
        if (walIsFull)
            await UseUpWal(data);
        var reason = await Until.NotNull(() => NotReady(service), "a word about the disk", seconds: 60);
        TestContext.Current.TestOutputHelper?.WriteLine(reason);
        if (!walIsFull)
            Assert.Contains("The disk of the database is full", reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await Status(service, "/healthz"));
        await publishing; // the broker keeps what comes meanwhile
        Assert.True(Signals.IsAlive(service.ProcessId), service.Output + service.Errors);

        disk.Free();
        await service.Ready(seconds: 120);
        var truth = await StreamTruth.Read(feed);
        await data.WaitForPosition(truth.Count, seconds: 120);
        Assert.Equal(0, await service.Terminate());
        await Verb.Succeeds("verify", postgres.ConnectionString);
        AllRows.Same(truth, await LogProof.Read(data));
        Assert.Empty(await data.Rejected());
        Assert.Empty(await data.Gaps());
    }

    private static async Task<string?> NotReady(Service service)
    {
        using var answer = await service.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Ct);
        if (answer.StatusCode == HttpStatusCode.OK)
            return null;
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return string.Join(' ', body.RootElement.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()));
    }

    private static async Task<HttpStatusCode> Status(Service service, string path)
    {
        using var answer = await service.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);
        return answer.StatusCode;
    }

    // Until the server wants a new file for it, and goes down
    private static Task UseUpWal(NpgsqlDataSource data) => Until.True(async () =>
    {
        try
        {
            await Execute(data, "select pg_logical_emit_message(false, 'ballast', repeat(md5(random()::text), 30000))");
            return false;
        }
        catch (NpgsqlException)
        {
            return true;
        }
    }, "a server without room for its log", seconds: 60);

    private static async Task Execute(NpgsqlDataSource data, string sql)
    {
#pragma warning disable CA2100 // constants of the test
        await using var command = data.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }
}
