using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Tasks counted by state, name, worker and queue.</summary>
internal sealed class FacetCounts
{
    public static readonly IReadOnlyList<TextField> Fields = [TextField.State, TextField.Name, TextField.Worker, TextField.Queue];

    /// <summary>Rows that are read one by one before any other way is tried.</summary>
    private const int Nearest = 10 * TaskFacets.MaxRows;

    /// <summary>Open tasks that are counted beside rollups, which know nothing of them.</summary>
    private const int MostOpen = 50_000;

    private readonly Dictionary<string, long> _states = [];
    private readonly Dictionary<TextField, Dictionary<int, long>> _labels = Fields.Skip(1).ToDictionary(field => field, _ => new Dictionary<int, long>());

    public string Basis { get; set; } = CountBasis.Rows;

    public bool IsComplete { get; set; } = true;

    public long Tasks => _states.Values.Sum();

    /// <summary>The matching rows, or those of them that were seen last.</summary>
    public static async Task<FacetCounts> OfRows(NpgsqlConnection connection, StoredDays days, FilterSql filter, CancellationToken ct)
    {
        var (counts, range) = (new FacetCounts(), TimeWindow.Of(filter.Filter, TimeField.FirstSeen));
        await new TimeWindows(connection, days).Ask(range, backInTime: true, TaskWalk.Found(filter.Filter, byFirstSign: true), Nearest, window => counts.Add(connection, filter,
            window.Nearest > 0, parameters => window.Tasks("t.first_seen desc", days, parameters),
            parameters => window.Condition("t.first_seen", parameters) + days.Condition(range.And(window), parameters), ct), ct);
        return counts;
    }

    /// <summary>Those of tasks that are not finished.</summary>
    public static async Task<FacetCounts> OfOpenRows(NpgsqlConnection connection, FilterSql filter, CancellationToken ct)
    {
        var counts = new FacetCounts();
        await counts.Add(connection, filter, allOrNone: false, _ => "eventhistory.task t", _ => " and t.settled = 'infinity'", ct, MostOpen);
        return counts;
    }

    /// <param name="allOrNone">Whether nothing is added unless there are enough.</param>
    /// <param name="tasks">Where they are.</param>
    /// <param name="narrower">What comes behind the filter's condition.</param>
    /// <returns>True when no more are counted.</returns>
    private async Task<bool> Add(NpgsqlConnection connection, FilterSql filter, bool allOrNone, Func<NpgsqlParameterCollection, string> tasks,
        Func<NpgsqlParameterCollection, string> narrower, CancellationToken ct, int most = TaskFacets.MaxRows)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = QueryFault.TimeLimit };
        var condition = filter.Condition(command.Parameters) + narrower(command.Parameters);
#pragma warning disable CA2100 // put together of our own texts; values are parameters
        command.CommandText = $"""
            select grouping(m.state, m.name_id, m.worker_id, m.queue_id), m.state, coalesce(m.name_id, m.worker_id, m.queue_id, 0), count(*)
              from (select t.state, t.name_id, t.worker_id, t.queue_id
                      from {tasks(command.Parameters)} where {condition} order by t.first_seen desc limit {most - Tasks}) m
             group by grouping sets ((m.state), (m.name_id), (m.worker_id), (m.queue_id))
            """;
#pragma warning restore CA2100
        var found = new List<(int Grouping, string? State, int Label, long Tasks)>();
        await using (var rows = await command.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
                found.Add((rows.GetInt32(0), TaskRecord.Text(rows, 1), rows.GetInt32(2), rows.GetInt64(3)));
        }
        if (allOrNone && found.Where(f => f.State is not null).Sum(f => f.Tasks) < most)
            return false;
        found.ForEach(Add);
        if (Tasks < most)
            return false;
        (Basis, IsComplete) = (CountBasis.Newest, false);
        return true;
    }

    /// <summary>Adds finished tasks: by state if that is asked for, or else all states together by the label.</summary>
    public void Add(TextField field, RollupFilter wanted, IEnumerable<RollupCount> finished)
    {
        foreach (var count in finished)
        {
            foreach (var (state, tasks) in count.States.Where(s => s.Count != 0 && wanted.Has(s.State)))
            {
                if (field == TextField.State)
                    Add(_states, state, tasks);
                else
                    Add(_labels[field], count.LabelId, tasks);
            }
        }
    }

    /// <param name="counts">Where the counts of a field are.</param>
    public static async Task<TaskFacets> Facets(Func<TextField, FacetCounts> counts, NpgsqlConnection connection, CancellationToken ct)
    {
        var labels = Fields.Skip(1).ToDictionary(field => field, field => Top(counts(field)._labels[field]));
        var texts = await LabelTexts.Of(connection, labels.Values.SelectMany(top => top.Select(l => l.Key)), ct);
        return new TaskFacets(
            counts(TextField.State).Facet(Top(counts(TextField.State)._states), counts(TextField.State)._states.Count, state => state),
            Labels(TextField.Name), Labels(TextField.Worker), Labels(TextField.Queue));

        Facet Labels(TextField field) => counts(field).Facet(labels[field], counts(field)._labels[field].Count, number => texts.GetValueOrDefault(number));
    }

    private Facet Facet<T>(List<KeyValuePair<T, long>> top, int all, Func<T, string?> text) =>
        new([.. top.Select(v => new FacetValue(text(v.Key), v.Value))], all <= TaskFacets.MaxValues, Basis, IsComplete);

    private static List<KeyValuePair<T, long>> Top<T>(Dictionary<T, long> counts) where T : notnull =>
        [.. counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Take(TaskFacets.MaxValues)];

    // grouping() has a bit for each column that is not grouped by: the first column's is the highest
    private void Add((int Grouping, string? State, int Label, long Tasks) found)
    {
        switch (found.Grouping)
        {
            case 0b0111: Add(_states, found.State!, found.Tasks); break;
            case 0b1011: Add(_labels[TextField.Name], found.Label, found.Tasks); break;
            case 0b1101: Add(_labels[TextField.Worker], found.Label, found.Tasks); break;
            default: Add(_labels[TextField.Queue], found.Label, found.Tasks); break;
        }
    }

    private static void Add<T>(Dictionary<T, long> counts, T key, long tasks) where T : notnull => counts[key] = counts.GetValueOrDefault(key) + tasks;
}
