using System.Text.RegularExpressions;

namespace EventHistory.Settings;

/// <summary>Keeps passwords out of everything that is printed.</summary>
internal static partial class Secrets
{
    /// <summary>The text with the passwords of URLs and connection strings in it replaced by <c>***</c>; also of malformed ones.</summary>
    public static string Mask(string text) => Parameter().Replace(UserInfo().Replace(text, "***"), "$1***");

    // up to the last @ before the host: a password with an unescaped @ or / in it must not leak its end
    [GeneratedRegex(@"(?<=://[^:@/\s]*:)[^\s""]*(?=@)")]
    private static partial Regex UserInfo();

    [GeneratedRegex("""((?:password|pwd)\s*=\s*)("[^"]*"|'[^']*'|[^;&\s]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex Parameter();
}
