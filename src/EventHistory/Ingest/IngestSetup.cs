using EventHistory.Settings;
using EventHistory.Telemetry;

namespace EventHistory.Ingest;

internal static class IngestSetup
{
    /// <param name="services">Needs the database (<c>AddDatabase</c>).</param>
    /// <param name="settings">Whether this process records at all, and from where.</param>
    /// <param name="database">A <c>postgres://</c> URL or an Npgsql connection string, for the writer's own session.</param>
    public static IServiceCollection AddIngest(this IServiceCollection services, EventHistorySettings settings, string database)
    {
        var records = settings.Roles.HasFlag(Roles.Ingest);
        services.AddSingleton(new RecorderStatus { State = records ? "starting" : "disabled" });
        return records
            ? services
                .AddSingleton(p => new WriterElection(database, settings, p.GetRequiredService<ILoggerFactory>()))
                .AddHostedService<IngestService>()
            : services;
    }
}
