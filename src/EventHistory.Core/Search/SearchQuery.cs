using EventHistory.Core.Queries;

namespace EventHistory.Core.Search;

/// <summary>The language in which tasks are asked for, described in docs/search.md.</summary>
/// <remarks>
/// <code>
/// query   := [ either ]                           nothing: every task
/// either  := all { "OR" all }
/// all     := one { [ "AND" ] one }                side by side means AND, which binds closer than OR
/// one     := ( "NOT" | "-" ) one | "(" either ")" | term
/// term    := [ qualifier ":" ] text               see TermReader
/// </code>
/// Flower's grammar is a part of it: what Flower understands means the same here, and what is wrong in both is said in Flower's words.
/// </remarks>
public sealed class SearchQuery
{
    public const int MaxLength = 8192;
    public const int MaxTokens = 512;
    public const int MaxDepth = 32;

    private readonly IReadOnlyList<Token> _tokens;
    private readonly int _length;
    private readonly SearchFaults _faults = new();
    private readonly TermReader _terms;
    private int _next;
    private int _depth;

    private SearchQuery(IReadOnlyList<Token> tokens, int length, DateTime now) => (_tokens, _length, _terms) = (tokens, length, new TermReader(now, _faults));

    /// <param name="now">UTC; what <c>-7d</c> counts from.</param>
    public static Parsed<Filter> Parse(string text, DateTime now)
    {
        var query = text.Trim();
        if (query.Length > MaxLength)
            return Refused(new($"Query exceeds {MaxLength} characters", null));
        var (tokens, openQuote) = Tokenizer.Read(query);
        if (tokens.Count > MaxTokens)
            return Refused(new($"Query exceeds {MaxTokens} tokens", null));
        if (openQuote is { } at)
            return Refused(new("Unterminated quoted phrase", at));
        return tokens.Count == 0 ? new(Filter.Everything, null) : new SearchQuery(tokens, query.Length, now).Whole();
    }

    private static Parsed<Filter> Refused(SearchFault fault) => new(null, fault.ToString());

    private Parsed<Filter> Whole()
    {
        var filter = Either();
        if (Next is { } left)
            _faults.Refuse(new($"Unexpected '{left.Letters.Text}'", left.At));
        return _faults.First is { } fault ? Refused(fault) : new(filter, null);
    }

    private Token? Next => _next < _tokens.Count ? _tokens[_next] : null;

    // Each of these returns null when something is wrong

    private Filter? Either()
    {
        var parts = new List<Filter>();
        do
        {
            if (All() is not { } part)
                return null;
            parts.Add(part);
        }
        while (TakeOperator("OR"));
        return _faults.First is null ? Filter.AnyOf(parts) : null;
    }

    private Filter? All()
    {
        var parts = new List<Filter>();
        do
        {
            if (One() is not { } part)
                return null;
            parts.Add(part);
        }
        while (TakeOperator("AND") || IsTermNext);
        return _faults.First is null ? Filter.AllOf(parts) : null;
    }

    private Filter? One()
    {
        if (!IsTermNext)
            return _faults.Refuse(Next is { Kind: TokenKind.Close } close ? new("Unexpected ')'", close.At) : new("Expected a search term", Next?.At ?? _length));
        var token = _tokens[_next++];
        return token.Kind == TokenKind.Open ? Group(token)
            : token.Is("NOT") ? Negated(token, "NOT")
            : token.Is("-") && Next is { Kind: TokenKind.Open } open && open.At == token.At + 1 ? Negated(token, "'-'")
            : _terms.Read(token.Letters);
    }

    private Filter? Negated(Token token, string word)
    {
        if (!IsTermNext)
            return _faults.Refuse(new($"{word} must be followed by a search term", token.At));
        return Nested(token, One) is { } part ? Filter.Negate(part) : null;
    }

    private Filter? Group(Token open)
    {
        if (Next is { Kind: TokenKind.Close })
            return _faults.Refuse(new("Empty group", open.At));
        if (Nested(open, Either) is not { } inner)
            return null;
        if (Next is not { Kind: TokenKind.Close })
            return _faults.Refuse(new("Missing closing parenthesis", open.At));
        _next++;
        return inner;
    }

    private Filter? Nested(Token token, Func<Filter?> read)
    {
        if (_depth == MaxDepth)
            return _faults.Refuse(new($"Query nesting exceeds {MaxDepth} levels", token.At));
        _depth++;
        var filter = read();
        _depth--;
        return filter;
    }

    private bool IsTermNext => Next is { Kind: not TokenKind.Close } next && !next.Is("AND") && !next.Is("OR");

    /// <summary>Steps over an operator between two parts, if there is one; a part must follow.</summary>
    private bool TakeOperator(string word)
    {
        if (Next is not { } token || !token.Is(word))
            return false;
        _next++;
        if (!IsTermNext)
            _faults.Refuse(new($"{word} must be followed by a search term", token.At));
        return IsTermNext;
    }
}
