using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace EventHistory.Store;

/// <summary>
/// The files of the private PostgreSQL, and the commands over them:
/// <code>
/// DATA/postgres.log        what the server says
/// DATA/database.url        for psql: where it is reached while it runs, with the password; mode 0600
/// DATA/postgres/password   of the only user, eventhistory; mode 0600
/// DATA/postgres/cluster    PostgreSQL's own folder
/// </code>
/// Where the user postgres cannot reach DATA (below /root, say), DATA/postgres is a link to a folder under /var/lib/eventhistory.
/// </summary>
internal sealed class PostgresCluster
{
    public const string User = "eventhistory";

    private const long LargestLog = 10_000_000;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly PostgresBinaries _binaries;
    private readonly string _folder;

    private PostgresCluster(PostgresBinaries binaries, string home, string log)
    {
        _binaries = binaries;
        _folder = Path.Combine(home, "cluster");
        Log = log;
        Password = File.ReadAllText(Path.Combine(home, "password"));
    }

    public string Log { get; }

    public string Password { get; }

    /// <summary>Makes the cluster unless it is there.</summary>
    public static async Task<PostgresCluster> Prepare(string data, ILogger logger, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows())
            throw new StartException("On Windows there is no private PostgreSQL: name a database with --database.");

        var log = Path.Combine(data, "postgres.log");
        var home = Real(Path.Combine(data, "postgres"));
        var existing = Path.Combine(home, "cluster", "PG_VERSION");
        if (File.Exists(existing))
        {
            var major = int.Parse((await File.ReadAllTextAsync(existing, ct)).Trim(), CultureInfo.InvariantCulture);
            return new PostgresCluster(await PostgresBinaries.Find(major, ct), home, log);
        }

        var binaries = await PostgresBinaries.Find(major: null, ct);
        home = await MakeHome(home, ct);
        logger.MakingCluster(binaries.Major, home);
        await MakeCluster(binaries, home, ct);
        return new PostgresCluster(binaries, home, log);
    }

    /// <summary>Sets the port that the next server listens on; to be called while there is none.</summary>
    public void Configure(int port)
    {
        if (new FileInfo(Log) is { Exists: true, Length: > LargestLog })
            File.Move(Log, Log + ".1", overwrite: true);
        File.WriteAllText(Path.Combine(_folder, "postgresql.conf"), PostgresConfiguration.Text(port));
    }

    /// <summary>Leaves the address of the running server where a person finds it.</summary>
    public void WriteUrl(string url) => WriteSecret(Path.Combine(Path.GetDirectoryName(Log)!, "database.url"), url + "\n");

    /// <summary>Starts a server that outlives a SIGINT to our process group: Ctrl-C must not end it before the last batch is in.</summary>
    public Process Launch() => Process.Start(PostgresUser.Start(
    [
        "/bin/sh", "-c", "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", Log,
        .. PostgresUser.Command(_binaries.Program("postgres"), ["-D", _folder]),
    ]))!;

    /// <summary>Ends a server that survived the process that started it.</summary>
    public async Task StopLeftover(ILogger logger, CancellationToken ct)
    {
        var file = Path.Combine(_folder, "postmaster.pid");
        if (!File.Exists(file) || !int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) || !IsOurs(pid))
            return;
        logger.StoppingLeftover(pid);
        await Stop(ct);
    }

    /// <summary>Stops the running server: open transactions are rolled back, committed ones are on disk.</summary>
    public async Task Stop(CancellationToken ct)
    {
        var (exitCode, _) = await Control("fast", ct);
        if (exitCode != 0)
            await Control("immediate", ct);
    }

    private Task<(int ExitCode, string Output)> Control(string mode, CancellationToken ct) =>
        PostgresUser.Run(_binaries.Program("pg_ctl"), ["stop", "-D", _folder, "-m", mode, "-w", "-t", "60"], ct);

    // After a reboot the number may belong to anybody
    private bool IsOurs(int pid) =>
        File.Exists($"/proc/{pid}/cmdline") && File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(_folder);

    // The folder itself, for the user postgres cannot pass through a link that lies out of its reach
    private static string Real(string home)
    {
        var folder = new DirectoryInfo(home);
        if (folder.LinkTarget is null)
            return home;
        return folder.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target
            ? target.FullName
            : throw new StartException($"{home} points to {folder.LinkTarget}, which is not there: restore it, or remove the link to begin with an empty history.");
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task<string> MakeHome(string home, CancellationToken ct)
    {
        Directory.CreateDirectory(home, Private);
        await PostgresUser.Give(home, ct);
        if (!PostgresUser.IsNeeded || (await PostgresUser.Run("test", ["-w", home], ct)).ExitCode == 0)
            return home;

        Directory.Delete(home);
        var whose = Path.GetDirectoryName(home)!.Trim('/').Replace('/', '-'); // for whoever finds it after DATA is gone
        var elsewhere = Path.Combine("/var/lib/eventhistory", $"{whose[..Math.Min(whose.Length, 150)]}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
        Directory.CreateDirectory(Path.GetDirectoryName(elsewhere)!);
        Directory.CreateDirectory(elsewhere, Private);
        Directory.CreateSymbolicLink(home, elsewhere);
        return elsewhere;
    }

    // Under another name until it is whole: a process killed meanwhile leaves nothing that looks like a cluster
    [UnsupportedOSPlatform("windows")]
    private static async Task MakeCluster(PostgresBinaries binaries, string home, CancellationToken ct)
    {
        var (unfinished, password) = (Path.Combine(home, "cluster.new"), Path.Combine(home, "password"));
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        WriteSecret(password, RandomNumberGenerator.GetHexString(32));
        await PostgresUser.Give(home, ct);
        var (exitCode, output) = await PostgresUser.Run(binaries.Program("initdb"),
            ["-D", unfinished, "-U", User, "--pwfile", password, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"], ct);
        if (exitCode != 0)
            throw new StartException($"PostgreSQL's initdb could not make a cluster in {home}: {output}");
        Directory.Move(unfinished, Path.Combine(home, "cluster"));
    }

    private static void WriteSecret(string path, string secret)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.Write(secret);
    }
}
