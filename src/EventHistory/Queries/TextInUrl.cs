using Microsoft.AspNetCore.Http.Features;

namespace EventHistory.Queries;

/// <summary>
/// A task's id or a worker's name as the rest of a URL's path. Both are any string, so they are written percent-encoded as
/// a whole, and read from the target as it came over the wire: the server leaves <c>%2F</c> alone when it decodes a path,
/// and so cannot tell it from <c>%252F</c>.
/// </summary>
internal static class TextInUrl
{
    public static string Write(string text) => Uri.EscapeDataString(text);

    /// <param name="prefix">The path before the text, with its last slash.</param>
    /// <param name="routed">What routing found, for requests whose target is written in another way.</param>
    public static string Read(HttpContext context, string prefix, string routed)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = target.Split('?', 2)[0];
        var start = path.IndexOf(prefix, StringComparison.Ordinal);
        return Uri.UnescapeDataString(start < 0 ? routed : path[(start + prefix.Length)..]);
    }
}
