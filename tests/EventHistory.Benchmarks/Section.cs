using System.Text.Encodings.Web;
using System.Text.Json;

namespace EventHistory.Benchmarks;

/// <summary>
/// What one part found: figures beside their targets, tables, and the machine. Each part's section is a file of its own in
/// <c>Results</c>, so that measuring one part again leaves the others as they were.
/// </summary>
internal sealed record Section(string Title, string Says, Machine Machine, IReadOnlyList<Figure> Figures, IReadOnlyList<ResultTable> Tables)
{
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Folder => Repository.File("tests/EventHistory.Benchmarks/Results");

    public static Section? Read(string part) => File.Exists(PathOf(part)) ? JsonSerializer.Deserialize<Section>(File.ReadAllText(PathOf(part)), _json) : null;

    public void Write(string part)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(PathOf(part), JsonSerializer.Serialize(this, _json) + "\n");
    }

    private static string PathOf(string part) => Path.Combine(Folder, part + ".json");
}

/// <summary>One of the figures that were promised.</summary>
internal sealed record Figure(string Name, string Target, string Measured, bool Met)
{
    public static Figure AtLeast(string name, double target, double measured, string unit) =>
        new(name, $"≥ {target:N0}{unit}", $"{measured:N0}{unit}", measured >= target);

    public static Figure AtMost(string name, double target, double measured, string unit, string format = "N0") =>
        new(name, $"≤ {target.ToString(format, null)}{unit}", $"{measured.ToString(format, null)}{unit}", measured <= target);
}

internal sealed record ResultTable(string Says, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows);
