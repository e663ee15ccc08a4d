using EventHistory.Jobs;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Watching;

/// <summary>Notices failure groups that were resolved and failed again; that is over when somebody decides about them anew.</summary>
internal sealed class FailureWatch(NpgsqlDataSource database) : IScheduledWork
{
    public string Name => "watch-failures";

    // The same as the state `regressed` of FailureDecision in EventHistory.Core
    private const string FindSql = """
        insert into eventhistory.finding (kind, source_id, fingerprint, since)
        select 'failure-regressed', g.source_id, g.fingerprint, g.last_failed
          from (select distinct fingerprint from eventhistory.failure_state_change) decided
         cross join lateral (select state, changed_at from eventhistory.failure_state_change c where c.fingerprint = decided.fingerprint order by c.id desc limit 1) c
          join eventhistory.failure_group g on g.fingerprint = decided.fingerprint
         where c.state = 'resolved' and g.last_failed > c.changed_at
            on conflict do nothing
        """;

    private const string ResolveSql = """
        update eventhistory.finding f set resolved_at = now(), resolution = concat('It was decided about by ', c.changed_by, ': ', c.state, '.')
          from eventhistory.finding o
         cross join lateral (select * from eventhistory.failure_state_change c where c.fingerprint = o.fingerprint order by c.id desc limit 1) c
         where o.kind = 'failure-regressed' and o.resolved_at is null and f.id = o.id and c.changed_at > o.since
        """;

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct)
    {
        var resolved = await Execute(ResolveSql, ct);
        return WorkDone.Of(("found", await Execute(FindSql, ct)), ("resolved", resolved));
    }

    private async Task<int> Execute(string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // one of the two above
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        return await command.ExecuteNonQueryAsync(ct);
    }
}
