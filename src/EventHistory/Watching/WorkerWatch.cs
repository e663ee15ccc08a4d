using EventHistory.Core.Watching;
using EventHistory.Jobs;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Watching;

/// <summary>Notices workers that fell silent without a goodbye, and that they are heard again.</summary>
internal sealed class WorkerWatch(NpgsqlDataSource database, Findings findings) : IScheduledWork
{
    /// <summary>A worker that is silent for longer will not come back under its name: containers take new ones.</summary>
    private static readonly TimeSpan _givenUp = TimeSpan.FromDays(1);

    public string Name => "watch-workers";

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct)
    {
        var recorded = await RecordedSources.Load(database, ct);
        var workers = (await WorkerSigns.Load(database, ct)).Where(w => recorded.ContainsKey(w.Value.SourceId))
            .ToDictionary(w => (w.Value.SourceId, Host: w.Key), w => w.Value.Sign);
        var resolved = await findings.Resolve(
            [.. from finding in await Open(ct)
                where recorded.ContainsKey(finding.SourceId)
                let how = Ended(workers.GetValueOrDefault((finding.SourceId, finding.Host)), recorded[finding.SourceId])
                where how is not null
                select (finding.Id, how)], ct);
        var silent = (from worker in workers
                      let upTo = recorded[worker.Key.SourceId]
                      where worker.Value.SilentSince(upTo) is { } since && upTo - since < _givenUp
                      select worker).ToList();
        var found = await Add([.. silent.Select(w => (w.Key.SourceId, w.Key.Host, w.Value.LastHeard))], ct);
        return WorkDone.Of(("found", found), ("resolved", resolved), ("open", silent.Count));
    }

    private static string? Ended(WorkerSign? worker, DateTime upTo) =>
        worker is null ? "It is not known any more."
        : worker.SaidGoodbye ? "It said goodbye."
        : worker.SilentSince(upTo) is not { } since ? "It was heard again."
        : upTo - since >= _givenUp ? "It was silent for a day."
        : null;

    private const string OpenSql = "select id, source_id, worker_id from eventhistory.finding where resolved_at is null and kind = 'worker-silent'";

    private async Task<List<(long Id, int SourceId, int Host)>> Open(CancellationToken ct)
    {
        await using var command = database.CreateCommand(OpenSql);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var open = new List<(long, int, int)>();
        while (await rows.ReadAsync(ct))
            open.Add((rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2)));
        return open;
    }

    private const string AddSql = """
        insert into eventhistory.finding (kind, source_id, worker_id, since)
        select 'worker-silent', * from unnest($1::int[], $2::int[], $3::timestamptz[]) on conflict do nothing
        """;

    private async Task<int> Add(IReadOnlyCollection<(int SourceId, int Host, DateTime Since)> workers, CancellationToken ct)
    {
        await using var command = database.CreateCommand(AddSql);
        command.Parameters.Add(new() { Value = workers.Select(w => w.SourceId).ToArray() });
        command.Parameters.Add(new() { Value = workers.Select(w => w.Host).ToArray() });
        command.Parameters.Add(new() { Value = workers.Select(w => w.Since).ToArray() });
        return await command.ExecuteNonQueryAsync(ct);
    }
}
