using EventHistory.Core.Search;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>The labels and the states that the patterns of a filter match. There are few of them; what no pattern matches, matches no task.</summary>
internal sealed class FilterLabels
{
    private readonly Dictionary<TextPattern, int[]> _numbers = [];
    private readonly Dictionary<TextPattern, int[]> _groups = [];
    private readonly Dictionary<TextPattern, string[]> _states = [];

    /// <summary>Numbers of the labels that match: of whatever kind, as rows are compared by the column.</summary>
    public int[] Numbers(TextTerm term) => [.. term.Patterns.SelectMany(p => (term.Field == TextField.Group ? _groups : _numbers)[p]).Distinct()];

    public int[] Numbers(TextPattern pattern) => _numbers[pattern];

    public string[] States(IEnumerable<TextPattern> patterns) => [.. patterns.SelectMany(p => p.Exact is { } state ? [state] : _states[p]).Distinct()];

    private const string ExactSql = """
        select wanted.number, l.id from unnest($1::uuid[]) with ordinality wanted(digest, number) join eventhistory.label l on l.digest = wanted.digest
        """;

    private const string LikeSql = """
        select wanted.number, l.id from unnest($1::text[]) with ordinality wanted(pattern, number) join eventhistory.label l on l.value ilike wanted.pattern
        """;

    // a final state is a known one; the others are looked up one by one along the index
    private const string StatesSql = """
        with recursive own(state) as (
            (select t.state from eventhistory.task t where t.settled = 'infinity' and t.state <> 'SUCCESS' order by t.state limit 1)
            union all
            select (select t.state from eventhistory.task t where t.settled = 'infinity' and t.state <> 'SUCCESS' and t.state > own.state order by t.state limit 1)
              from own where own.state is not null),
        known(state) as (select state from own union select unnest(array['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED']))
        select wanted.number, known.state from unnest($1::text[]) with ordinality wanted(pattern, number) join known on known.state ilike wanted.pattern
        """;

    public static async Task<FilterLabels> Find(Filter filter, NpgsqlConnection connection, CancellationToken ct)
    {
        var found = new FilterLabels();
        var asked = filter.Terms.OfType<TextTerm>().SelectMany(term => term.Patterns.Select(pattern => (term.Field, Pattern: pattern))).ToList();
        var labels = Patterns(TextField.Name, TextField.Worker, TextField.Queue, TextField.Traceback, TextField.Any);
        await Look(ExactSql, [.. labels.Where(p => p.Exact is not null)], p => Labels.Digest(p.Exact!), found._numbers, row => row.GetInt32(1));
        await Look(LikeSql, [.. labels.Where(p => p.Exact is null)], p => LikeText.Of(p), found._numbers, row => row.GetInt32(1));
        await Look(ExactSql, Patterns(TextField.Group), Group, found._groups, row => row.GetInt32(1));
        await Look(StatesSql, [.. Patterns(TextField.State, TextField.Any).Where(p => p.Exact is null)], p => LikeText.Of(p), found._states, row => row.GetString(1));
        return found;

        List<TextPattern> Patterns(params TextField[] fields) => [.. asked.Where(a => fields.Contains(a.Field)).Select(a => a.Pattern).Distinct()];

        async Task Look<TKey, T>(
            string sql, List<TextPattern> patterns, Func<TextPattern, TKey> key, Dictionary<TextPattern, T[]> into, Func<NpgsqlDataReader, T> read)
        {
            if (patterns.Count == 0)
                return;
            var values = patterns.ConvertAll(_ => new List<T>());
#pragma warning disable CA2100 // one of the constants above
            await using var command = new NpgsqlCommand(sql, connection)
#pragma warning restore CA2100
            {
                CommandTimeout = QueryFault.TimeLimit,
                Parameters = { new() { Value = patterns.Select(key).ToArray() } },
            };
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                values[(int)rows.GetInt64(0) - 1].Add(read(rows));
            foreach (var (pattern, matching) in patterns.Zip(values))
                into[pattern] = [.. matching];
        }
    }

    // a group's id outside of the database is the digest of its label
    private static Guid Group(TextPattern pattern) => Guid.TryParse(pattern.Exact, out var digest) ? digest : Guid.Empty;
}
