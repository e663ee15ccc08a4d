using System.Runtime.Versioning;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Tests.Store;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_stored_is_there_at_the_next_start()
    {
        await using (var first = await Start())
            await Ask(first, "create table kept (x int); insert into kept values (42); select 1");

        await using var second = await Start();
        Assert.Equal("42", await Ask(second, "select x from kept"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task It_leaves_its_address_for_psql_where_only_we_can_read_it()
    {
        await using var server = await Start();
        var file = Path.Combine(_folder.Path, "database.url");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await using var connection = new NpgsqlConnection(PostgresUrl.Parse((await File.ReadAllTextAsync(file, Ct)).Trim()).ConnectionString);
        await connection.OpenAsync(Ct);
    }

    [Fact]
    public async Task Every_commit_is_on_disk_and_no_door_but_one_is_open()
    {
        await using var server = await Start();

        Assert.Equal("on on", await Ask(server, "select current_setting('fsync') || ' ' || current_setting('synchronous_commit')"));
        Assert.Equal("127.0.0.1 ", await Ask(server, "select current_setting('listen_addresses') || ' ' || current_setting('unix_socket_directories')"));
        Assert.Equal("lz4 lz4", await Ask(server, "select current_setting('wal_compression') || ' ' || current_setting('default_toast_compression')"));
        Assert.Equal("UTF8 C.UTF-8", await Ask(server, "select pg_encoding_to_char(encoding) || ' ' || datcollate from pg_database where datname = 'eventhistory'"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Nobody_gets_in_without_the_password()
    {
        await using var server = await Start();
        var stranger = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guess", Pooling = false };

        await using var connection = new NpgsqlConnection(stranger.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Ct));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder.Path, "postgres", "password")));
    }

    [Fact]
    public async Task When_we_stop_it_is_gone()
    {
        var server = await Start();
        var process = server.ProcessId!.Value;

        await server.DisposeAsync();

        Assert.False(Signals.IsAlive(process));
        Assert.Null(server.ProcessId);
    }

    [Fact]
    public async Task A_server_that_dies_is_started_again_on_the_same_port()
    {
        await using var server = await Start();
        await Ask(server, "create table kept (x int); insert into kept values (42); select 1");
        var process = server.ProcessId!.Value;

        Signals.Send(process, Signals.Kill);

        await Until.True(async () => await Answers(server) && server.ProcessId != process, "the server's return");
        Assert.Equal("42", await Ask(server, "select x from kept"));
    }

    [Fact]
    public async Task A_second_EventHistory_on_the_same_folder_is_refused()
    {
        await using var server = await Start();

        var refusal = await Assert.ThrowsAsync<StartException>(Start);

        Assert.StartsWith($"The folder {_folder.Path} is in use by another eventhistory", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, refusal.ExitCode);
    }

    [Fact]
    public async Task A_start_that_is_called_off_leaves_nothing_running()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => EmbeddedPostgres.Start(_folder.Path, NullLogger.Instance, cancelled.Token));

        await using var next = await Start();
        Assert.True(await Answers(next));
    }

    private Task<EmbeddedPostgres> Start() => EmbeddedPostgres.Start(_folder.Path, NullLogger.Instance, Ct);

    private static async Task<bool> Answers(EmbeddedPostgres server)
    {
        try
        {
            return await Ask(server, "select 1") is "1";
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task<string?> Ask(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Ct);
#pragma warning disable CA2100 // a test's own questions
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync(Ct))?.ToString();
    }
}
