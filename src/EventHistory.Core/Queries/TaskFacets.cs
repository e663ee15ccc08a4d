namespace EventHistory.Core.Queries;

/// <summary>How the tasks that match a filter are spread over states, names, workers and queues.</summary>
public sealed record TaskFacets(Facet State, Facet Name, Facet Worker, Facet Queue)
{
    /// <summary>So many values of a facet are listed at most, those with the most tasks.</summary>
    public const int MaxValues = 100;

    /// <summary>So many tasks are read at most: the ones seen last.</summary>
    public const int MaxRows = 5_000;
}

/// <summary>The values of one field, and how many tasks have each.</summary>
/// <param name="Values">Those with the most tasks first; at most 100.</param>
/// <param name="IsComplete">False: there are more values.</param>
/// <param name="Basis">
/// rows: every matching task was counted. rollups: counted by the time at which tasks finished. newest: only the matching tasks seen last were counted,
/// 5,000 of them.
/// </param>
/// <param name="IsExact">False: an estimate, because the range is about when tasks were first seen, or not all were counted.</param>
public sealed record Facet(IReadOnlyList<FacetValue> Values, bool IsComplete, string Basis, bool IsExact);

/// <param name="Value">Null: of these tasks it is unknown.</param>
public sealed record FacetValue(string? Value, long Count);

/// <summary>What counts of many tasks are based on.</summary>
public static class CountBasis
{
    public const string Rows = "rows";
    public const string Rollups = "rollups";
    public const string Newest = "newest";
}
