using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>
/// How the tasks of a filter are spread over states, names, workers and queues: from their rows while these are few; else from rollups, as far as they
/// can tell; else from the rows seen last.
/// </summary>
internal sealed class FacetQueries(NpgsqlDataSource database, DayTables tables)
{
    /// <summary>Of so many, by rollups, there are more than are counted from rows, however rough rollups are for the range.</summary>
    private const long Many = 2 * TaskFacets.MaxRows;

    private static readonly DateTime _end = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public async Task<TaskFacets> Ask(Filter filter, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var sql = await FilterSql.Of(filter, connection, ct);
        var rollups = RollupFilter.Of(filter);
        var told = rollups is { Label: null } ? await FromRollups(connection, sql, rollups, ct) : null;
        if (told is not null && (rollups!.IsExact || told.Tasks > Many))
            return await FacetCounts.Facets(_ => told, connection, ct);
        var rows = await FacetCounts.OfRows(connection, await tables.Read(connection, ct), sql, ct);
        if (rows.IsComplete || rollups is null)
            return await FacetCounts.Facets(_ => rows, connection, ct);
        told ??= await FromRollups(connection, sql, rollups, ct);
        return await FacetCounts.Facets(field => CanTell(rollups, field) ? told : rows, connection, ct);
    }

    private static async Task<FacetCounts> FromRollups(NpgsqlConnection connection, FilterSql sql, RollupFilter rollups, CancellationToken ct)
    {
        var counted = rollups.HasOpen ? await FacetCounts.OfOpenRows(connection, sql, ct) : new FacetCounts();
        counted.Basis = CountBasis.Rollups;
        counted.IsComplete &= rollups.IsExact;
        foreach (var field in FacetCounts.Fields.Where(field => CanTell(rollups, field)))
            counted.Add(field, rollups, await Finished(connection, sql, rollups, field, ct));
        return counted;
    }

    // rollups of some names know the states, and nothing of workers
    private static bool CanTell(RollupFilter rollups, TextField field) =>
        field == TextField.State || rollups.Label is null || rollups.Label.Field == field;

    private static Task<List<RollupCount>> Finished(NpgsqlConnection connection, FilterSql sql, RollupFilter rollups, TextField field, CancellationToken ct)
    {
        var dimension = field == TextField.State ? rollups.Dimension : RollupFilter.DimensionOf(field);
        var spans = RollupSpan.Cover(rollups.From ?? DateTime.UnixEpoch, rollups.To ?? _end);
        return RollupCounts.Of(connection, new RollupRange(spans, dimension, rollups.Label is { } label ? sql.Numbers(label) : null), bucket: null, ct);
    }
}
