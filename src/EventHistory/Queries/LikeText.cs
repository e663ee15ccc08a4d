using EventHistory.Core.Search;

namespace EventHistory.Queries;

/// <summary>Patterns as PostgreSQL's <c>like</c> reads them.</summary>
internal static class LikeText
{
    public static string Of(TextPattern pattern) => Of(pattern.Pieces);

    /// <param name="pieces">With anything between them.</param>
    public static string Of(IEnumerable<string> pieces) => string.Join('%', pieces.Select(Literal));

    private static string Literal(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
