using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EventHistory.Core.Tests;

/// <summary>What may know what: a table that the sources have to obey.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string _src = Given.PathOf("..", "..", "src");

    // Folder of src/EventHistory → the folders its `using` lines may name, besides Core, Telemetry and Settings
    private static readonly Dictionary<string, string[]> _neighbours = new()
    {
        ["Settings"] = [],
        ["Telemetry"] = [],
        ["Store"] = [],
        ["Ingest"] = ["Store", "Projections"],
        ["Projections"] = ["Store"],
        ["Queries"] = ["Store"],
        ["Jobs"] = ["Store"],
        ["Watching"] = ["Store", "Jobs"],
        ["Retention"] = ["Store", "Jobs"],
        ["Reports"] = ["Store", "Queries", "Jobs"], // they tell what queries find, on a schedule
        ["Erasing"] = ["Store", "Projections", "Queries"], // out of the log and the read models, what a filter finds
        ["Api"] = ["Queries", "Retention", "Erasing", "Jobs", "Reports"], // what is kept is set there, what runs by itself is asked for and started
        ["Ui"] = ["Queries", "Retention", "Jobs", "Reports"], // what the API sets, a page sets as well
    };

    private static IEnumerable<(string Folder, string File, string Used)> Usings(string root) =>
        from file in Directory.EnumerateFiles(Path.Combine(_src, root), "*.*", SearchOption.AllDirectories)
        where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
        let path = Path.GetRelativePath(Path.Combine(_src, root), file)
        where !path.StartsWith("obj", StringComparison.Ordinal) && !path.StartsWith("bin", StringComparison.Ordinal)
        from match in UsingPattern().Matches(File.ReadAllText(file))
        select (path.Contains(Path.DirectorySeparatorChar) ? path.Split(Path.DirectorySeparatorChar)[0] : "", path, match.Groups[1].Value);

    [Fact]
    public void Folders_know_only_their_neighbours()
    {
        var strangers = from use in Usings("EventHistory")
                        where _neighbours.ContainsKey(use.Folder) && use.Used is not ("Core" or "Telemetry" or "Settings")
                            && use.Used != use.Folder && !_neighbours[use.Folder].Contains(use.Used)
                        select $"{use.File} uses EventHistory.{use.Used}";
        Assert.Empty(strangers);
    }

    [Fact]
    public void Every_folder_is_in_the_table()
    {
        var folders = Usings("EventHistory").Select(use => use.Folder).Where(folder => folder.Length > 0).Distinct();
        Assert.Empty(folders.Except(_neighbours.Keys).Except(["Commands"])); // Commands and Program see all the Setup classes
    }

    [Fact]
    public void Core_needs_no_packages_and_knows_nothing_of_the_shell()
    {
        var project = XDocument.Load(Path.Combine(_src, "EventHistory.Core", "EventHistory.Core.csproj"));
        Assert.DoesNotContain(project.Descendants(), e => e.Name.LocalName.EndsWith("Reference", StringComparison.Ordinal));
        Assert.All(Usings("EventHistory.Core"), use => Assert.Equal("Core", use.Used));
    }

    [Fact]
    public void Core_asks_no_clock_waits_for_nothing_and_writes_no_log()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_src, "EventHistory.Core"), "*.cs", SearchOption.AllDirectories))
            Assert.DoesNotMatch(ImpurePattern(), File.ReadAllText(file));
    }

    [GeneratedRegex(@"^@?using\s+(?:static\s+)?EventHistory\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingPattern();

    [GeneratedRegex(@"DateTime(Offset)?\.(Utc)?Now|TimeProvider|Stopwatch|\bawait\b|Console\.|ILogger|Environment\.")]
    private static partial Regex ImpurePattern();
}
