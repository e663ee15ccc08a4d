namespace EventHistory.Core.Search;

internal enum TokenKind
{
    Word, Open, Close,
}

/// <summary>A word, or a parenthesis.</summary>
internal sealed record Token(TokenKind Kind, Letters Letters)
{
    public int At => Letters.At;

    public bool Is(string word) => Kind == TokenKind.Word && Letters.Is(word);
}
