using EventHistory.Core.Log;
using Npgsql;

namespace EventHistory.Store;

/// <summary>The texts of the labels that segments name their event types with, each fetched once.</summary>
internal sealed class TypeNames(NpgsqlDataSource database)
{
    private readonly Dictionary<int, string> _texts = [];

    private const string TextsSql = "select id, value from eventhistory.label where id = any($1)";

    /// <returns>The text of a label that was fetched; null: there is no such label.</returns>
    public string? this[int number] => _texts.GetValueOrDefault(number);

    public async Task Fetch(LogSegment segment, CancellationToken ct)
    {
        if (segment.Types.All(_texts.ContainsKey))
            return;
        await using var command = database.CreateCommand(TextsSql);
        command.Parameters.Add(new() { Value = segment.Types.ToArray() });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            _texts[rows.GetInt32(0)] = rows.GetString(1);
    }
}
