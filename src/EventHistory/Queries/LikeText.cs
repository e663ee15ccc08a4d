using System.Buffers;
using EventHistory.Core.Search;

namespace EventHistory.Queries;

/// <summary>Patterns as PostgreSQL's <c>like</c> reads them.</summary>
internal static class LikeText
{
    public static string Of(TextPattern pattern) => Of(pattern.Pieces);

    /// <param name="pieces">With anything between them.</param>
    public static string Of(IEnumerable<string> pieces) => string.Join('%', pieces.Select(Literal));

    /// <summary>
    /// The longest stretch without letters, as a pattern: every text that matches has it as it is, and to look for that takes a third of the time of
    /// looking for letters of either case. Null: there is none that is worth it.
    /// </summary>
    public static string? WithoutLetters(TextPattern pattern)
    {
        var longest = "";
        foreach (var piece in pattern.Pieces)
        {
            for (var start = 0; start < piece.Length; start++)
            {
                var length = piece.AsSpan(start).IndexOfAnyExcept(_caseless) is >= 0 and var end ? end : piece.Length - start;
                if (length > longest.Length)
                    longest = piece.Substring(start, length);
                start += length;
            }
        }
        return longest.Length >= Worthwhile ? Of(["", longest, ""]) : null;
    }

    private const int Worthwhile = 3;

    private static readonly SearchValues<char> _caseless =
        SearchValues.Create(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => !char.IsAsciiLetter(c)).ToArray());

    private static string Literal(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
