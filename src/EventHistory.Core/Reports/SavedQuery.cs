using System.Text.Json.Serialization;
using EventHistory.Core.Queries;
using EventHistory.Core.Search;

namespace EventHistory.Core.Reports;

/// <summary>A search that is kept under a name. Its id is its address: who has it, sees the same tasks.</summary>
public sealed record SavedQuery
{
    public required Guid Id { get; init; }
    /// <summary>No two have the same.</summary>
    public required string Name { get; init; }
    /// <summary>Which tasks, in the search language as it was written: <c>-7d</c> counts from whenever it is asked.</summary>
    public required string Q { get; init; }
    /// <summary>What is shown of a task: names of <see cref="TaskFields"/>.</summary>
    public required IReadOnlyList<string> Columns { get; init; }
    /// <summary>first_seen, finished, received, started, runtime or wait.</summary>
    public required string Sort { get; init; }
    /// <summary>desc or asc.</summary>
    public required string Order { get; init; }
    public required DateTime ChangedAt { get; init; }
    /// <summary>Who wrote it last.</summary>
    public required string ChangedBy { get; init; }

    /// <summary>As a list of tasks takes them (<see cref="TaskListQuery"/>), in the API and on the pages.</summary>
    [JsonIgnore]
    public IReadOnlyList<KeyValuePair<string, string>> Parameters =>
        [new(FilterParameters.Query, Q), new(TaskListQuery.Sort, Sort), new(TaskListQuery.Direction, Order), new(TaskListQuery.Shown, string.Join(',', Columns))];
}
