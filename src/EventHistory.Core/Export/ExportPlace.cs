using System.Globalization;
using EventHistory.Core.Celery;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Export;

/// <summary>
/// How far an export has come: <c>first_seen/id</c> of its last row. Whoever has the rows has the cursor, also where the connection
/// broke before the end.
/// </summary>
public readonly record struct ExportPlace(DateTime FirstSeen, TaskId Id)
{
    /// <summary>Ends the sentence "… is not a place:".</summary>
    public const string Rule = "write first_seen and id of the last row that you have, with a slash between them (2026-11-21T09:30:00.000000Z/d93e7b96-3b5e-4d57-9a3c-000000000001)";

    public static string Write(DateTime firstSeen, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{firstSeen:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}/{id}");

    /// <returns>Null when the text is no place.</returns>
    public static ExportPlace? Parse(string text) =>
        text.IndexOf('/') is > 0 and var slash && slash + 1 < text.Length && TimeText.Parse(text[..slash], DateTime.UnixEpoch) is { } firstSeen
            ? new ExportPlace(firstSeen, TaskId.Parse(text[(slash + 1)..]))
            : null;
}
