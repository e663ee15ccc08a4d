using EventHistory.Store;
using Npgsql;

namespace EventHistory.Jobs;

/// <summary>Makes the tables of the days to come, so that recording finds them at midnight. (The recorder makes today's and tomorrow's itself where they are missing.)</summary>
internal sealed class PartitionMaking(NpgsqlDataSource database) : IScheduledWork
{
    private const int Days = 3;

    public string Name => "make-partitions";

    private const string MakeSql = """
        select eventhistory.ensure_partition(of_table, ((now() at time zone 'UTC')::date + ahead))
          from unnest(array['event_segment', 'task']) of_table, generate_series(1, $1) ahead
        """;

    private const string CountSql = """
        select count(*) from pg_catalog.pg_inherits where inhparent in ('eventhistory.event_segment'::regclass, 'eventhistory.task'::regclass)
        """;

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct)
    {
        var before = await Count(ct);
        await using (var make = database.CreateCommand(MakeSql))
        {
            make.Parameters.Add(new() { Value = Days });
            await make.ExecuteNonQueryAsync(ct);
        }
        return WorkDone.Of(("partitions", await Count(ct) - before));
    }

    private async Task<long> Count(CancellationToken ct)
    {
        await using var command = database.CreateCommand(CountSql);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
