using System.CommandLine;
using EventHistory.Core;
using EventHistory.Settings;

namespace EventHistory.Commands;

/// <summary>The verbs and their options. Options only override settings; what they mean is decided where all settings are read.</summary>
internal static class CommandLine
{
    /// <summary>A verb's work, given the settings in force and the token that SIGTERM and SIGINT cancel.</summary>
    internal delegate Task Verb(EventHistorySettings settings, CancellationToken stop);

    /// <returns>The exit code of the process: 0 done or asked to stop, 1 failed, 2 bad settings or a bad command line; 130 verify, rebuild, prune, erase or export was interrupted.</returns>
    public static async Task<int> Run(string[] args, Verb serve, Verb migrate)
    {
        var root = new RootCommand("EventHistory records every event of a Celery cluster and answers questions about them.")
        {
            Create("serve", "Record events, and serve the API and the pages", serve, SettingAlias.All),
            Create("migrate", "Bring the database to this version's schema, and end", migrate, [SettingAlias.Database]),
            Create("verify", VerifyCommand.Description, [SettingAlias.Database, SettingAlias.Data], VerifyCommand.Options, VerifyCommand.Run),
            Create("rebuild", RebuildCommand.Description, [SettingAlias.Database, SettingAlias.Data], RebuildCommand.Options, RebuildCommand.Run),
            Create("prune", PruneCommand.Description, [SettingAlias.Database, SettingAlias.Data], PruneCommand.Options, PruneCommand.Run),
            Create("erase", EraseCommand.Description, [SettingAlias.Database, SettingAlias.Data], EraseCommand.Options, EraseCommand.Run),
            Create("export", ExportCommand.Description, [SettingAlias.Database, SettingAlias.Data], ExportCommand.Options, ExportCommand.Run),
        };
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            return Complain($"{WhatIsWrong(parsed)}; eventhistory --help shows what can be given.", StartException.BadSettings);

        // our own signals and our own errors: every ending goes through here
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (StartException e)
        {
            return Complain(e.Message, e.ExitCode);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Complain($"An unexpected {e.GetType().Name} ended EventHistory: {Secrets.Mask(e.Message)}", StartException.Failure);
        }
    }

    private static Command Create(string name, string description, Verb verb, IReadOnlyList<SettingAlias> aliases) =>
        Create(name, description, aliases, [], async (settings, _, stop) =>
        {
            try
            {
                await verb(settings, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // asked to stop before it had begun: that is no failure
            }
            return 0;
        });

    private static Command Create(string name, string description, IReadOnlyList<SettingAlias> aliases, IReadOnlyList<Option> own,
        Func<EventHistorySettings, ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var option in own)
            command.Add(option);
        var options = aliases.Where(a => a.Option is not null)
            .ToDictionary(a => a.Key, a => new Option<string?>(a.Option!) { HelpName = a.Argument, Description = $"{a.Description}; also {a.Variable}" });
        foreach (var option in options.Values)
            command.Add(option);

        command.SetAction(async parsed =>
        {
            var given = options.Where(o => parsed.GetResult(o.Value) is not null)
                .ToDictionary(o => o.Key, o => parsed.GetValue(o.Value));
            var settings = SettingsReader.Read(SettingsSources.Read(given));
            using var signals = new StopSignals();
            return await run(settings, parsed, signals.Token);
        });
        return command;
    }

    // of several complaints the one about a word that is there says more than the one about a word that is missing
    private static string WhatIsWrong(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..])
            return parsed.Errors[0].Message.TrimEnd('.');

        var command = parsed.CommandResult.Command;
        var known = word.StartsWith('-') ? command.Options.Select(o => o.Name) : command.Subcommands.Select(c => c.Name);
        return $"\"{word}\" is not known" + (Spelling.Nearest(word, known) is { } meant ? $", did you mean {meant}?" : "");
    }

    private static int Complain(string sentence, int exitCode)
    {
        Console.Error.WriteLine($"eventhistory: {sentence.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}
