using System.Text.RegularExpressions;

namespace EventHistory.Core.Reports;

/// <summary>A mail address without name and quotes: nothing in it can end it, or the header that it stands in.</summary>
public static partial class MailAddress
{
    public const int MaxLength = 254;

    public static bool IsOne(string text) => text.Length <= MaxLength && Pattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\z")]
    private static partial Regex Pattern();
}
