using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using EventHistory.Core.Statistics;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Runtimes;

/// <summary>Which durations are looked at: of what, over which time, split by what.</summary>
/// <param name="Label">Only tasks of this name, worker or queue; null: of all.</param>
public sealed record RuntimesChoice(TimeRange Range, Measure Of, RollupDimension By, string? Label)
{
    private const string OfParameter = "of";
    private const string ByParameter = "by";

    public static readonly IReadOnlyList<(string Name, string Word, Measure Measure)> Measures =
        [("runtime", "Run", Measure.Runtime), ("queue_wait", "Queue wait", Measure.QueueWait), ("worker_wait", "Worker wait", Measure.WorkerWait)];

    public static readonly IReadOnlyList<(string Name, RollupDimension Dimension, TextField Field)> Splits =
        [("name", RollupDimension.Name, TextField.Name), ("queue", RollupDimension.Queue, TextField.Queue), ("worker", RollupDimension.Worker, TextField.Worker)];

    /// <summary>What the label is one of: name, queue or worker.</summary>
    public string ByName => Splits.First(s => s.Dimension == By).Name;

    public string OfName => Measures.First(m => m.Measure == Of).Name;

    public string OfWord => Measures.First(m => m.Measure == Of).Word;

    public Filter Filter => Label is null ? Filter.Everything : TextTerm.Exactly(Splits.First(s => s.Dimension == By).Field, [Label]);

    /// <summary>The address of a choice, without its range.</summary>
    public string Path => Address("/runtimes");

    /// <summary>The address of the table.</summary>
    public string TablePath => $"{Address("/runtimes/table")}&{Range.Query}";

    public string With(Measure of) => $"{(this with { Of = of }).Path}&{Range.Query}";

    public string With(RollupDimension by) => $"{(this with { By = by, Label = null }).Path}&{Range.Query}";

    public string With(string? label) => $"{(this with { Label = label }).Path}&{Range.Query}";

    /// <param name="now">UTC.</param>
    /// <returns>The choice; or a sentence that says what would be right.</returns>
    public static Parsed<RuntimesChoice> Read(IQueryCollection query, DateTime now)
    {
        var (range, problem) = TimeRange.Read(query, now, "24h");
        if (range is null)
            return new(null, problem);
        var of = query[OfParameter].ToString() is { Length: > 0 } given ? given : Measures[0].Name;
        if (Measures.All(m => m.Name != of))
            return new(null, $"of \"{of}\" is not known: there are {string.Join(", ", Measures.Select(m => m.Name))}.");
        var by = query[ByParameter].ToString() is { Length: > 0 } split ? split
            : Splits.Select(s => s.Name).FirstOrDefault(name => query[name].ToString().Length > 0) ?? Splits[0].Name;
        if (Splits.All(s => s.Name != by))
            return new(null, $"by \"{by}\" is not known: there are {string.Join(", ", Splits.Select(s => s.Name))}.");
        return new(new RuntimesChoice(range, Measures.First(m => m.Name == of).Measure, Splits.First(s => s.Name == by).Dimension,
            query[by].ToString() is { Length: > 0 } label ? label : null), null);
    }

    private string Address(string page) => $"{page}?of={OfName}&by={ByName}{(Label is null ? "" : $"&{ByName}={Uri.EscapeDataString(Label)}")}";
}

/// <param name="Whole">Of all tasks of the range together; null: there is none.</param>
/// <param name="Before">Of the same length of time before it.</param>
public sealed record RuntimesModel(RuntimesChoice Choice, Distribution? Whole, Distribution? Before, TimeChart Chart, HeatMap Heat);

/// <summary>One row for each name, queue or worker; what took the most time in all comes first.</summary>
/// <param name="Total">How many there are, if only those with the most tasks are looked at.</param>
public sealed record RuntimesTableModel(RuntimesChoice Choice, IReadOnlyList<RuntimesRow> Rows, int Total);

/// <param name="Before">The same length of time before; null: nothing was measured then.</param>
public sealed record RuntimesRow(string Label, Distribution Now, Distribution? Before)
{
    /// <summary>Of all its tasks, seconds.</summary>
    public double Seconds => Now.Count * (Now.Mean ?? 0);

    /// <summary>How p95 changed, 0.1 for a tenth more; null: there are too few to tell.</summary>
    public double? Change => Now.Count >= Few && Before is { Count: >= Few, P95: > 0 } before ? (Now.P95 / before.P95) - 1 : null;

    private const int Few = 20;
}
