using System.Globalization;

namespace EventHistory.Core.Search;

/// <summary>Why a query is not understood.</summary>
/// <param name="What">What is wrong, as far as the position.</param>
/// <param name="At">Where, counted from 0 in the query without the blanks around it; null: everywhere.</param>
/// <param name="Right">What would be right.</param>
internal sealed record SearchFault(string What, int? At, string? Right = null)
{
    public override string ToString()
    {
        var sentence = What + (At is { } at ? string.Create(CultureInfo.InvariantCulture, $" at position {at}") : "") + (Right is null ? "" : $": {Right}");
        return sentence.EndsWith('?') ? sentence : sentence + ".";
    }

    /// <summary>The same where the query is the value of one parameter: it has no other place.</summary>
    public string InParameter(string name) => $"{name}: {this with { At = null }}";

    public const int LongestShown = 60;

    /// <summary>What was written, in a sentence.</summary>
    public static string Show(string text) => text.Length <= LongestShown ? $"\"{text}\"" : $"\"{text[..(LongestShown - 1)]}…\"";
}

/// <summary>Keeps the first thing that is wrong.</summary>
internal sealed class SearchFaults
{
    public SearchFault? First { get; private set; }

    /// <returns>Null: what was wrong is no filter.</returns>
    public Filter? Refuse(SearchFault fault)
    {
        First ??= fault;
        return null;
    }
}
