using EventHistory.Jobs;
using EventHistory.Queries;
using EventHistory.Settings;

namespace EventHistory.Reports;

internal static class ReportsSetup
{
    /// <summary>Searches that are kept, reports, and to make one now; and, with the role jobs, the service that delivers them.</summary>
    /// <param name="services">Needs the database (<c>AddDatabase</c>) and <see cref="JobsSetup.AddJobs"/>, which makes them when they are due.</param>
    /// <param name="settings">Where they may go.</param>
    public static IServiceCollection AddReports(this IServiceCollection services, EventHistorySettings settings)
    {
        services.AddQueries();
        services.AddSingleton<SavedQueries>().AddSingleton<ReportDefinitions>().AddSingleton<ReportQueries>().AddSingleton<ReportRuns>().AddSingleton<RunHistory>()
            .AddSingleton<ReportBook>().AddSingleton<ReportRunner>().AddSingleton<DeliveryBell>().AddSingleton<WebhookSockets>();
        services.AddWorkPerSubject<ReportWork>();
        return settings.Roles.HasFlag(Roles.Jobs)
            ? services
                .AddSingleton<Deliveries>()
                .AddSingleton<IDelivery, FolderDelivery>()
                .AddSingleton<IDelivery, MailDelivery>()
                .AddSingleton<IDelivery, WebhookDelivery>()
                .AddHostedService<DeliveryService>()
            : services;
    }
}
