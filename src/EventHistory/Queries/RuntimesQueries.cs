using EventHistory.Core.Rollups;
using EventHistory.Core.Statistics;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>How long tasks take: from rollups where they have the answer, else from rows.</summary>
internal sealed class RuntimesQueries(NpgsqlDataSource database)
{
    public async Task<RuntimesAnswer> Ask(RuntimesQuery query, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        return query.Rollups is { } rollups
            ? await RuntimesFromRollups.Ask(connection, query, rollups, ct)
            : await RuntimesFromRows.Ask(connection, query, ct);
    }

    /// <summary>What an answer is split by, as it is asked for; null: nothing.</summary>
    public static string? Name(RollupDimension by) => StatisticsParameters.Dimensions.Where(d => d.Value == by).Select(d => d.Key).FirstOrDefault();
}
