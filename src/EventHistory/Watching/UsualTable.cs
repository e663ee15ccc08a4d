using EventHistory.Core.Rollups;
using EventHistory.Core.Watching;
using Npgsql;

namespace EventHistory.Watching;

/// <summary>How long the tasks of a name took in the last week, from rollups. Kept for an hour: the slowest of a hundred does not change in a minute.</summary>
internal sealed class UsualTable(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly TimeSpan _lately = TimeSpan.FromDays(7);
    private static readonly TimeSpan _kept = TimeSpan.FromHours(1);
    private readonly Dictionary<(int Source, int Name), UsualTimes> _known = [];
    private DateTime _since;

    private const string UsualSql = """
        select source_id, label_id, runtime, worker_wait from eventhistory.rollup
         where source_id = any($1) and resolution = 'hour' and dimension = 'name' and at >= $3 and label_id = any($2)
        """;

    public async Task<IReadOnlyDictionary<(int Source, int Name), UsualTimes>> Of(IEnumerable<(int Source, int Name)> kinds, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (now - _since > _kept)
        {
            _known.Clear();
            _since = now;
        }
        var unknown = kinds.Distinct().Where(kind => !_known.ContainsKey(kind)).ToList();
        if (unknown.Count == 0)
            return _known;
        var times = unknown.ToDictionary(kind => kind, _ => (Run: new Histogram(), Wait: new Histogram()));
        await using var command = database.CreateCommand(UsualSql);
        command.Parameters.Add(new() { Value = unknown.Select(kind => kind.Source).Distinct().ToArray() });
        command.Parameters.Add(new() { Value = unknown.Select(kind => kind.Name).Distinct().ToArray() });
        command.Parameters.Add(new() { Value = now - _lately });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            if (!times.TryGetValue((rows.GetInt32(0), rows.GetInt32(1)), out var of))
                continue;
            of.Run.Merge(rows.GetFieldValue<byte[]>(2));
            of.Wait.Merge(rows.GetFieldValue<byte[]>(3));
        }
        foreach (var (kind, (run, wait)) in times)
            _known[kind] = new UsualTimes(Slowest(wait), Slowest(run));
        return _known;
    }

    private static double? Slowest(Histogram times) => times.Count >= UsualTimes.Enough ? times.Percentile(0.99) : null;
}
