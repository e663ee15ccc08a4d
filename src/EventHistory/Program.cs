using EventHistory.Commands;
using EventHistory.Settings;
using EventHistory.Store;

return await CommandLine.Run(args, Serve, MigrateCommand.Run);

// The parts in the order an event meets them: broker → log and read models → answers
static async Task Serve(EventHistorySettings settings, CancellationToken stop)
{
    var builder = ServeHost.Create(settings);

    // PostgreSQL: the one that is named, or our own
    await using var embedded = settings.Database is null ? await ServeHost.StartDatabase(settings, stop) : null;
    builder.Services.AddDatabase(settings.Database ?? embedded!.ConnectionString);

    // RabbitMQ stream → batches → one transaction each
    // IngestSetup.AddIngest(builder.Services, settings);

    await using var app = builder.Build();

    // health, API, pages
    // ApiSetup.MapApi(app);
    // UiSetup.MapUi(app);

    await app.Serve(settings, stop);
}
