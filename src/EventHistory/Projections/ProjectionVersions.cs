using Npgsql;

namespace EventHistory.Projections;

/// <summary>The read models by name, and the versions of the rules that make their rows.</summary>
internal static class ProjectionVersions
{
    /// <summary>To be counted up when a change of the rules gives other rows for the same log.</summary>
    public static readonly IReadOnlyDictionary<string, int> Ours = new Dictionary<string, int>
    {
        ["tasks"] = 3,
        ["workers"] = 1,
    };

    private const string StoredSql = "select name, version from eventhistory.projection";

    /// <summary>Those whose rows were made by older rules than this program's, with the version of those.</summary>
    public static async Task<List<OutdatedProjection>> Outdated(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(StoredSql, connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var outdated = new List<OutdatedProjection>();
        while (await rows.ReadAsync(ct))
        {
            if (Ours.TryGetValue(rows.GetString(0), out var ours) && rows.GetInt32(1) < ours)
                outdated.Add(new(rows.GetString(0), rows.GetInt32(1), ours));
        }
        return outdated;
    }
}

/// <summary>A read model that is to be rebuilt.</summary>
internal sealed record OutdatedProjection(string Name, int Stored, int Ours);
