using EventHistory.Settings;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Commands;

/// <summary><c>eventhistory migrate</c>: for those who migrate before they roll out. Unlike <c>serve</c> it does not wait for the database.</summary>
internal static class MigrateCommand
{
    public static async Task Run(EventHistorySettings settings, CancellationToken stop)
    {
        if (settings.Database is null)
        {
            throw new StartException($"{SettingAlias.NamesOf("Database")} is not given, but migrate needs to know which database; "
                + "the private one is migrated by serve.", StartException.BadSettings);
        }

        using var loggers = LoggerFactory.Create(ServeHost.AddLog);
        await using var database = StoreSetup.Open(settings.Database, loggers);
        try
        {
            var version = await new Migrator(database, Migration.Embedded(), loggers.CreateLogger<Migrator>()).Migrate(stop);
            loggers.CreateLogger<Migrator>().DatabaseReady(version);
        }
        catch (NpgsqlException e)
        {
            var where = PostgresUrl.Describe(new NpgsqlConnectionStringBuilder(database.ConnectionString));
            throw new StartException(DatabaseFault.Explain(e, database)
                ?? $"The database {where} does not answer ({e.GetBaseException().Message}): start it, or name another with --database.");
        }
    }
}
