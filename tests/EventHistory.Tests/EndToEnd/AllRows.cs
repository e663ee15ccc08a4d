using System.Globalization;
using EventHistory.Core.Tasks;
using EventHistory.Tests.Ingest;
using Npgsql;

namespace EventHistory.Tests.EndToEnd;

/// <summary>Every row of every read model as a line of text.</summary>
internal static class AllRows
{
    private const string TablesSql = "select eventhistory.read_models()";
    private const string LabelsSql = "select id, value from eventhistory.label";
    private const string SourcesSql = "select id, name from eventhistory.source";

    /// <summary>All columns as they are: comparable within a database.</summary>
    public static async Task<List<string>> Exactly(NpgsqlDataSource data)
    {
        var lines = new List<string>();
        foreach (var table in await Tables(data))
            lines.AddRange(Sorted(await data.All($"select t::text from eventhistory.{table} t", row => $"{table}: {row.GetString(0)}")));
        return lines;
    }

    /// <summary>Labels by their text, and without what our own clock said: comparable between databases.</summary>
    public static async Task<List<string>> Comparably(NpgsqlDataSource data)
    {
        var labels = await Names(data, LabelsSql);
        var sources = await Names(data, SourcesSql);
        var lines = new List<string>();
        foreach (var table in await Tables(data))
            lines.AddRange(Sorted(await data.All($"select * from eventhistory.{table}", row => $"{table}: {Line(row, labels, sources)}")));
        return lines;
    }

    /// <summary>Says the first line that differs, not all of them.</summary>
    public static void Same(List<string> expected, List<string> found)
    {
        for (var i = 0; i < Math.Min(expected.Count, found.Count); i++)
            Assert.Equal(expected[i], found[i]);
        Assert.Equal(expected.Count, found.Count);
        Assert.NotEmpty(expected);
    }

    private static async Task<Dictionary<int, string>> Names(NpgsqlDataSource data, string sql) =>
        (await data.All(sql, row => (Id: row.GetInt32(0), Name: row.GetString(1)))).ToDictionary(named => named.Id, named => named.Name);

    private static Task<List<string>> Tables(NpgsqlDataSource data) => data.All(TablesSql, row => row.GetString(0));

    private static List<string> Sorted(List<string> lines)
    {
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static string Line(NpgsqlDataReader row, Dictionary<int, string> labels, Dictionary<int, string> sources) => string.Join(" | ",
        Enumerable.Range(0, row.FieldCount).Where(i => row.GetName(i) != "last_heard" && !row.IsDBNull(i))
            .Select(i => $"{row.GetName(i)}={Text(row.GetName(i), row.GetDataTypeName(i).EndsWith("[]", StringComparison.Ordinal) ? row.GetValue(i) : Value(row, i), labels, sources)}"));

    // enumerations are of this database's own types
    private static object Value(NpgsqlDataReader row, int column) =>
        row.GetDataTypeName(column).Contains("rollup_", StringComparison.Ordinal) ? row.GetString(column) : row.GetValue(column);

    private static string? Text(string name, object value, Dictionary<int, string> labels, Dictionary<int, string> sources) => (name, value) switch
    {
        ("source_id", int source) => sources[source],
        (_, int label) when name.EndsWith("_id", StringComparison.Ordinal) => label == 0 ? "" : labels[label],
        ("settled", DateTime settled) => settled == DateTime.MaxValue ? "not yet" : "at some time",
        ("stamps", byte[] stamps) => string.Join(' ', StampCodec.Read(stamps, label => labels[label])),
        ("positions", byte[] positions) => string.Join(',', PositionCodec.Read(positions)),
        (_, byte[] bytes) => Convert.ToHexString(bytes),
        (_, Array values) => string.Join(',', values.Cast<object>().Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))),
        (_, DateTime time) => time.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
