using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EventHistory.Projections;
using EventHistory.Settings;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Commands;

/// <summary>
/// <c>eventhistory rebuild</c>: makes the read models anew from the log while recording goes on. Exit codes: 0 done; 1 it failed, and
/// nothing has changed; 2 the request makes no sense; 130 it was interrupted, and nothing has changed.
/// </summary>
internal static class RebuildCommand
{
    public const string Description = "Make the read models anew from the log, while recording goes on";

    private const int Interrupted = 130; // what a shell says of a program that Ctrl-C ended

    private static readonly Option<string?> _projection = new("--projection")
    {
        HelpName = "NAME",
        Description = $"Only this one: {string.Join(" or ", ProjectionVersions.Ours.Keys)} [default: all]",
    };

    public static IReadOnlyList<Option> Options { get; } = [_projection];

    /// <returns>The exit code.</returns>
    public static async Task<int> Run(EventHistorySettings settings, ParseResult given, CancellationToken stop)
    {
        var projection = given.GetValue(_projection);
        if (projection is not null && !ProjectionVersions.Ours.ContainsKey(projection))
        {
            throw new StartException($"rebuild: \"{projection}\" is no projection: write --projection {string.Join(" or --projection ", ProjectionVersions.Ours.Keys)}, "
                + "or leave it away for all.", StartException.BadSettings);
        }
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.None));
        await using var database = CommandDatabase.Open("rebuild", settings, loggers);
        await using var sessions = Sessions(CommandDatabase.Address("rebuild", settings));
        using var progress = new ProgressLine(Console.Error, isTerminal: !Console.IsErrorRedirected, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        try
        {
            var events = await database.Ask(async () =>
            {
                await new Migrator(database, Migration.Embedded(), loggers.CreateLogger<Migrator>()).RequireCurrent(stop);
                return await new Rebuild(sessions, database, projection).Run((done, total) => progress.Show(new("Rebuilding", done, total)), stop);
            });
            progress.Clear();
            var what = projection ?? string.Join(", ", ProjectionVersions.Ours.Keys);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Rebuilt {what}: {events:N0} events in {watch.Elapsed:h\\:mm\\:ss}, {events / Math.Max(0.001, watch.Elapsed.TotalSeconds):N0}/s."));
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.Clear();
            Console.Error.WriteLine("eventhistory: rebuild was interrupted; the read models are as they were.");
            return Interrupted;
        }
    }

    // The tables that are being made stand before those in use
    private static NpgsqlDataSource Sessions(string database)
    {
        var connection = PostgresUrl.Parse(database);
        connection.Pooling = false;
        connection.CommandTimeout = 0;
        connection.ApplicationName = "eventhistory rebuild";
        connection.SearchPath = "eventhistory_rebuild, eventhistory";
        connection.WriteBufferSize = FoldingSession.WriteBufferSize;
        connection.Options = FoldingSession.Options + " -c synchronous_commit=off"; // only the swap must be on disk, and says so
        return NpgsqlDataSource.Create(connection.ConnectionString);
    }
}
