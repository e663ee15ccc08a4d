using System.Net.Sockets;
using EventHistory.Settings;
using EventHistory.Store;
using Microsoft.AspNetCore.Connections;

namespace EventHistory.Commands;

/// <summary>The process around the parts: web server, log, and how it all ends.</summary>
internal static class ServeHost
{
    public static WebApplicationBuilder Create(EventHistorySettings settings)
    {
        // beside the program, wherever it is started from: another project's appsettings.json must not be ours
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        AddLog(builder.Logging);
        builder.Services
            .AddSingleton(settings)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<FatalStop>()
            .Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true)
            .Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        Listen(builder, settings);
        return builder;
    }

    /// <summary>The private PostgreSQL. It is there before the host and after it, so it has a log of its own, which is never disposed.</summary>
    public static Task<EmbeddedPostgres> StartDatabase(EventHistorySettings settings, CancellationToken stop) =>
        EmbeddedPostgres.Start(settings.Data, LoggerFactory.Create(AddLog).CreateLogger<EmbeddedPostgres>(), stop);

    /// <summary>Runs until a signal, a <see cref="FatalStop"/>, or a part that fails in a way it did not foresee.</summary>
    public static async Task Serve(this WebApplication app, EventHistorySettings settings, CancellationToken stop)
    {
        try
        {
            await app.StartAsync(stop);
        }
        catch (Exception e) when (CannotListen(e, settings) is { } sentence)
        {
            app.Lifetime.StopApplication(); // tells the parts that have begun that their end is in order
            throw new StartException(sentence);
        }

        app.Logger.Serving(app.Urls.Order().First());
        await app.WaitForShutdownAsync(stop);
        if (app.Services.GetRequiredService<FatalStop>().Sentence is { } reason)
            throw new StartException(reason);
        if (Failed(app) is { } failed)
            throw new StartException($"{failed.GetType().Name} failed: {failed.ExecuteTask!.Exception!.InnerException!.Message}");
        app.Logger.Stopped();
    }

    /// <summary>One line per message, times in UTC.</summary>
    public static void AddLog(ILoggingBuilder logging) => logging
        .ClearProviders()
        .AddFilter("Quartz", LogLevel.Warning) // what it does is in the rows of the runs
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical) // what stops the start is our one sentence
        .AddSimpleConsole(c =>
        {
            c.SingleLine = true;
            c.UseUtcTimestamp = true;
            c.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z '";
        });

    private static string? CannotListen(Exception fault, EventHistorySettings settings) => fault switch
    {
        IOException { InnerException: AddressInUseException } =>
            $"Port {settings.Port} of {settings.Address} is in use: end what listens there, or choose another with --port.",
        SocketException =>
            $"Port {settings.Port} of {settings.Address} cannot be listened on ({fault.Message}): "
            + "choose an address of this machine with --address, and a port above 1023 with --port.",
        _ => null,
    };

    private static BackgroundService? Failed(WebApplication app) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>().FirstOrDefault(s => s.ExecuteTask is { IsFaulted: true });

    private static void Listen(WebApplicationBuilder builder, EventHistorySettings settings)
    {
        // ASPNETCORE_HTTP_PORTS and friends, which container images set, must not open a second door
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "").UseSetting(WebHostDefaults.HttpPortsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(SettingsRules.Listen(settings), settings.Port);
        });
    }
}
