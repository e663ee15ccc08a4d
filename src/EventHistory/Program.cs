using EventHistory.Api;
using EventHistory.Commands;
using EventHistory.Erasing;
using EventHistory.Ingest;
using EventHistory.Jobs;
using EventHistory.Reports;
using EventHistory.Retention;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Ui;
using EventHistory.Watching;

return await CommandLine.Run(args, Serve, MigrateCommand.Run);

// The parts in the order an event meets them: broker → log and read models → answers
static async Task Serve(EventHistorySettings settings, CancellationToken stop)
{
    var builder = ServeHost.Create(settings);

    // PostgreSQL: the one that is named, or our own
    await using var embedded = settings.Database is null ? await ServeHost.StartDatabase(settings, stop) : null;
    var database = settings.Database ?? embedded!.ConnectionString;
    builder.Services.AddDatabase(database);

    // RabbitMQ stream → batches → one transaction each
    builder.Services.AddIngest(settings, database);

    // What is kept, and the prune of the rest
    builder.Services.AddRetention(settings);

    // Tasks that somebody asked to erase, out of all of it
    builder.Services.AddErasing();

    // What is due at its time: housekeeping, watching, reports
    builder.Services.AddJobs(settings);
    builder.Services.AddWatching(settings);
    builder.Services.AddReports(settings);

    // API and pages
    builder.Services.AddApi();
    builder.Services.AddUi();

    await using var app = builder.Build();
    if (settings.Roles.HasFlag(Roles.Web))
    {
        app.MapApi();
        app.MapUi();
    }
    else
    {
        app.MapHealth(); // whoever watches the process watches every role
    }

    await app.Serve(settings, stop);
}
