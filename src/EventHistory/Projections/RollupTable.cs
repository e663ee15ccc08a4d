using EventHistory.Core.Rollups;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// The table <c>rollup</c>, as its one writer sees it. What changed is held in memory as absolute values and written whole:
/// nothing is added up in SQL. After any failure it is thrown away; the database is the truth.
/// </summary>
/// <remarks>
/// For each transaction <see cref="Prepare"/>, <see cref="Write"/>, and after its commit <see cref="Committed"/>. The next batch may be
/// prepared, and even written, before that.
/// </remarks>
/// <param name="sourceId">Whose tasks it counts.</param>
/// <param name="capacity">Bytes of rollups to keep in memory.</param>
internal sealed class RollupTable(int sourceId, int capacity = 8 * 1024 * 1024)
{
    private readonly RollupFold _rollups = new(capacity);

    /// <param name="readConnection">Reads what is stored of rollups that are not in memory: one query, most often none.</param>
    /// <param name="changes">What each task whose row is about to be written contributed to rollups, and what it contributes now.</param>
    public async Task Prepare(NpgsqlConnection readConnection, IReadOnlyList<(Outcome? Before, Outcome? After)> changes, CancellationToken ct)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            var (before, after) = changes[i];
            _rollups.Apply(before, after);
        }
        if (_rollups.Unloaded.Count == 0)
            return;
        await Load(readConnection, _rollups.Unloaded, ct);
        _rollups.Unloaded.Clear();
    }

    // the offset keeps the planner from joining with the whole table, of which it thinks too little while it grows
    private const string LoadSql = """
        select u.number, r.succeeded, r.failed, r.revoked, r.rejected, r.retries,
               r.runtime_sum, r.runtime, r.queue_wait_sum, r.queue_wait, r.worker_wait_sum, r.worker_wait
          from unnest($2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::int[]) with ordinality as u(resolution, dimension, at, label_id, name_id, number)
         cross join lateral (
               select * from rollup s
                where s.source_id = $1 and s.resolution = u.resolution::eventhistory.rollup_resolution
                  and s.dimension = u.dimension::eventhistory.rollup_dimension and s.at = u.at and s.label_id = u.label_id and s.name_id = u.name_id
               offset 0) r
        """;

    // sums and histograms add up, so it does not matter that the changes are in memory first
    private async Task Load(NpgsqlConnection connection, List<(RollupKey Key, Rollup Rollup)> rollups, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LoadSql, connection);
        var keys = new RollupKeyColumns();
        foreach (var (key, _) in rollups)
            keys.Add(key);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = sourceId });
        keys.AddTo(command.Parameters);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            var rollup = rollups[(int)rows.GetInt64(0) - 1].Rollup;
            rollup.Merge(rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5));
            rollup.Runtime.Merge(rows.GetDecimal(6), rows.GetFieldValue<byte[]>(7));
            rollup.QueueWait.Merge(rows.GetDecimal(8), rows.GetFieldValue<byte[]>(9));
            rollup.WorkerWait.Merge(rows.GetDecimal(10), rows.GetFieldValue<byte[]>(11));
        }
    }

    private const string UpsertSql = """
        insert into rollup (source_id, resolution, dimension, at, label_id, name_id, succeeded, failed, revoked, rejected, retries,
            runtime_count, runtime_sum, runtime, queue_wait_count, queue_wait_sum, queue_wait,
            worker_wait_count, worker_wait_sum, worker_wait)
        select $1, u.resolution::eventhistory.rollup_resolution, u.dimension::eventhistory.rollup_dimension, u.at, u.label_id, u.name_id,
            u.succeeded, u.failed, u.revoked, u.rejected, u.retries, u.runtime_count, u.runtime_sum, u.runtime,
            u.queue_wait_count, u.queue_wait_sum, u.queue_wait, u.worker_wait_count, u.worker_wait_sum, u.worker_wait
          from unnest($2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::int[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
            $11::bigint[], $12::bigint[], $13::numeric[], $14::bytea[], $15::bigint[], $16::numeric[], $17::bytea[],
            $18::bigint[], $19::numeric[], $20::bytea[]) as u(resolution, dimension, at, label_id, name_id, succeeded, failed, revoked, rejected,
            retries, runtime_count, runtime_sum, runtime, queue_wait_count, queue_wait_sum, queue_wait,
            worker_wait_count, worker_wait_sum, worker_wait)
        on conflict (source_id, resolution, dimension, at, label_id, name_id) do update set
            succeeded = excluded.succeeded, failed = excluded.failed, revoked = excluded.revoked, rejected = excluded.rejected,
            retries = excluded.retries, runtime_count = excluded.runtime_count, runtime_sum = excluded.runtime_sum, runtime = excluded.runtime,
            queue_wait_count = excluded.queue_wait_count, queue_wait_sum = excluded.queue_wait_sum, queue_wait = excluded.queue_wait,
            worker_wait_count = excluded.worker_wait_count, worker_wait_sum = excluded.worker_wait_sum, worker_wait = excluded.worker_wait
        """;

    // a statement a key, as it happens rarely: joined with many keys it is as LoadSql would be without its offset
    private const string DeleteSql = """
        delete from rollup where source_id = $1 and resolution = $2::text::eventhistory.rollup_resolution
           and dimension = $3::text::eventhistory.rollup_dimension and at = $4 and label_id = $5 and name_id = $6
        """;

    /// <summary>The commands that store what changed since the last time; those that became empty lose their rows.</summary>
    public IEnumerable<NpgsqlBatchCommand> Write()
    {
        var rows = new RollupColumns();
        var commands = new List<NpgsqlBatchCommand>();
        foreach (var (key, rollup) in _rollups.Take())
        {
            if (rollup.IsEmpty)
                commands.Add(Delete(key));
            else
                rows.Add(key, rollup);
        }
        if (rows.Count > 0)
        {
            var upsert = new NpgsqlBatchCommand(UpsertSql) { Parameters = { new NpgsqlParameter<int> { TypedValue = sourceId } } };
            rows.AddTo(upsert.Parameters);
            commands.Add(upsert);
        }
        return commands;
    }

    private NpgsqlBatchCommand Delete(RollupKey key) => new(DeleteSql)
    {
        Parameters =
        {
            new NpgsqlParameter<int> { TypedValue = sourceId },
            new NpgsqlParameter<string> { TypedValue = key.Resolution.Text() },
            new NpgsqlParameter<string> { TypedValue = key.Dimension.Text() },
            new NpgsqlParameter<DateTime> { TypedValue = key.At },
            new NpgsqlParameter<int> { TypedValue = key.LabelId },
            new NpgsqlParameter<int> { TypedValue = key.NameId },
        },
    };

    /// <summary>What the earliest <see cref="Write"/> that was not committed yet gave is committed.</summary>
    public void Committed() => _rollups.Stored();
}
