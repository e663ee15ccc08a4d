using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using EventHistory.Core.Export;
using EventHistory.Core.Search;
using EventHistory.Queries;
using EventHistory.Settings;
using EventHistory.Store;

namespace EventHistory.Commands;

/// <summary>
/// <c>eventhistory export</c>: tasks as a file, the same as <c>GET /api/v1/export</c>. Exit codes: 0 all rows are there; 1 they are not;
/// 2 the request makes no sense; 130 it was interrupted.
/// </summary>
internal static class ExportCommand
{
    public const string Description = "Write tasks to a file: CSV, NDJSON or JSON";

    private const int NotWhole = 1;
    private const int Interrupted = 130; // what a shell says of a program that Ctrl-C ended

    private static readonly Option<string?> _query = new("--query") { HelpName = "Q", Description = "Which tasks, in the search language: \"state:FAILURE name:shop.*\" [default: all]" };
    private static readonly Option<string?> _from = new("--from") { HelpName = "TIME", Description = "First seen at or after this time: ISO 8601 with a zone, unix seconds, or how long ago (-7d)" };
    private static readonly Option<string?> _to = new("--to") { HelpName = "TIME", Description = "First seen before this time" };
    private static readonly Option<string?> _format = new("--format") { HelpName = "F", Description = "csv, ndjson or json [default: csv]" };
    private static readonly Option<string?> _fields = new("--fields") { HelpName = "A,B", Description = "Only these fields [default: all]" };
    private static readonly Option<string?> _cursor = new("--cursor") { HelpName = "PLACE", Description = "Go on behind this row: its first_seen and id, with a slash between them" };
    private static readonly Option<bool> _rowsOnly = new("--rows-only") { Description = "Nothing but rows: no coverage before, no end behind them" };
    private static readonly Option<string?> _output = new("--output") { HelpName = "FILE", Description = "A file that is not there yet, compressed if its name ends with .gz [default: standard output]" };

    public static IReadOnlyList<Option> Options { get; } = [_query, _from, _to, _format, _fields, _cursor, _rowsOnly, _output];

    /// <returns>The exit code.</returns>
    public static async Task<int> Run(EventHistorySettings settings, ParseResult given, CancellationToken stop)
    {
        var query = Query(given);
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.None));
        await using var database = CommandDatabase.Open("export", settings, loggers);
        var watch = Stopwatch.StartNew();
        try
        {
            var end = await database.Ask(async () =>
            {
                await new Migrator(database, Migration.Embedded(), loggers.CreateLogger<Migrator>()).RequireCurrent(stop);
                await using var output = Open(given.GetValue(_output));
                return await new TaskExport(database, new CoverageQueries(database), TimeProvider.System).Write(query, output, stop);
            });
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{end.Rows:N0} rows in {watch.Elapsed:h\\:mm\\:ss}, {end.Rows / Math.Max(0.001, watch.Elapsed.TotalSeconds):N0}/s."));
            if (end.Problem is null)
                return 0;
            Console.Error.WriteLine($"eventhistory: export is not whole. {end.Problem} That is --cursor {end.Cursor}");
            return NotWhole;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("eventhistory: export was interrupted; go on with first_seen and id of the last whole row as --cursor.");
            return Interrupted;
        }
    }

    private static ExportQuery Query(ParseResult given)
    {
        var parameters = new[]
        {
            (FilterParameters.Query, given.GetValue(_query)), (FilterParameters.From, given.GetValue(_from)), (FilterParameters.To, given.GetValue(_to)),
            (ExportQuery.Form, given.GetValue(_format)), (ExportQuery.Columns, given.GetValue(_fields)), (ExportQuery.Place, given.GetValue(_cursor)),
            (ExportQuery.Coverage, given.GetValue(_rowsOnly) ? "false" : null),
        };
        var (query, problem) = ExportQuery.Parse(parameters.Select(p => KeyValuePair.Create(p.Item1, p.Item2 ?? "")), DateTime.UtcNow);
        return query ?? throw new StartException($"export: {problem}", StartException.BadSettings);
    }

    private static Stream Open(string? file)
    {
        if (file is null)
            return Console.OpenStandardOutput();
        try
        {
            var output = new FileStream(file, FileMode.CreateNew);
            return file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(output, CompressionLevel.Fastest) : output;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"export: {file} cannot be made ({e.Message}): name a file that is not there yet with --output.", StartException.BadSettings);
        }
    }
}
