using EventHistory.Core.Reports;
using EventHistory.Reports;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EventHistory.Tests.Reports;

/// <summary>What makes and delivers reports, as a process with the role jobs does, over a database that the test fills.</summary>
internal sealed class Office : IAsyncDisposable
{
    private readonly IHost _host;

    private Office(IHost host) => _host = host;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Opens at once, and delivers.</summary>
    public static async Task<Office> Open(History history, SetClock clock, ReportSettings reports, SmtpSettings? smtp = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var settings = new EventHistorySettings { Roles = Roles.Jobs, Reports = reports, Smtp = smtp ?? new() };
        builder.Services.AddSingleton(settings).AddSingleton<TimeProvider>(clock).AddSingleton<FatalStop>().AddLogging().AddDatabase(history.ConnectionString).AddReports(settings);
        var office = new Office(builder.Build());
        await office._host.StartAsync(Ct);
        return office;
    }

    /// <summary>A report of the last day's throughput, made now.</summary>
    public async Task<Guid> Make(DateTime now, params DeliveryTarget[] to)
    {
        var id = Guid.NewGuid();
        var report = new Report
        {
            Id = id,
            Name = $"Report <{id}>",
            Kind = ReportKind.Throughput,
            SavedQuery = null,
            Range = ReportRange.Default,
            Cron = null,
            TimeZone = "Europe/Berlin",
            Formats = ReportForm.All,
            Rows = 10,
            To = to,
            ChangedAt = now,
            ChangedBy = "ann",
        };
        Assert.True(await Part<ReportDefinitions>().Put(report, Ct));
        Assert.NotNull((await Part<ReportRunner>().Run(report, now, Ct)).Rows);
        return id;
    }

    /// <summary>What became of it.</summary>
    public async Task<IReadOnlyList<DeliveryView>> Deliveries(Guid report) => (await Part<RunHistory>().Of([report], 1, Ct))[report].Single().Deliveries;

    /// <summary>Waits until a delivery of a report, told by its target, is as it should be.</summary>
    public Task<DeliveryView> Until(Guid report, string target, Func<DeliveryView, bool> isSo, string what) => Fixtures.Until.NotNull(async () =>
        (await Deliveries(report)).FirstOrDefault(d => d.Target.Contains(target, StringComparison.Ordinal) && isSo(d)), $"{target}: {what}");

    public T Part<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
