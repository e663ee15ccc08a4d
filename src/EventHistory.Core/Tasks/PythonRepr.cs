using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Celery sends arguments and results as the text of their Python repr, cut at about 1,024 characters
/// (<c>argsrepr_maxsize</c>, <c>kwargsrepr_maxsize</c>, <c>resultrepr_maxsize</c>) and below the third level.
/// </summary>
public static class PythonRepr
{
    /// <summary>A string that merely ends in dots is common in short texts; Celery cuts no text shorter than this.</summary>
    private const int ShortestCutString = 512;

    /// <summary>
    /// True if something was left out: dots outside a string (<c>[...]</c>, <c>, ...)</c>, <c>1..., ...</c>), or a string
    /// that ends in dots in a text long enough to have been cut.
    /// </summary>
    public static bool IsTruncated(EventText repr) => repr.MayHoldDots() && IsTruncated(repr.Text());

    /// <inheritdoc cref="IsTruncated(EventText)"/>
    public static bool IsTruncated(string? repr)
    {
        if (repr is null || !repr.Contains("...", StringComparison.Ordinal))
            return false;
        var quote = '\0';
        for (var i = 0; i < repr.Length; i++)
        {
            var c = repr[i];
            if (quote == '\0')
            {
                if (c is '\'' or '"')
                    quote = c;
                else if (DotsAt(repr, i))
                    return true;
            }
            else if (c == '\\')
            {
                i++;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else if (repr.Length >= ShortestCutString && DotsAt(repr, i) && (i + 3 == repr.Length || repr[i + 3] == quote))
            {
                return true;
            }
        }
        return false;
    }

    private static bool DotsAt(string text, int index) => string.CompareOrdinal(text, index, "...", 0, 3) == 0;
}
