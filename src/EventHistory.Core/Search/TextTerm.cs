namespace EventHistory.Core.Search;

/// <summary>What texts are compared with. Names in the language are these in lower case.</summary>
public enum TextField
{
    /// <summary>A term without a qualifier: any of id, name, state, worker, args, kwargs and result, as in Flower.</summary>
    Any,
    Id,
    Name,
    State,
    Worker,
    Queue,
    Args,
    Kwargs,
    Result,
    Exception,
    Traceback,
    Root,
    Parent,
    /// <summary>The failure group.</summary>
    Group,
}

/// <summary>A field matches any of some patterns.</summary>
public sealed record TextTerm(TextField Field, Values<TextPattern> Patterns) : Filter
{
    /// <summary>One of some whole values.</summary>
    public static TextTerm Exactly(TextField field, IEnumerable<string> values) => new(field, Values.Distinct(values.Select(TextPattern.Exactly)));
}

/// <summary>A whole value, or pieces of it with anything between them.</summary>
/// <param name="Pieces">
/// One: the value is exactly this. More: it begins with the first one, ends with the last one and has the others in between, upper and lower
/// case letters being the same. So <c>"", x, ""</c> is any value that contains x.
/// </param>
public sealed record TextPattern(Values<string> Pieces)
{
    public static TextPattern Exactly(string value) => new([value]);

    public static TextPattern Containing(string part) => Like(["", part, ""]);

    /// <param name="pieces">At least two.</param>
    public static TextPattern Like(IReadOnlyList<string> pieces) =>
        new([pieces[0], .. pieces.Skip(1).SkipLast(1).Where(piece => piece.Length > 0), pieces[^1]]);

    /// <summary>The value itself; null: it is a pattern.</summary>
    public string? Exact => Pieces.Count == 1 ? Pieces[0] : null;

    /// <summary>What a value has to contain; null: it is more than that, or a whole value.</summary>
    public string? Contained => Pieces is ["", var part, ""] ? part : null;

    public bool Matches(string text)
    {
        if (Exact is { } exact)
            return text == exact;
        var rest = text.AsSpan();
        if (!rest.StartsWith(Pieces[0], StringComparison.OrdinalIgnoreCase))
            return false;
        rest = rest[Pieces[0].Length..];
        if (!rest.EndsWith(Pieces[^1], StringComparison.OrdinalIgnoreCase))
            return false;
        rest = rest[..^Pieces[^1].Length];
        foreach (var piece in Pieces.Skip(1).SkipLast(1))
        {
            var at = rest.IndexOf(piece, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
                return false;
            rest = rest[(at + piece.Length)..];
        }
        return true;
    }
}
