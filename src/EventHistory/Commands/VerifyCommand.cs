using System.CommandLine;
using System.Globalization;
using EventHistory.Core.Log;
using EventHistory.Projections;
using EventHistory.Settings;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Commands;

/// <summary>
/// <c>eventhistory verify</c>: reads the log again and proves that it is what was recorded. Exit codes: 0 it is; 1 it is not,
/// with the first position that is wrong; 2 the request makes no sense; 130 it was interrupted.
/// </summary>
internal static class VerifyCommand
{
    public const string Description = "Prove that the log is what was recorded, and that the tasks show what the log has";

    private const int NotProved = 1;
    private const int Interrupted = 130; // what a shell says of a program that Ctrl-C ended

    private static readonly Option<string?> _source = new("--source") { HelpName = "NAME", Description = "Only the log of this source [default: of all]" };
    private static readonly Option<string?> _from = new("--from") { HelpName = "POSITION", Description = "From this position; the tasks are then not compared [default: the first]" };
    private static readonly Option<string?> _to = new("--to") { HelpName = "POSITION", Description = "Up to this position; the tasks are then not compared [default: the last]" };
    private static readonly Option<string?> _head = new("--head") { HelpName = "POSITION:HEX", Description = "Also prove that this was the head of the log once: as GET /api/v1/log/head gave it" };

    public static IReadOnlyList<Option> Options { get; } = [_source, _from, _to, _head];

    /// <returns>The exit code.</returns>
    public static async Task<int> Run(EventHistorySettings settings, ParseResult given, CancellationToken stop)
    {
        var request = new VerifyRequest(given.GetValue(_source), Position("--from", given.GetValue(_from)), Position("--to", given.GetValue(_to)),
            Head(given.GetValue(_head)));
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.None));
        await using var database = CommandDatabase.Open("verify", settings, loggers);
        using var progress = new ProgressLine(Console.Error, isTerminal: !Console.IsErrorRedirected, TimeProvider.System);
        try
        {
            var verdicts = await database.Ask(async () =>
            {
                await new Migrator(database, Migration.Embedded(), loggers.CreateLogger<Migrator>()).RequireCurrent(stop);
                request = request with { TasksAreOutdated = await TasksAreOutdated(database, stop) };
                return await new LogVerification(database, progress.Show).Run(request, stop);
            });
            progress.Clear();
            foreach (var verdict in verdicts)
                Console.WriteLine(Sentence(verdict, request));
            if (verdicts.Count == 0)
                Console.WriteLine("Nothing is recorded yet: there is no log to verify.");
            return verdicts.All(v => v.Fault is null) ? 0 : NotProved;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.Clear();
            Console.Error.WriteLine("eventhistory: verify was interrupted, so nothing is proved; run it again, or a part of the log with --from and --to.");
            return Interrupted;
        }
    }

    private static async Task<bool> TasksAreOutdated(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return (await ProjectionVersions.Outdated(connection, ct)).Exists(projection => projection.Name == "tasks");
    }

    private static string Sentence(LogVerdict verdict, VerifyRequest request)
    {
        var name = verdict.Source.Name;
        if (verdict.Fault is { } fault)
            return $"{name}: NOT OK at position {fault.Position}. {fault.Sentence}.";
        if (verdict.Last < verdict.First)
            return $"{name}: OK. The log is empty.";
        var gone = verdict.Tombstones.Events(verdict.First, verdict.Last);
        var sentence = Text($"{name}: OK. Positions {verdict.First} to {verdict.Last}: {verdict.Last - verdict.First + 1 - gone:N0} events, every one as it was recorded, under {verdict.Links:N0} links of the chain.");
        sentence += TakenOut(verdict.Tombstones);
        if (verdict.First == verdict.Source.First && verdict.First > 1)
            sentence += $" The log begins at position {verdict.First}: what was before has been taken out, and the link before it is trusted.";
        else if (verdict.First > verdict.Source.First)
            sentence += $" The link before position {verdict.First} is trusted.";
        if (verdict.Tasks is { } tasks)
            sentence += Text($" The rows of {tasks:N0} tasks list their {verdict.TaskEvents:N0} events, each once.");
        else if (request.TasksAreOutdated)
            sentence += " The tasks were not compared: their rows are outdated, and eventhistory rebuild makes them anew.";
        if (request.Head is { } head)
            sentence += $" The head that was noted at position {head.Position} is in it.";
        return sentence + $" Head: {verdict.Last}:{Convert.ToHexStringLower(verdict.Chain)}";
    }

    private static string TakenOut(Tombstones tombstones) => (tombstones.Events(Tombstone.Erasure), tombstones.Events(Tombstone.Prune)) switch
    {
        (0, 0) => "",
        (var erased, 0) => Text($" Tombstones account for {erased:N0} events that were erased on request."),
        (0, var pruned) => Text($" Tombstones account for {pruned:N0} events that were pruned."),
        var (erased, pruned) => Text($" Tombstones account for {erased:N0} events that were erased on request and {pruned:N0} that were pruned."),
    };

    private static long? Position(string option, string? text) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position > 0 ? position
        : throw Bad($"{option} \"{text}\" is not a position: write a whole number from 1, as in {option} 1000");

    private static NotedHead? Head(string? text)
    {
        if (text is null)
            return null;
        var parts = text.Split(':');
        return parts is [var position, { Length: 2 * HashChain.LinkBytes } hex] && hex.All(char.IsAsciiHexDigit)
            && long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                ? new NotedHead(at, Convert.FromHexString(hex), "the head that was noted")
                : throw Bad($"--head \"{text}\" is not a head: write POSITION:HEX, a position and the 64 hexadecimal digits of its link");
    }

    private static StartException Bad(string sentence) => new($"verify: {sentence}.", StartException.BadSettings);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
