using EventHistory.Core.Queries;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace EventHistory.Ui.Events;

/// <summary>What the page of raw events shows.</summary>
/// <param name="Given">The parameters, those without a value left out.</param>
/// <param name="At">The position of the event that the address leads to; null: to none.</param>
/// <param name="Page">Null: the question is not understood.</param>
public sealed record EventsModel(IReadOnlyList<KeyValuePair<string, string>> Given, long? At, EventPage? Page, string? Problem)
{
    /// <summary>The parameter of the one event that an address leads to.</summary>
    public const string Position = "position";

    private static readonly string[] _followed = [EventListQuery.Type, EventListQuery.Task, EventListQuery.Worker, EventListQuery.Only];

    public IReadOnlyList<string> Types => [.. All(EventListQuery.Type).SelectMany(types => types.Split(','))];

    public string One(string name) => string.Join(',', All(name));

    public bool IsFiltered => Given.Any(p => p.Key != EventListQuery.Only);

    public bool IsFirst => At is null && !Given.Any(p => p.Key == EventListQuery.Ahead);

    /// <summary>False: it is not in the log, or the filter leaves it out.</summary>
    public bool HasEvent => Page!.Events.Any(e => e.Position == At);

    /// <summary>The address of one event: it stays what it is, however many come after.</summary>
    /// <param name="source">Null: there is only one.</param>
    public static string Link(long position, string? source) => $"{LinkTo(source)}{position}#{Anchor(position)}";

    /// <summary>What the position and the anchor are added to.</summary>
    public static string LinkTo(string? source) => $"/events?{(string.IsNullOrEmpty(source) ? "" : $"{EventListQuery.Only}={Uri.EscapeDataString(source)}&")}{Position}=";

    public static string Anchor(long position) => $"e-{position}";

    /// <summary>Null: what is to come does not belong to this page, or there is no log yet.</summary>
    public string? Stream => At is null && Page is { Source: not null } && Given.All(p => _followed.Contains(p.Key))
        ? Address("/api/v1/stream", [.. Given, KeyValuePair.Create(EventListQuery.Behind, $"{Page.Events.Select(e => e.Position).DefaultIfEmpty(0).Max()}")])
        : null;

    public string? Older => Page is { More: true, Next: { } next } ? Address("/events", [.. Filter, KeyValuePair.Create(EventListQuery.Ahead, $"{next}")]) : null;

    public string Newest => Address("/events", Filter);

    private IEnumerable<KeyValuePair<string, string>> Filter => Given.Where(p => p.Key != EventListQuery.Ahead);

    private IEnumerable<string> All(string name) => Given.Where(p => p.Key == name).Select(p => p.Value);

    private static string Address(string path, IEnumerable<KeyValuePair<string, string>> parameters) =>
        QueryHelpers.AddQueryString(path, parameters.Select(p => KeyValuePair.Create(p.Key, new StringValues(p.Value))));
}
