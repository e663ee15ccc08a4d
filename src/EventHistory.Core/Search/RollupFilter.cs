using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Search;

/// <summary>A filter that rollups can answer: finished tasks by state, in a range of time, and of some names, or workers, or queues.</summary>
/// <param name="Label">The names, workers or queues that are asked for; null: all tasks.</param>
/// <param name="States">Null: all.</param>
/// <param name="Field">The time that the range is about. Rollups count by the time a task finished: for another one they are an estimate.</param>
public sealed record RollupFilter(TextTerm? Label, IReadOnlyList<string>? States, TimeField Field, DateTime? From, DateTime? To)
{
    /// <summary>Which rollups have its tasks.</summary>
    public RollupDimension Dimension => DimensionOf(Label?.Field ?? TextField.State);

    /// <summary>Which rollups count tasks by a field; of states, all of them.</summary>
    public static RollupDimension DimensionOf(TextField field) => field switch
    {
        TextField.State => RollupDimension.All,
        TextField.Name => RollupDimension.Name,
        TextField.Worker => RollupDimension.Worker,
        TextField.Queue => RollupDimension.Queue,
        _ => throw new ArgumentOutOfRangeException(nameof(field)),
    };

    /// <summary>True if rollups give just what the rows would: they count by the minute in which tasks finished.</summary>
    public bool IsExact => Field == TimeField.Finished && IsMinute(From) && IsMinute(To);

    public bool Has(string state) => States is null || States.Contains(state);

    /// <summary>Whether tasks that are not finished, which no rollup counts, are meant too.</summary>
    public bool HasOpen => Field != TimeField.Finished && (States is null || States.Any(state => !TaskStates.IsFinal(state)));

    /// <returns>Null when rows have to be asked.</returns>
    public static RollupFilter? Of(Filter filter)
    {
        var (states, labels, times) = (new List<TextTerm>(), new List<TextTerm>(), new List<TimeTerm>());
        foreach (var condition in filter.Conditions)
        {
            switch (condition)
            {
                case TextTerm { Field: TextField.State } term when term.Patterns.All(p => p.Exact is not null):
                    states.Add(term);
                    break;
                case TextTerm { Field: TextField.Name or TextField.Worker or TextField.Queue } term:
                    labels.Add(term);
                    break;
                case TimeTerm { Field: TimeField.FirstSeen or TimeField.Finished } term:
                    times.Add(term);
                    break;
                default:
                    return null;
            }
        }
        if (states.Count > 1 || labels.Count > 1 || times.Count > 1)
            return null;
        var (state, time) = (states.FirstOrDefault(), times.FirstOrDefault());
        return new RollupFilter(labels.FirstOrDefault(), state?.Patterns.Select(p => p.Exact!).ToList(), time?.Field ?? TimeField.FirstSeen, time?.From, time?.To);
    }

    private static bool IsMinute(DateTime? at) => (at?.Ticks ?? 0) % TimeSpan.TicksPerMinute == 0;
}
