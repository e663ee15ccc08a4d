using System.Globalization;
using Npgsql;
using Quartz;
using Quartz.Extensibility;

namespace EventHistory.Jobs;

/// <summary>
/// Quartz.NET with its schedules in our database (schema <c>quartz</c>), shared by every process that uses it. It is made when it is first asked
/// for, and fires nothing before <see cref="Start"/>: a process without the role jobs only reads and changes schedules.
/// </summary>
internal sealed class JobScheduler(NpgsqlDataSource database, IServiceProvider services, ILoggerFactory loggers) : IAsyncDisposable
{
    /// <summary>Long ones must not keep the short ones waiting; each of them leaves half of its time to others.</summary>
    private const int AtATime = 4;

    /// <summary>What a process did that gave no sign for so long, others take over.</summary>
    private static readonly TimeSpan _goneAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _once = new(1);
    private StandaloneSchedulerFactory? _factory;
    private IScheduler? _scheduler;

    /// <summary>Who runs: machine, process, and what tells it from an earlier process of that number.</summary>
    public string Instance { get; } =
        string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid().ToString("N")[..6]}");

    public async Task<IScheduler> Scheduler(CancellationToken ct)
    {
        if (_scheduler is { } there)
            return there;
        await _once.WaitAsync(ct);
        try
        {
            if (_scheduler is null)
            {
                if (_factory is not null)
                    await _factory.DisposeAsync(); // of an attempt that failed
                _factory = Build();
                _scheduler = await _factory.GetScheduler(ct);
            }
            return _scheduler;
        }
        finally
        {
            _once.Release();
        }
    }

    public async Task Start(CancellationToken ct) => await (await Scheduler(ct)).Start(ct);

    /// <summary>Asks the runs that are under way to end after their step, and waits for them.</summary>
    public async Task Stop(CancellationToken ct)
    {
        if (_scheduler is { } scheduler)
            await scheduler.Shutdown(waitForJobsToComplete: true, ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
            await _factory.DisposeAsync();
        _once.Dispose();
    }

    private StandaloneSchedulerFactory Build() => QuartzSchedulerBuilder.Create(quartz =>
    {
        quartz.Services.AddSingleton(loggers);
        quartz.ConfigureScheduler(o =>
        {
            o.InstanceName = "eventhistory";
            o.InstanceId = Instance;
            o.ShutdownJobInterruption = ShutdownJobInterruption.Always;
        });
        quartz.UseDefaultThreadPool(AtATime);
        quartz.UseJobFactory(new OneJob(services));
        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(o => o.DataSourceFactory = _ => database);
            store.UseClustering(o => (o.CheckinInterval, o.CheckinMisfireThreshold) = (TimeSpan.FromSeconds(3), _goneAfter)); // who is only slow still has its lock: see RunTable
            store.ProvisionSchema();
            store.ConfigureStore(o =>
            {
                o.TablePrefix = "quartz.qrtz_";
                o.StoreJobDataAsStrings = true;
                o.MisfireThreshold = ScheduledJob.Missed;
                o.RecoverFiringsCancelledByShutdown = true;
            });
        });
    }).Build();

    // There is one kind of job; what it does follows from its key
    private sealed class OneJob(IServiceProvider services) : IJobFactory
    {
        public ValueTask<JobScope> CreateJob(TriggerFiredBundle bundle, IScheduler scheduler, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new JobScope(services.GetRequiredService<ScheduledJob>()));

        public ValueTask ReturnJob(JobScope scope, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
