namespace EventHistory.Tests.Fixtures;

/// <summary>Real Celery workers of the demo shop (compose/demo) on a broker of the test's choice.</summary>
public sealed class Celery : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3"; // Debian's, which has Debian's Celery

    private readonly TemporaryFolder _results = new();
    private readonly Dictionary<string, string?> _environment;
    private readonly Child _workers;

    private Celery(string broker)
    {
        _environment = new Dictionary<string, string?>
        {
            ["CELERY_BROKER_URL"] = broker,
            ["CELERY_RESULT_FOLDER"] = _results.Path,
            ["PYTHON"] = Python,
            ["PYTHONPATH"] = Repository.Path("compose", "demo"),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["RATE"] = "0",
            ["STOP_AT_END_OF_INPUT"] = "1",
        };
        _workers = new Child(Repository.Path("compose", "demo", "run"), [], _environment);
    }

    /// <summary>Starts the workers <c>orders@HOST</c> and <c>mail@HOST</c> and waits until both answer a ping.</summary>
    /// <remarks>They speak on the exchange <c>celeryev</c>, as all workers do: a test that uses them needs a broker of its own.</remarks>
    public static async Task<Celery> Start(string broker)
    {
        var celery = new Celery(broker);
        try
        {
            await Until.True(celery.BothAnswer, "two Celery workers", seconds: 60);
            return celery;
        }
        catch
        {
            await celery.DisposeAsync();
            throw;
        }
    }

    /// <summary>One task of every kind, as the head of compose/demo/traffic.py lists them: <c>{prefix}-success</c> and so on.</summary>
    public Task RunOneOfEach(string prefix) => Run([Repository.Path("compose", "demo", "traffic.py"), "--once", "--prefix", prefix]);

    /// <summary>Runs Python with the shop at hand: <c>from shop import orders; orders.place.apply_async([1], task_id='x')</c>.</summary>
    public Task Run(string script) => Run(["-c", script]);

    public async ValueTask DisposeAsync()
    {
        await _workers.DisposeAsync();
        _results.Dispose();
    }

    private async Task Run(string[] arguments)
    {
        await using var python = new Child(Python, ["-W", "ignore", .. arguments], _environment);
        if (await python.Exited() != 0)
            throw new InvalidOperationException($"python3 {arguments[0]} failed: {python.Errors}{python.Output}");
    }

    private async Task<bool> BothAnswer()
    {
        if (_workers.HasExited)
            throw new InvalidOperationException($"The Celery workers ended (apt-get install python3-celery): {_workers.Errors}{_workers.Output}");
        await using var ping = new Child(Python, ["-W", "ignore", "-c", "from shop import app; raise SystemExit(len(app.control.ping(timeout=1)) < 2)"], _environment);
        return await ping.Exited() == 0;
    }
}
