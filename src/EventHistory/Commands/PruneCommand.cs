using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EventHistory.Core.Retention;
using EventHistory.Retention;
using EventHistory.Settings;
using EventHistory.Store;

namespace EventHistory.Commands;

/// <summary>
/// <c>eventhistory prune</c>: lets go what the retention policy does not keep, while recording goes on. Exit codes: 0 done; 1 it failed, what was
/// done stays done; 2 the request makes no sense; 130 it was interrupted, likewise.
/// </summary>
internal static class PruneCommand
{
    public const string Description = "Prune what the retention policy does not keep, while recording goes on";

    private const int Interrupted = 130; // what a shell says of a program that Ctrl-C ended

    private static readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would go" };

    public static IReadOnlyList<Option> Options { get; } = [_dryRun];

    /// <returns>The exit code.</returns>
    public static async Task<int> Run(EventHistorySettings settings, ParseResult given, CancellationToken stop)
    {
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.None));
        await using var database = CommandDatabase.Open("prune", settings, loggers);
        using var progress = new ProgressLine(Console.Error, isTerminal: !Console.IsErrorRedirected, TimeProvider.System);
        try
        {
            var sentences = await database.Ask(async () =>
            {
                await new Migrator(database, Migration.Embedded(), loggers.CreateLogger<Migrator>()).RequireCurrent(stop);
                var (policy, _) = await new RetentionPolicies(database, settings).InForce(stop);
                return given.GetValue(_dryRun)
                    ? Sentences(await new Prune(database).Preview(policy, DateTime.UtcNow, stop))
                    : await Prune(new Prune(database), policy, progress, stop);
            });
            progress.Clear();
            foreach (var sentence in sentences)
                Console.WriteLine(sentence);
            return 0;
        }
        catch (Exception e) when (e is TimeoutException or InvalidDataException)
        {
            progress.Clear();
            throw new StartException(e.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.Clear();
            Console.Error.WriteLine("eventhistory: prune was interrupted; what was pruned is gone, and the next run goes on with the rest.");
            return Interrupted;
        }
    }

    private static async Task<IReadOnlyList<string>> Prune(Prune prune, RetentionPolicy policy, ProgressLine progress, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var result = await prune.Run(policy, DateTime.UtcNow, progress.Show, stop);
        return
        [
            Text($"Pruned {result.Tasks:N0} tasks and {result.Events:N0} events of the log in {watch.Elapsed:h\\:mm\\:ss}; {Size(result.BytesFreed)} of disk are free again. No table was locked for more than {Math.Ceiling(result.LongestLock.TotalMilliseconds):N0} ms."),
            .. result.Other.Where(other => other.Value > 0).Select(other => Text($"Pruned {other.Value:N0} rows by {other.Key}.")),
        ];
    }

    private static IReadOnlyList<string> Sentences(PrunePreview preview) =>
    [
        Text($"{preview.Tasks:N0} of {preview.TasksBefore:N0} finished tasks would go, about {Size(preview.Bytes)} in all. Nothing was changed."),
        .. preview.Shares.Select(share => Text($"  {share.Limit}: {share.Rows:N0} rows, about {Size(share.Bytes)}")),
        .. preview.Days.Select(day => Text($"  {day.Day:yyyy-MM-dd}: {day.Going:N0} of {day.Tasks:N0} tasks, {day.Fate}")),
    ];

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => Text($"{bytes / 1e9:F1} GB"),
        >= 1_000_000 => Text($"{bytes / 1e6:F1} MB"),
        _ => Text($"{bytes / 1e3:F0} kB"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
