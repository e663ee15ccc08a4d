using System.Net;

namespace EventHistory.Core.Reports;

/// <summary>The address of a webhook. What its name leads to is looked at when it is called: see <see cref="PublicAddress"/>.</summary>
public static class WebhookAddress
{
    public const int MaxLength = 2000;

    /// <param name="text">As it was sent.</param>
    /// <param name="allowsPrivate">Whether it may lead to this machine and to private networks.</param>
    /// <returns>The address; or the end of the sentence "url "…" ", which says why it is none.</returns>
    public static (Uri? Url, string? Problem) Parse(string text, bool allowsPrivate)
    {
        var isOne = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.IdnHost.Length > 0;
        if (!isOne || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return (null, "is not an address: write one that begins with https:// or http://.");
        if (url!.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return (null, "has a user, a password or a # in it: leave them out; what is sent is signed.");
        return allowsPrivate || IsPublic(url) ? (url, null) : (null, $"leads to this machine or a private network: {Refusal}.");
    }

    /// <summary>Ends a sentence that refuses an address.</summary>
    public const string Refusal = "webhooks go to public addresses only, unless the setting Reports:AllowPrivateTargets allows others";

    private static bool IsPublic(Uri url)
    {
        var host = url.IdnHost.TrimEnd('.');
        return IPAddress.TryParse(host, out var address) ? PublicAddress.Is(address)
            : !host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
