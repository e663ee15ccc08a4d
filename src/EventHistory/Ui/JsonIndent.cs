using System.Text;

namespace EventHistory.Ui;

/// <summary>JSON on several lines. Only blanks between tokens change: strings and numbers stay as they were sent.</summary>
internal static class JsonIndent
{
    public static string Of(string json)
    {
        var text = new StringBuilder(json.Length * 5 / 4);
        var depth = 0;
        for (var i = 0; i < json.Length; i++)
        {
            switch (json[i])
            {
                case '"':
                    var end = EndOfString(json, i);
                    text.Append(json, i, end - i);
                    i = end - 1;
                    break;
                case '{' or '[':
                    var close = NextToken(json, i + 1);
                    if (close < json.Length && json[close] is '}' or ']')
                    {
                        text.Append(json[i]).Append(json[close]);
                        i = close;
                        break;
                    }
                    text.Append(json[i]);
                    NewLine(text, ++depth);
                    break;
                case '}' or ']':
                    NewLine(text, --depth);
                    text.Append(json[i]);
                    break;
                case ',':
                    text.Append(',');
                    NewLine(text, depth);
                    break;
                case ':':
                    text.Append(": ");
                    break;
                case ' ' or '\t' or '\r' or '\n':
                    break;
                default:
                    text.Append(json[i]);
                    break;
            }
        }
        return text.ToString();
    }

    private static void NewLine(StringBuilder text, int depth) => text.Append('\n').Append(' ', 2 * Math.Min(depth, 40));

    private static int NextToken(string json, int at)
    {
        while (at < json.Length && char.IsWhiteSpace(json[at]))
            at++;
        return at;
    }

    private static int EndOfString(string json, int start)
    {
        var at = start + 1;
        while (at < json.Length && json[at] != '"')
            at += json[at] == '\\' ? 2 : 1;
        return Math.Min(at + 1, json.Length);
    }
}
