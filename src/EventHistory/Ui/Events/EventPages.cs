using System.Globalization;
using EventHistory.Core.Queries;
using EventHistory.Queries;

namespace EventHistory.Ui.Events;

/// <summary><c>/events</c>: the log as it is, the latest first; a script adds what is recorded from now on.</summary>
internal static class EventPages
{
    private const int PageSize = 50;

    /// <summary>Before an event that the address leads to, so many that came after it.</summary>
    private const int Later = 8;

    private static readonly string[] _known =
        [EventListQuery.Type, EventListQuery.Task, EventListQuery.Worker, EventListQuery.From, EventListQuery.To, EventListQuery.Ahead, EventListQuery.Only];

    public static async Task<Html<EventsPage>> List(HttpRequest request, EventListQueries events, TimeProvider time, CancellationToken ct)
    {
        var given = _known.SelectMany(name => request.Query[name], (name, value) => KeyValuePair.Create(name, (value ?? "").Trim())).Where(p => p.Value.Length > 0).ToList();
        var (query, problem) = EventListQuery.Parse([.. given, KeyValuePair.Create(EventListQuery.Count, $"{PageSize}")], time.GetUtcNow().UtcDateTime);
        var (at, wrong) = Position(request.Query[EventsModel.Position].ToString().Trim());
        if (at is { } position && query is not null)
            query = query with { Before = Math.Min(position, long.MaxValue - Later - 1) + Later + 1 };
        var (page, refusal) = query is null || wrong is not null ? new Parsed<EventPage>(null, problem ?? wrong) : await events.List(query, ct);
        var model = new EventsModel(given, at, page, refusal);
        return new((nameof(EventsPage.Model), model)) { Status = refusal is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    private static (long? At, string? Problem) Position(string text) => text.Length == 0 ? (null, null)
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position > 0 ? (position, null)
        : (null, $"position \"{Show.Cut(text, 100)}\" is not a whole number from 1.");
}
