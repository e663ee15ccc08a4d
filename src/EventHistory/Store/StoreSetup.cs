using EventHistory.Settings;
using Npgsql;

namespace EventHistory.Store;

internal static class StoreSetup
{
    /// <summary>The pool of connections, and the service that waits for the database and migrates it (<see cref="DatabaseStartup"/>).</summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services, string connectionString) => services
        .AddSingleton(p => Open(connectionString, p.GetRequiredService<ILoggerFactory>()))
        .AddSingleton(p => new Migrator(p.GetRequiredService<NpgsqlDataSource>(), Migration.Embedded(), p.GetRequiredService<ILogger<Migrator>>()))
        .AddSingleton<DatabaseStartup>()
        .AddHostedService(p => p.GetRequiredService<DatabaseStartup>());

    /// <param name="database">A <c>postgres://</c> URL or an Npgsql connection string.</param>
    /// <param name="loggers">For Npgsql's own messages.</param>
    public static NpgsqlDataSource Open(string database, ILoggerFactory loggers)
    {
        var connection = PostgresUrl.Parse(database);
        connection.ApplicationName ??= "eventhistory";
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(loggers).Build();
    }
}
