using EventHistory.Api;
using EventHistory.Jobs;
using EventHistory.Reports;
using EventHistory.Retention;
using EventHistory.Settings;
using EventHistory.Telemetry;
using EventHistory.Ui;
using EventHistory.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventHistory.Tests.Api;

/// <summary>API and pages on a free port, in this process, over a database that the test fills.</summary>
internal sealed class TestWeb : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestWeb(WebApplication app) => _app = app;

    public HttpClient Http { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ResponseDrainTimeout = TimeSpan.Zero, // who leaves a stream is gone at once
    });

    public RecorderStatus Recorder => _app.Services.GetRequiredService<RecorderStatus>();

    /// <param name="time">What it takes for now.</param>
    /// <param name="given">Beside its role and database.</param>
    public static async Task<TestWeb> Start(NpgsqlDataSource database, TimeProvider? time = null, EventHistorySettings? given = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(database).AddSingleton(new RecorderStatus { State = "recording", BrokerConnected = true });
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        var settings = (given ?? new()) with { Roles = Roles.Web, Broker = "amqp://shop:secret@rabbit.example", Database = database.ConnectionString };
        builder.Services.AddSingleton(settings).AddJobs(settings).AddWatching(settings).AddRetention(settings).AddReports(settings);
        builder.Services.AddApi();
        builder.Services.AddUi();
        var app = builder.Build();
        app.MapApi();
        app.MapUi();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var web = new TestWeb(app);
        web.Http.BaseAddress = new Uri(app.Urls.Single());
        return web;
    }

    /// <summary>The path goes out as it is written, percent signs and all.</summary>
    public Task<HttpResponseMessage> Get(string path) => Http.GetAsync(Address(path), TestContext.Current.CancellationToken);

    /// <summary>Another method; the answer is there with its first byte, for streams have no last one.</summary>
    public Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? body = null) => Http.SendAsync(
        new HttpRequestMessage(method, Address(path)) { Content = body }, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public Task<string> Text(string path) => Http.GetStringAsync(Address(path), TestContext.Current.CancellationToken);

    /// <summary>As SIGTERM does.</summary>
    public Task Stop() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private Uri Address(string path) =>
        new(Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
