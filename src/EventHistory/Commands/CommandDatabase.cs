using EventHistory.Settings;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Commands;

/// <summary>The database that a command works on beside a running <c>serve</c>: the one that is named, or the private one.</summary>
internal static class CommandDatabase
{
    public static NpgsqlDataSource Open(string command, EventHistorySettings settings, ILoggerFactory loggers) =>
        StoreSetup.Open(Address(command, settings), loggers);

    /// <summary>Where it is, with the password, which an open data source does not tell.</summary>
    /// <exception cref="StartException">None is named, and the private one has never run here.</exception>
    public static string Address(string command, EventHistorySettings settings)
    {
        var address = Path.Combine(settings.Data, "database.url");
        if (settings.Database is not null || File.Exists(address))
            return settings.Database ?? File.ReadAllText(address).Trim();
        throw new StartException($"{SettingAlias.NamesOf("Database")} is not given, and there is no private database in {settings.Data}: "
            + $"say which log to {command} with --database, or where the private one is with --data.", StartException.BadSettings);
    }

    /// <summary>Does a command's work; a database that is away or refuses becomes one sentence.</summary>
    public static async Task<T> Ask<T>(this NpgsqlDataSource database, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (NpgsqlException e)
        {
            var where = PostgresUrl.Describe(new NpgsqlConnectionStringBuilder(database.ConnectionString));
            throw new StartException(DatabaseFault.Explain(e, database)
                ?? $"The database {where} does not answer ({e.GetBaseException().Message}): start it, or name another with --database.");
        }
    }
}
