using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>What a database takes on disk, in bytes: tables with their TOAST, their indexes and their free space.</summary>
/// <param name="Log">The segments.</param>
/// <param name="Tasks">The rows of tasks.</param>
/// <param name="Rollups">Counts and histograms.</param>
/// <param name="Other">Workers, labels and so on.</param>
internal sealed record DiskUse(long Log, long Tasks, long Rollups, long Other)
{
    private const string SizeSql = """
        select array[coalesce(sum(size) filter (where name like 'event\_segment%'), 0),
                     coalesce(sum(size) filter (where name like 'task%'), 0),
                     coalesce(sum(size) filter (where name like 'rollup%'), 0),
                     coalesce(sum(size) filter (where name !~ '^(event_segment|task|rollup)'), 0)]::bigint[]
          from (select relname, pg_total_relation_size(oid) from pg_class
                 where relnamespace = 'eventhistory'::regnamespace and relkind = 'r') t(name, size)
        """;

    public IReadOnlyList<long> ReadModels => [Tasks, Rollups, Other];

    public long Total => Log + Tasks + Rollups + Other;

    public static async Task<DiskUse> Of(NpgsqlDataSource source, CancellationToken ct)
    {
        var sizes = await source.Scalar<long[]>(SizeSql, ct);
        return new DiskUse(sizes[0], sizes[1], sizes[2], sizes[3]);
    }
}
