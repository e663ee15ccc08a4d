namespace EventHistory.Core.Search;

/// <summary>
/// Words are separated by white space; parentheses stand for themselves. Double quotes may open and close anywhere in a word and are taken away;
/// <c>\"</c> and <c>\\</c> are a quote and a backslash, inside and outside of them.
/// </summary>
internal static class Tokenizer
{
    /// <returns>Or where a quote opens that is never closed.</returns>
    public static (List<Token> Tokens, int? OpenQuote) Read(string query)
    {
        var tokens = new List<Token>();
        var letters = new List<Letter>();
        int? quote = null, start = null;
        for (var at = 0; at < query.Length; at++)
        {
            var c = query[at];
            if (quote is null && (char.IsWhiteSpace(c) || c is '(' or ')'))
            {
                EndWord();
                if (c is '(' or ')')
                    tokens.Add(new Token(c == '(' ? TokenKind.Open : TokenKind.Close, new Letters(new[] { new Letter(c, false, at) }, at)));
                continue;
            }
            start ??= at;
            if (c == '\\' && at + 1 < query.Length && query[at + 1] is '"' or '\\')
                letters.Add(new Letter(query[++at], true, at - 1));
            else if (c == '"')
                quote = quote is null ? at : null;
            else
                letters.Add(new Letter(c, quote is not null, at));
        }
        EndWord();
        return (tokens, quote);

        void EndWord()
        {
            if (start is { } at)
                tokens.Add(new Token(TokenKind.Word, new Letters(letters.ToArray(), at)));
            letters.Clear();
            start = null;
        }
    }
}
