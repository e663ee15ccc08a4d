namespace EventHistory.Core.Queries;

/// <summary>Text that was understood, or why not: exactly one of the two is there.</summary>
/// <param name="Problem">A sentence that says what would be right.</param>
public readonly record struct Parsed<T>(T? Value, string? Problem) where T : class;
