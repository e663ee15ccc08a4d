using System.Text.RegularExpressions;

namespace EventHistory.Core.Failures;

/// <summary>An exception by its type and message.</summary>
/// <param name="Type">With its module where that is known: <c>shop.errors.PaymentError</c>.</param>
/// <param name="Message">Its first line.</param>
internal readonly partial record struct RaisedException(string Type, string Message)
{
    private const int MaxLength = 1000; // of what is looked at

    /// <summary>The type without its module.</summary>
    public string Name => Type[(Type.LastIndexOf('.') + 1)..];

    /// <summary>The line that ends a traceback: <c>shop.errors.PaymentError: refused</c>. Null if it is none.</summary>
    public static RaisedException? OfLine(ReadOnlySpan<char> line) => Line().Match(Begin(line)) is { Success: true } match
        ? new RaisedException(match.Groups["type"].Value, match.Groups["message"].Value)
        : null;

    /// <summary>Python's repr: <c>PaymentError('refused')</c>. Null if the class has one of its own.</summary>
    public static RaisedException? OfRepr(string repr) => Repr().Match(Begin(repr)) is { Success: true } match
        ? new RaisedException(match.Groups["type"].Value, match.Groups["text"] is { Success: true } text ? text.Value : match.Groups["arguments"].Value)
        : null;

    private static string Begin(ReadOnlySpan<char> text) => text[..Math.Min(text.Length, MaxLength)].ToString();

    [GeneratedRegex(@"^(?<type>[^\W\d][\w.]{0,199})(:( (?<message>.*))?)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();

    [GeneratedRegex(@"^(?<type>[^\W\d][\w.]{0,199})(\((('(?<text>[^']*)'|""(?<text>[^""]*)"")\)$|(?<arguments>.*?)(\)?$|\n))|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Repr();
}
