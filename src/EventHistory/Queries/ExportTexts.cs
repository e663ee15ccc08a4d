using System.Text;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Texts of labels as UTF-8, each fetched once: names, workers and queues are few, and joining them to every row would cost more than the rows.</summary>
internal sealed class ExportTexts(NpgsqlDataSource database)
{
    private const int MostBytes = 32_000_000;

    private readonly Dictionary<int, byte[]> _texts = [];
    private long _bytes;

    public byte[] this[int label] => _texts[label];

    /// <summary>What a failure group is called outside of this database.</summary>
    public byte[] Digest(int label) => Encoding.UTF8.GetBytes(Labels.Digest(Encoding.UTF8.GetString(_texts[label])).ToString("N"));

    public bool Knows(int label) => _texts.ContainsKey(label);

    private const string TextsSql = "select id, value from eventhistory.label where id = any($1)";

    /// <summary>Fetches all labels of a row; others may be forgotten.</summary>
    public async Task Fetch(int[] labels, CancellationToken ct)
    {
        if (_bytes > MostBytes) // somebody makes names up
        {
            _texts.Clear();
            _bytes = 0;
        }
        await using var command = database.CreateCommand(TextsSql);
        command.CommandTimeout = QueryFault.TimeLimit;
        command.Parameters.Add(new() { Value = labels });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            var text = rows.GetFieldValue<byte[]>(1);
            _texts[rows.GetInt32(0)] = text;
            _bytes += text.Length;
        }
    }
}
