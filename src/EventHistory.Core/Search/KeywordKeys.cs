using EventHistory.Core.Queries;

namespace EventHistory.Core.Search;

/// <summary>The keys at the top level of <c>kwargs</c> that <c>kwargs:key=value</c> can ask about; also of a text that was cut.</summary>
public static class KeywordKeys
{
    /// <param name="kwargs">As Python or JSON writes a dict.</param>
    public static IEnumerable<string> Of(string kwargs)
    {
        var depth = 0;
        string? text = null; // that may be a key, if a colon follows
        for (var i = 0; i < kwargs.Length; i++)
        {
            switch (kwargs[i])
            {
                case '\'' or '"':
                    var end = End(kwargs, i);
                    text = depth == 1 && end < kwargs.Length ? kwargs[(i + 1)..end] : null;
                    i = end;
                    continue;
                case ':' when text is not null && PairTerm.IsKey(text):
                    yield return text;
                    break;
                case '{' or '[' or '(':
                    depth++;
                    break;
                case '}' or ']' or ')':
                    depth--;
                    break;
                case ' ':
                    continue;
            }
            text = null;
        }
    }

    /// <summary>The keys of many tasks, the ones that most of them have first.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<TaskView> tasks, int most) =>
        [.. tasks.SelectMany(t => Of(t.Kwargs ?? "").Distinct()).CountBy(key => key).OrderByDescending(k => k.Value).ThenBy(k => k.Key, StringComparer.Ordinal).Select(k => k.Key).Take(most)];

    // the quote that ends the text, or the end if it was cut
    private static int End(string text, int quote)
    {
        for (var i = quote + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == text[quote])
                return i;
        }
        return text.Length;
    }
}
