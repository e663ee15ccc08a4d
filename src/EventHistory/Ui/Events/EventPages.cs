using EventHistory.Core.Queries;
using EventHistory.Queries;

namespace EventHistory.Ui.Events;

/// <summary><c>/events</c>: the log as it is, the latest first; a script adds what is recorded from now on.</summary>
internal static class EventPages
{
    private const int PageSize = 50;

    private static readonly string[] _known = [EventListQuery.Type, EventListQuery.Task, EventListQuery.Worker, EventListQuery.From, EventListQuery.To, EventListQuery.Ahead];

    public static async Task<Html<EventsPage>> List(HttpRequest request, EventListQueries events, TimeProvider time, CancellationToken ct)
    {
        var given = _known.SelectMany(name => request.Query[name], (name, value) => KeyValuePair.Create(name, (value ?? "").Trim())).Where(p => p.Value.Length > 0).ToList();
        var (query, problem) = EventListQuery.Parse([.. given, KeyValuePair.Create(EventListQuery.Count, $"{PageSize}")], time.GetUtcNow().UtcDateTime);
        var (page, refusal) = query is null ? new Parsed<EventPage>(null, problem) : await events.List(query, ct);
        var model = new EventsModel(given, page, refusal);
        return new((nameof(EventsPage.Model), model)) { Status = refusal is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }
}
