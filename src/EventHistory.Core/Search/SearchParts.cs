namespace EventHistory.Core.Search;

/// <summary>
/// A query as the conditions that must all hold, each in the words in which it was written: <c>finished:-7d</c> stays what it is, where
/// <see cref="FilterText"/> writes the moment it stood for. So a page can show a chip per condition, and take one away or change it.
/// </summary>
public sealed record SearchParts(IReadOnlyList<string> Texts)
{
    /// <param name="query">One that <see cref="SearchQuery.Parse"/> understands; of another, the text as a whole is the only part.</param>
    public static SearchParts Of(string query)
    {
        query = query.Trim();
        if (query.Length > SearchQuery.MaxLength)
            return new SearchParts([query]);
        var (tokens, openQuote) = Tokenizer.Read(query);
        if (tokens.Count == 0)
            return new SearchParts([]);
        if (openQuote is not null || IsEither(tokens))
            return new SearchParts([query]);
        var texts = new List<string>();
        var (depth, goesOn) = (0, false);
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            var text = query[token.At..(i + 1 < tokens.Count ? tokens[i + 1].At : query.Length)].TrimEnd();
            if (depth > 0 || goesOn)
                texts[^1] += Gap(query, token.At) + text;
            else if (!token.Is("AND"))
                texts.Add(text);
            depth += token.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            goesOn = token.Is("NOT") || token.Is("-");
        }
        return new SearchParts(texts);
    }

    public override string ToString() => Texts.Count == 1 ? Texts[0] : string.Join(' ', Texts.Select(text => IsEither(Tokenizer.Read(text).Tokens) ? $"({text})" : text));

    public SearchParts Without(int place) => new([.. Texts.Take(place), .. Texts.Skip(place + 1)]);

    public SearchParts With(string text) => text.Length == 0 ? this : new([.. Texts, text]);

    /// <summary>The values that a field must have one of, if a condition says so; else none.</summary>
    public IReadOnlyList<string> Values(TextField field, DateTime now) => Find(field, now).Values;

    /// <summary>Takes a value of a field in, or out if it is in: the condition then is that the field has one of those that are in.</summary>
    public SearchParts Toggle(TextField field, string value, DateTime now)
    {
        var (place, values) = Find(field, now);
        var wanted = values.Contains(value) ? values.Where(v => v != value).ToList() : [.. values, value];
        var text = wanted.Count == 0 ? "" : TextTerm.Exactly(field, wanted).ToString();
        if (place < 0)
            return With(text);
        return text.Length == 0 ? Without(place) : new([.. Texts.Take(place), text, .. Texts.Skip(place + 1)]);
    }

    /// <summary>Without the condition that a field must have one of some values; null: there is none.</summary>
    public SearchParts? Beside(TextField field, DateTime now) => Find(field, now).Place is >= 0 and var place ? Without(place) : null;

    private (int Place, IReadOnlyList<string> Values) Find(TextField field, DateTime now)
    {
        for (var place = 0; place < Texts.Count; place++)
        {
            if (SearchQuery.Parse(Texts[place], now).Value is TextTerm term && term.Field == field && term.Patterns.All(p => p.Exact is not null))
                return (place, [.. term.Patterns.Select(p => p.Exact!)]);
        }
        return (-1, []);
    }

    // OR binds less than what is side by side: with one that is in no parentheses, the query is one condition
    private static bool IsEither(List<Token> tokens)
    {
        var depth = 0;
        foreach (var token in tokens)
        {
            depth += token.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            if (depth == 0 && token.Is("OR"))
                return true;
        }
        return false;
    }

    private static string Gap(string query, int at) => char.IsWhiteSpace(query[at - 1]) ? " " : "";
}
