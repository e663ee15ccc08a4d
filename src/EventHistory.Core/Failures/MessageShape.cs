using System.Text.RegularExpressions;

namespace EventHistory.Core.Failures;

/// <summary>What the messages of one kind of failure have in common: numbers, ids, addresses and quoted values are left out.</summary>
internal static partial class MessageShape
{
    private const int MaxLength = 200;

    /// <param name="message">One line of it counts, and no more than its beginning.</param>
    public static string Of(string message)
    {
        var line = message.AsSpan().TrimStart();
        if (line.IndexOfAny('\r', '\n') is >= 0 and var end)
            line = line[..end];
        if (line.Length > MaxLength)
            line = line[..(char.IsHighSurrogate(line[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
        var shape = Quoted().Replace(line.TrimEnd().ToString(), "'…'");
        shape = Id().Replace(shape, "<id>");
        return Number().Replace(shape, "#");
    }

    // an apostrophe inside a word quotes nothing
    [GeneratedRegex(@"(?<!\w)(?<quote>['""])[^'""]*\k<quote>(?!\w)")]
    private static partial Regex Quoted();

    // UUIDs, addresses in memory, and what looks like a hash: eight or more hexadecimal digits, not all of them letters
    [GeneratedRegex(@"(?<![\w-])(0x[0-9a-f]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,})(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex(@"[0-9]+([.,][0-9]+)*")]
    private static partial Regex Number();
}
