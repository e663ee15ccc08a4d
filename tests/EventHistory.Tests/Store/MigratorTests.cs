using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Tests.Store;

public sealed class MigratorTests(Postgres postgres) : IAsyncLifetime
{
    private static readonly Migration _first = new(1, "first", "create table eventhistory.a (x int); insert into eventhistory.a values (1);");
    private static readonly Migration _second = new(2, "second", "update eventhistory.a set x = x + 1;");
    private static readonly Migration _broken = new(2, "broken", "insert into eventhistory.a values (7); select 1/0;");

    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateEmptyDatabase();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public void The_migrations_of_the_program_are_numbered_without_gaps()
    {
        var versions = Migration.Embedded().Select(m => m.Version).ToList();

        Assert.Equal(Enumerable.Range(1, versions.Count), versions);
    }

    [Fact]
    public async Task An_empty_database_gets_all_steps_in_order()
    {
        Assert.Equal(2, await Migrate(_first, _second));

        Assert.Equal("2", await Ask("select x from eventhistory.a"));
        Assert.Equal("1 first, 2 second", await Ask("select string_agg(version || ' ' || name, ', ' order by version) from eventhistory.schema_migration"));
    }

    [Fact]
    public async Task The_migrations_of_the_program_apply_to_an_empty_database() =>
        Assert.Equal(Migration.Embedded().Count, await _database.Migrate());

    [Fact]
    public async Task A_step_is_applied_once()
    {
        await Migrate(_first, _second);

        Assert.Equal(2, await Migrate(_first, _second));
        Assert.Equal("2", await Ask("select x from eventhistory.a"));
    }

    [Fact]
    public async Task Processes_that_start_at_once_do_not_race()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Migrate(_first, _second), Ct)));

        Assert.Equal("2", await Ask("select x from eventhistory.a"));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<PostgresException>(() => Migrate(_first, _broken));

        Assert.Equal("1", await Ask("select sum(x) from eventhistory.a"));
        Assert.Equal("1", await Ask("select max(version) from eventhistory.schema_migration"));
        Assert.Equal(2, await Migrate(_first, _second));
    }

    [Fact]
    public async Task A_schema_newer_than_the_program_is_left_alone()
    {
        await Migrate(_first, _second);

        var refusal = await Assert.ThrowsAsync<StartException>(() => Migrate(_first));

        Assert.Equal("The database's schema has version 2, but this EventHistory knows only up to 1: start the newer EventHistory that migrated it, "
            + "or name another database.", refusal.Message);
        Assert.Equal(1, refusal.ExitCode);
    }

    [Fact]
    public async Task Who_may_only_use_the_schema_can_start_when_nothing_is_to_do()
    {
        await Migrate(_first);
        await Ask("""
            do $$ begin if not exists (select from pg_roles where rolname = 'eh_reader') then create role eh_reader login; end if; end $$;
            grant usage on schema eventhistory to eh_reader; grant select on all tables in schema eventhistory to eh_reader; select 1
            """);
        await using var data = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = "-c role=eh_reader" });

        Assert.Equal(1, await new Migrator(data, [_first], NullLogger<Migrator>.Instance).Migrate(Ct));
        await Ask("drop owned by eh_reader; drop role eh_reader; select 1");
    }

    private Task<int> Migrate(params Migration[] migrations) =>
        new Migrator(_database.Data, migrations, NullLogger<Migrator>.Instance).Migrate(Ct);

    private async Task<string?> Ask(string sql)
    {
#pragma warning disable CA2100 // a test's own questions
        await using var command = _database.Data.CreateCommand(sql);
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync(Ct))?.ToString();
    }
}
