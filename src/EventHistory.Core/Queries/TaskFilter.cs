namespace EventHistory.Core.Queries;

/// <summary>Which tasks a list shows. All conditions must hold; a set of values means any of them.</summary>
public sealed record TaskFilter
{
    public IReadOnlyList<string> States { get; init; } = [];
    public IReadOnlyList<string> Names { get; init; } = [];
    public IReadOnlyList<string> Workers { get; init; } = [];
    /// <summary>First seen at or after this instant (included).</summary>
    public DateTime? From { get; init; }
    /// <summary>First seen before this instant (excluded).</summary>
    public DateTime? To { get; init; }

    /// <summary>Each combination of a state, a name and a worker is one walk along an index.</summary>
    public int Combinations => Math.Max(1, States.Count) * Math.Max(1, Names.Count) * Math.Max(1, Workers.Count);
}
