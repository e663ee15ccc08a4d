using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Watching;

/// <summary>The table <c>finding</c>, as the watching jobs write it.</summary>
internal sealed class Findings(NpgsqlDataSource database)
{
    private const string AddSql = """
        insert into eventhistory.finding (kind, source_id, since, task_key, task_id, task_state, task_name_id, queue_id, worker_id)
        select * from unnest($1::text[], $2::int[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::int[], $9::int[])
            on conflict do nothing
        """;

    /// <returns>How many of them are new.</returns>
    public async Task<int> Add(IReadOnlyCollection<FoundTask> tasks, CancellationToken ct)
    {
        if (tasks.Count == 0)
            return 0;
        await using var command = database.CreateCommand(AddSql);
        command.Parameters.Add(new() { Value = tasks.Select(t => t.Kind).ToArray() });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.SourceId).ToArray() });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.Since).ToArray() });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.Key).ToArray() });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.OddId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.State).ToArray() });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.NameId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.QueueId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = tasks.Select(t => t.WorkerId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        return await command.ExecuteNonQueryAsync(ct);
    }

    private const string ResolveSql = """
        update eventhistory.finding f set resolved_at = now(), resolution = r.resolution
          from unnest($1::bigint[], $2::text[]) r(id, resolution) where f.id = r.id and f.resolved_at is null
        """;

    public async Task<int> Resolve(IReadOnlyCollection<(long Id, string Resolution)> findings, CancellationToken ct)
    {
        if (findings.Count == 0)
            return 0;
        await using var command = database.CreateCommand(ResolveSql);
        command.Parameters.Add(new() { Value = findings.Select(f => f.Id).ToArray() });
        command.Parameters.Add(new() { Value = findings.Select(f => f.Resolution).ToArray() });
        return await command.ExecuteNonQueryAsync(ct);
    }

    private const string RemoveSql = "delete from eventhistory.finding where id = any($1)";

    /// <summary>Of what is not there any more, nothing is kept.</summary>
    public async Task Remove(long[] ids, CancellationToken ct)
    {
        if (ids.Length == 0)
            return;
        await using var command = database.CreateCommand(RemoveSql);
        command.Parameters.Add(new() { Value = ids });
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string ForgetSql = """
        delete from eventhistory.finding where id in (select id from eventhistory.finding where resolved_at < now() - interval '30 days' limit 10000)
        """;

    /// <summary>What was over a month ago goes, some with every run.</summary>
    public async Task Forget(CancellationToken ct)
    {
        await using var command = database.CreateCommand(ForgetSql);
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>A stuck task, as a finding has it.</summary>
internal sealed record FoundTask(string Kind, DateTime Since, int SourceId, Guid Key, string? OddId, string State, int? NameId, int? QueueId, int? WorkerId);
