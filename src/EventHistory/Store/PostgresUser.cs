using System.Diagnostics;

namespace EventHistory.Store;

/// <summary>PostgreSQL refuses to run as root; started by root, its programs run as the user postgres.</summary>
internal static class PostgresUser
{
    public static bool IsNeeded => Environment.IsPrivilegedProcess;

    /// <summary>The command line that runs a program as that user.</summary>
    public static IEnumerable<string> Command(string program, IEnumerable<string> arguments) =>
    [
        .. IsNeeded ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : Array.Empty<string>(),
        program, .. arguments,
    ];

    /// <summary>Runs a program to its end, as that user.</summary>
    public static Task<(int ExitCode, string Output)> Run(string program, IEnumerable<string> arguments, CancellationToken ct) =>
        RunAsSelf(Command(program, arguments), ct);

    /// <summary>Gives a folder and everything in it to that user.</summary>
    public static async Task Give(string folder, CancellationToken ct)
    {
        if (!IsNeeded)
            return;
        var (exitCode, output) = await RunAsSelf(["chown", "-R", "postgres:postgres", folder], ct);
        if (exitCode != 0)
        {
            throw new StartException($"The folder {folder} cannot be given to the user postgres ({output}): "
                + "install PostgreSQL with apt-get install postgresql, or name a database with --database.");
        }
    }

    /// <summary>A process that starts in / and without the variables by which PostgreSQL's programs can be led elsewhere.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> command)
    {
        var (program, arguments) = (command.First(), command.Skip(1));
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }

    private static async Task<(int ExitCode, string Output)> RunAsSelf(IEnumerable<string> command, CancellationToken ct)
    {
        var start = Start(command);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, string.Join(' ', output).Trim().ReplaceLineEndings(" "));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
