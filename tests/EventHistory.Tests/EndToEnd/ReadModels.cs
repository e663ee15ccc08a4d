using System.Globalization;
using EventHistory.Core.Tasks;
using EventHistory.Tests.Ingest;
using Npgsql;

namespace EventHistory.Tests.EndToEnd;

/// <summary>The rows of every read model as lines of text, with labels by their text and without the times of recording: comparable between databases.</summary>
internal static class ReadModels
{
    private static readonly string[] _tables = ["task", "worker", "worker_mark", "worker_minute", "worker_started", "worker_counted", "rollup"];

    private const string LabelsSql = "select id, value from eventhistory.label";

    public static async Task<List<string>> Read(NpgsqlDataSource data)
    {
        var labels = (await data.All(LabelsSql, row => (Id: row.GetInt32(0), Value: row.GetString(1)))).ToDictionary(l => l.Id, l => l.Value);
        var lines = new List<string>();
        foreach (var table in _tables)
        {
            var rows = await data.All($"select * from eventhistory.{table}", row => $"{table}: {Line(row, labels)}");
            rows.Sort(StringComparer.Ordinal);
            lines.AddRange(rows);
        }
        return lines;
    }

    private static string Line(NpgsqlDataReader row, Dictionary<int, string> labels) => string.Join(" | ",
        Enumerable.Range(0, row.FieldCount).Where(i => row.GetName(i) != "last_heard" && !row.IsDBNull(i)).Select(i => $"{row.GetName(i)}={Text(row, i, labels)}"));

    private static string? Text(NpgsqlDataReader row, int column, Dictionary<int, string> labels) => (row.GetName(column), row.GetValue(column)) switch
    {
        ("name_id" or "worker_id" or "client_id" or "queue_id" or "exchange_id" or "routing_key_id" or "frames_id" or "host_id", int label) => labels[label],
        ("label_id", int label) => label == 0 ? "" : labels[label],
        ("settled", DateTime settled) => settled == DateTime.MaxValue ? "not yet" : "at some time", // by our clock
        ("stamps", byte[] stamps) => string.Join(' ', StampCodec.Read(stamps, label => labels[label])),
        ("positions", byte[] positions) => string.Join(',', PositionCodec.Read(positions)),
        (_, Array values) => string.Join(',', values.Cast<object>().Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))),
        (_, DateTime time) => time.ToString("O", CultureInfo.InvariantCulture),
        (_, var value) => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
