using System.Globalization;
using System.Text.RegularExpressions;

namespace EventHistory.Store;

/// <summary>A PostgreSQL installed on this machine.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private const int Oldest = 15;

    /// <summary>The newest one, or the one of the version that a cluster was made with.</summary>
    public static async Task<PostgresBinaries> Find(int? major, CancellationToken ct)
    {
        var found = new List<PostgresBinaries>();
        foreach (var folder in Candidates().Where(f => File.Exists(Path.Combine(f, "postgres")) && File.Exists(Path.Combine(f, "initdb"))))
        {
            var (_, output) = await PostgresUser.Run(Path.Combine(folder, "postgres"), ["--version"], ct);
            if (Version().Match(output) is { Success: true } version)
                found.Add(new PostgresBinaries(folder, int.Parse(version.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
        }

        return found.Where(b => major is null ? b.Major >= Oldest : b.Major == major).MaxBy(b => b.Major)
            ?? throw Missing(major);
    }

    public string Program(string name) => Path.Combine(Folder, name);

    // Debian's, Red Hat's, and whatever is on the path; Debian keeps the server off the path
    private static IEnumerable<string> Candidates() =>
        Folders("/usr/lib/postgresql", "*").Concat(Folders("/usr", "pgsql-*")).Select(f => Path.Combine(f, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));

    private static string[] Folders(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.GetDirectories(parent, pattern) : [];

    private static StartException Missing(int? major) => new(major is null
        ? $"No PostgreSQL {Oldest} or newer is installed here: install it with apt-get install postgresql, or name a database with --database."
        : $"The data was made by PostgreSQL {major}, which is not installed here: install it with apt-get install postgresql-{major}, "
            + "or choose another folder with --data.");

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex Version();
}
