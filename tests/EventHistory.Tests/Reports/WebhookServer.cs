using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventHistory.Tests.Reports;

/// <summary>A web server on a port of this machine that keeps what it is called with, or behaves badly.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _silence = new();

    private WebhookServer(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Path, IHeaderDictionary Headers, byte[] Body)> Calls { get; } = [];

    public Uri Url { get; private set; } = null!;

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 204;

    /// <summary>Where it sends who calls it.</summary>
    public string? Location { get; set; }

    /// <summary>Answers nothing before <see cref="Speak"/>.</summary>
    public bool IsMute { get; set; }

    public static async Task<WebhookServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new WebhookServer(app);
        app.Run(server.Take);
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Url = new Uri(app.Urls.Single());
        return server;
    }

    public void Speak()
    {
        IsMute = false;
        _silence.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Speak();
        await _app.DisposeAsync();
    }

    private async Task Take(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Calls.Enqueue((context.Request.Path, new HeaderDictionary(context.Request.Headers.ToDictionary()), body.ToArray()));
        if (IsMute)
            await _silence.Task;
        context.Response.StatusCode = Status;
        if (Location is not null)
            context.Response.Headers.Location = Location;
    }
}
