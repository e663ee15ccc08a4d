namespace EventHistory.Core.Queries;

/// <summary>A page of a list, and how to get the ones beside it.</summary>
/// <param name="Next">The cursor of the next page; null at the end.</param>
/// <param name="Previous">The cursor of the page before; null at the beginning.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next, string? Previous);
