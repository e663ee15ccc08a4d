using System.CommandLine;
using System.Globalization;
using EventHistory.Core.Erasure;
using EventHistory.Erasing;
using EventHistory.Settings;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Commands;

/// <summary>
/// <c>eventhistory erase</c>: takes tasks out of the read models and the log, for ever, the same as <c>POST /api/v1/erasures</c>. Exit codes: 0 they
/// are gone; 1 they are not; 2 the request makes no sense, and nothing was erased; 130 it was interrupted.
/// </summary>
internal static class EraseCommand
{
    public const string Description = "Erase tasks from the read models and from the log, for ever, and leave a tombstone that says by whom and why";

    private const int Interrupted = 130; // what a shell says of a program that Ctrl-C ended

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private static readonly Option<string[]> _ids = new("--id") { HelpName = "ID", Description = "The task with this id; repeat it for more" };
    private static readonly Option<string?> _query = new("--q") { HelpName = "Q", Description = "Or all tasks that match this filter, in the search language" };
    private static readonly Option<string?> _limit = new("--limit") { HelpName = "N", Description = $"If more match, nothing is erased [default: {ErasureRequest.DefaultLimit}]" };
    private static readonly Option<string?> _by = new("--by") { HelpName = "WHO", Description = "Who asks for it; is kept" };
    private static readonly Option<string?> _why = new("--why") { HelpName = "REASON", Description = "For what reason; is kept, so leave out what is to be forgotten" };
    private static readonly Option<bool> _unfinished = new("--unfinished") { Description = "Also tasks that are not finished: what they do next is recorded again" };
    private static readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say how much would go" };

    public static IReadOnlyList<Option> Options { get; } = [_ids, _query, _limit, _by, _why, _unfinished, _dryRun];

    /// <returns>The exit code.</returns>
    public static async Task<int> Run(EventHistorySettings settings, ParseResult given, CancellationToken stop)
    {
        var request = Request(given);
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.None));
        await using var database = CommandDatabase.Open("erase", settings, loggers);
        using var progress = new ProgressLine(Console.Error, isTerminal: !Console.IsErrorRedirected, TimeProvider.System);
        using var signal = new ErasureSignal();
        try
        {
            var sentence = await database.Ask(async () =>
            {
                await new Migrator(database, Migration.Embedded(), loggers.CreateLogger<Migrator>()).RequireCurrent(stop);
                var requests = new ErasureRequests(database, signal, TimeProvider.System);
                return given.GetValue(_dryRun) ? await Try(requests, request, stop) : await Erase(requests, database, request, progress, stop);
            });
            progress.Clear();
            Console.WriteLine(sentence);
            return 0;
        }
        catch (InvalidDataException damage)
        {
            throw new StartException($"{damage.Message}. What could not be erased yet will be tried again with the next erasure.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.Clear();
            Console.Error.WriteLine("eventhistory: erase was interrupted; what it began is gone on with by a running serve, or by the next erase.");
            return Interrupted;
        }
    }

    private static ErasureRequest Request(ParseResult given)
    {
        long? limit = given.GetValue(_limit) is not { } text ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Bad($"--limit \"{text}\" is not a whole number.");
        var nobody = given.GetValue(_dryRun) ? "nobody" : null; // nothing is kept of it
        var (request, problem) = ErasureRequest.Of(given.GetValue(_ids) ?? [], given.GetValue(_query), limit, given.GetValue(_by) ?? nobody,
            given.GetValue(_why) ?? nobody, given.GetValue(_unfinished), DateTime.UtcNow);
        return request ?? throw Bad(problem!);
    }

    private static async Task<string> Try(ErasureRequests requests, ErasureRequest request, CancellationToken ct)
    {
        var (tasks, problem) = await requests.Try(request, ct);
        return tasks is null ? throw Bad(problem!) : Text($"{tasks.Count:N0} tasks would be erased, with {tasks.Sum(t => t.Events):N0} events.");
    }

    // A running serve may be at it as well; who holds the lock does all there is to do
    private static async Task<string> Erase(ErasureRequests requests, NpgsqlDataSource database, ErasureRequest request, ProgressLine progress, CancellationToken ct)
    {
        var (erasure, problem) = await requests.Add(request, ct);
        if (erasure is null)
            throw Bad(problem!);
        var eraser = new Eraser(database, TimeProvider.System);
        var done = 0L;
        while (await requests.Find(erasure.Id, ct) is { FinishedAt: null })
        {
            if (!await eraser.Run(some => progress.Show(new("Erasing tasks", done += some, Math.Max(done, erasure.Tasks))), ct))
                await Task.Delay(_pause, ct);
        }
        var erased = (await requests.Find(erasure.Id, ct))!;
        return Text($"Erased {erased.ErasedTasks:N0} tasks with {erased.ErasedEvents:N0} events; this is erasure {erased.Id}. ")
            + "What the broker's stream still keeps of them, backups and files that were exported are not ours to erase.";
    }

    private static StartException Bad(string sentence) => new($"erase: {sentence}", StartException.BadSettings);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
