using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Failures;
using EventHistory.Core.Tasks;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Erasing;

/// <summary>Failure groups that showed an erased task show another one; a group none of whose tasks is left goes.</summary>
internal static class ErasedFailures
{
    private const string GroupsSql = "select g.failure_id, g.fingerprint from eventhistory.failure_group g where g.source_id = $1 and g.sample_key = any($2)";

    /// <param name="session">The rows of the tasks are gone in its open transaction.</param>
    public static async Task Replace(NpgsqlConnection session, int source, Guid[] keys, CancellationToken ct)
    {
        var groups = new List<(int Id, Guid Fingerprint)>();
        await using (var command = new NpgsqlCommand(GroupsSql, session) { Parameters = { new() { Value = source }, new() { Value = keys } } })
        {
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                groups.Add((rows.GetInt32(0), rows.GetGuid(1)));
        }
        foreach (var (id, fingerprint) in groups)
        {
            var positions = await LatestTask(session, source, id, ct);
            await Write(session, source, id, positions is null ? null : await Sample(session, source, positions, fingerprint, ct), ct);
        }
    }

    private const string LatestTaskSql = "select t.positions from eventhistory.task t where t.failure_id = $2 and t.source_id = $1 order by t.first_seen desc limit 1";

    private static async Task<long[]?> LatestTask(NpgsqlConnection session, int source, int group, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LatestTaskSql, session) { Parameters = { new() { Value = source }, new() { Value = group } } };
        return await command.ExecuteScalarAsync(ct) is byte[] positions ? PositionCodec.Read(positions) : null;
    }

    private const string EventsSql = "select e.body::text from eventhistory.events_at($1, $2) e where e.type in ('task-failed', 'task-retried')";

    private static async Task<FailureSample?> Sample(NpgsqlConnection session, int source, long[] positions, Guid fingerprint, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(EventsSql, session) { Parameters = { new() { Value = source }, new() { Value = positions } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        FailureGroupFold? group = null;
        var events = new List<CeleryEvent>();
        while (await rows.ReadAsync(ct))
            EventDecoder.Decode(Encoding.UTF8.GetBytes(rows.GetString(0)), events);
        foreach (var e in events.Where(e => e is { At: not null, TaskId: not null }))
        {
            var kind = FailureKind.Of(e.Exception, e.Traceback);
            if (Labels.Digest(kind.Fingerprint) == fingerprint)
                (group ??= new FailureGroupFold(kind)).Apply(e);
        }
        return group?.Sample;
    }

    private const string SampleSql = """
        update eventhistory.failure_group g set sample_key = $3, sample_id = $4, sample_exception = $5, sample_fingerprint = $6 where g.source_id = $1 and g.failure_id = $2
        """;

    private const string DeleteSql = "delete from eventhistory.failure_group g where g.source_id = $1 and g.failure_id = $2";

    private static async Task Write(NpgsqlConnection session, int source, int group, FailureSample? sample, CancellationToken ct)
    {
#pragma warning disable CA2100 // one of the constants above
        await using var command = new NpgsqlCommand(sample is null ? DeleteSql : SampleSql, session) { Parameters = { new() { Value = source }, new() { Value = group } } };
#pragma warning restore CA2100
        if (sample is not null)
        {
            command.Parameters.Add(new() { Value = sample.Task.Key });
            command.Parameters.Add(new() { Value = (object?)sample.Task.OddText ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = (object?)sample.Exception ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = (long)sample.Fingerprint });
        }
        await command.ExecuteNonQueryAsync(ct);
    }
}
