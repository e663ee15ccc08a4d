using EventHistory.Core.Celery;

namespace EventHistory.Core.Search;

/// <summary>One character of a query.</summary>
/// <param name="IsLiteral">It was quoted or escaped: it means nothing but itself.</param>
/// <param name="At">Where it stands in the query.</param>
internal readonly record struct Letter(char Char, bool IsLiteral, int At);

/// <summary>A part of a query with what its quotes meant.</summary>
/// <param name="At">Where it begins; its first letter may stand behind a quote.</param>
internal sealed record Letters(ArraySegment<Letter> All, int At)
{
    public int Count => All.Count;

    /// <summary>As PostgreSQL can store it, and as it has stored it: see <see cref="JsonText.Storable"/>.</summary>
    public string Text => JsonText.Storable(string.Create(All.Count, All, (text, all) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = all[i].Char;
    }));

    /// <summary>A text in which nothing is quoted.</summary>
    public static Letters Of(string text) => new(text.Select((c, at) => new Letter(c, false, at)).ToArray(), 0);

    /// <summary>Where an operator stands; −1: nowhere.</summary>
    /// <param name="orLiteral">One that is quoted counts, too.</param>
    public int IndexOf(char c, bool orLiteral = false)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i].Char == c && (orLiteral || !All[i].IsLiteral))
                return i;
        }
        return -1;
    }

    public bool StartsWith(char c) => All.Count > 0 && !All[0].IsLiteral && All[0].Char == c;

    /// <summary>True for a word that stands there without any quotes.</summary>
    public bool Is(string word) => All.Count == word.Length && All.All(l => !l.IsLiteral) && Text == word;

    public Letters this[Range range]
    {
        get
        {
            var part = All[range];
            return new Letters(part, part.Count > 0 ? part[0].At : At + range.Start.GetOffset(All.Count));
        }
    }

    /// <summary>The parts between unquoted separators: one more than there are of these.</summary>
    public IReadOnlyList<Letters> Split(char separator)
    {
        var parts = new List<Letters>();
        var rest = this;
        while (rest.IndexOf(separator) is >= 0 and var at)
        {
            parts.Add(rest[..at]);
            rest = rest[(at + 1)..];
        }
        parts.Add(rest);
        return parts;
    }
}
