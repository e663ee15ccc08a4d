using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Labels by their numbers, and numbers by their texts.</summary>
internal static class LabelTexts
{
    private const string NumbersSql = "select id from eventhistory.label where digest = any($1)";

    /// <summary>What was never seen has no number, and is in no row.</summary>
    public static async Task<int[]> Numbers(NpgsqlConnection connection, IReadOnlyCollection<string> texts, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(NumbersSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = texts.Select(Labels.Digest).ToArray() } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var numbers = new List<int>();
        while (await rows.ReadAsync(ct))
            numbers.Add(rows.GetInt32(0));
        return [.. numbers];
    }

    private const string TextsSql = "select id, value from eventhistory.label where id = any($1)";

    public static async Task<Dictionary<int, string>> Of(NpgsqlConnection connection, IEnumerable<int> numbers, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TextsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = numbers.Distinct().ToArray() } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var texts = new Dictionary<int, string>();
        while (await rows.ReadAsync(ct))
            texts[rows.GetInt32(0)] = rows.GetString(1);
        return texts;
    }
}
