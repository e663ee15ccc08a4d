namespace EventHistory.Core.Queries;

/// <summary>A page of a list, and how to get the next one.</summary>
/// <param name="Next">The cursor of the next page; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
