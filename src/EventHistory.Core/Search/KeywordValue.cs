using System.Buffers;

namespace EventHistory.Core.Search;

/// <summary>How the value of a keyword argument may be written in <c>kwargs</c>: a number or True as it is, a text as Python or JSON quote it.</summary>
public static class KeywordValue
{
    private static readonly SearchValues<char> _escaped = SearchValues.Create("\\'\"\n\r\t");

    /// <summary>The pieces of the value as each of the ways to write it has them.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Written(TextPattern value) =>
        [value.Pieces, Quoted(value.Pieces, '\''), Quoted(value.Pieces, '"')];

    /// <summary>True if the text looks the same however it is written.</summary>
    public static bool IsPlain(string piece) => !piece.AsSpan().ContainsAny(_escaped);

    private static List<string> Quoted(Values<string> pieces, char quote)
    {
        var quoted = pieces.Select(piece => Escaped(piece, quote)).ToList();
        quoted[0] = quote + quoted[0];
        quoted[^1] += quote;
        return quoted;
    }

    // a quote inside is escaped only if it would end the text: Python takes the other kind if it can
    private static string Escaped(string piece, char quote) => piece
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal).Replace($"{quote}", $"\\{quote}", StringComparison.Ordinal);
}
