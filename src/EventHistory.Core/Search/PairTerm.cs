namespace EventHistory.Core.Search;

/// <summary>A keyword argument has a value: <c>kwargs:key=value</c>. Upper and lower case letters are the same.</summary>
/// <param name="Key">See <see cref="IsKey"/>.</param>
/// <param name="Value">Compared with the value as Python's <c>str</c> shows it: 42, True, and a text without its quotes.</param>
public sealed record PairTerm(string Key, TextPattern Value) : Filter
{
    /// <summary>True for letters, digits, <c>_</c>, <c>-</c> and <c>.</c>; anything else before a <c>=</c> is just a text.</summary>
    public static bool IsKey(string text) => text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.');
}
