namespace EventHistory.Ui;

/// <summary>Whether htmx asks for a part of a page that is there already, or a person for all of it.</summary>
internal static class PartRequest
{
    public static bool IsPart(this HttpRequest request) => request.Headers.ContainsKey("HX-Request");
}
