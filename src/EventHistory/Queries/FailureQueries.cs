using EventHistory.Core.Failures;
using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Questions about failure groups. What is counted comes from rollups, so an answer reads hours, and not tasks.</summary>
internal sealed class FailureQueries(NpgsqlDataSource database)
{
    public async Task<FailureList> List(FailureListQuery query, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var names = query.Names.Count == 0 ? null : await LabelTexts.Numbers(connection, query.Names, ct);
        var spans = Spans(query);
        var counts = names is [] ? [] : await FailureRollups.Counts(connection, spans, query.Bucket, null, names, ct);
        var groups = await FailureGroup.Load(connection, [.. counts.Keys], now, ct);
        var matching = groups.Where(g => query.States.Count == 0 || query.States.Contains(g.State))
            .Select(g => (Group: g, Counts: counts[g.FailureId])).ToList();
        var shown = Ordered(matching, query.Sort).Take(query.Limit).ToList();
        var texts = await LabelTexts.Of(connection, shown.SelectMany(s => TopNames(s.Counts)), ct);
        return new FailureList(spans[0].From, spans[^1].To, query.Bucket.TotalSeconds, BucketWidth.Start(query.From, query.Bucket),
            matching.Count, matching.Sum(m => m.Counts.Failed), shown.ConvertAll(s => View(s.Group, s.Counts, texts)));
    }

    /// <returns>Null when no failure of such a group was recorded.</returns>
    public async Task<FailureDetail?> Find(Guid id, FailureListQuery query, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        if (await Number(connection, id, ct) is not { } number || await FailureGroup.Load(connection, [number.Id], now, ct) is not [var group])
            return null;
        var spans = Spans(query);
        var counts = (await FailureRollups.Counts(connection, spans, query.Bucket, number.Id, null, ct)).GetValueOrDefault(number.Id)
            ?? new FailureCounts(spans[0].From, spans[^1].To, query.Bucket);
        var texts = await LabelTexts.Of(connection, TopNames(counts), ct);
        return new FailureDetail(spans[0].From, spans[^1].To, query.Bucket.TotalSeconds, BucketWidth.Start(query.From, query.Bucket),
            View(group, counts, texts), number.Text, await FailureDecisions.Of(connection, id, FailureDetail.MaxDecisions, ct));
    }

    /// <returns>False if there is no such group.</returns>
    public async Task<bool> Decide(Guid id, FailureDecision decision, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await FailureDecisions.Add(connection, id, decision, ct);
    }

    private static IReadOnlyList<RollupSpan> Spans(FailureListQuery query) =>
        RollupSpan.Cover(query.From, query.To, minutes: query.Bucket < TimeSpan.FromHours(1));

    private const string NumberSql = "select id, value from eventhistory.label where digest = $1";

    private static async Task<(int Id, string Text)?> Number(NpgsqlConnection connection, Guid digest, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(NumberSql, connection) { CommandTimeout = QueryFault.TimeLimit, Parameters = { new() { Value = digest } } };
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? (row.GetInt32(0), row.GetString(1)) : null;
    }

    private static IEnumerable<(FailureGroup Group, FailureCounts Counts)> Ordered(IEnumerable<(FailureGroup Group, FailureCounts Counts)> groups, string sort) => sort switch
    {
        FailureListQuery.ByLastSeen => groups.OrderByDescending(g => g.Group.LastSeen).ThenBy(g => g.Group.FailureId),
        FailureListQuery.ByFirstSeen => groups.OrderByDescending(g => g.Group.FirstSeen).ThenBy(g => g.Group.FailureId),
        _ => groups.OrderByDescending(g => g.Counts.Failed).ThenByDescending(g => g.Group.LastSeen).ThenBy(g => g.Group.FailureId),
    };

    private static IEnumerable<int> TopNames(FailureCounts counts) =>
        counts.Names.OrderByDescending(n => n.Value).ThenBy(n => n.Key).Take(FailureView.MaxNames).Select(n => n.Key);

    private static FailureView View(FailureGroup group, FailureCounts counts, Dictionary<int, string> texts) => new()
    {
        Id = group.Fingerprint.ToString("N"),
        Title = group.Title,
        ExceptionType = group.ExceptionType,
        Culprit = group.Culprit,
        State = group.State,
        FirstSeen = group.FirstSeen,
        LastSeen = group.LastSeen,
        LastFailed = group.LastFailed,
        Failed = counts.Failed,
        Sparkline = counts.Buckets,
        Names = [.. TopNames(counts).Select(id => new FailedName(texts.GetValueOrDefault(id), counts.Names[id]))],
        NameCount = counts.Names.Count,
        Sample = group.Sample,
        Decision = group.Decision,
    };
}
