using EventHistory.Core.Search;

namespace EventHistory.Api;

/// <summary>The parameters by which every question about tasks is narrowed: the language as <c>q</c>, and each of its qualifiers on its own.</summary>
internal static class FilterQuery
{
    private const string Times = " A day or month (UTC), how long ago it may be (-7d), a range (a..b) or a comparison (>=…); times are written like from.";

    public static readonly IReadOnlyList<QueryParameter> Parameters =
    [
        QueryParameter.Text(FilterParameters.Query, "What tasks are meant, in the search language (docs/search.md): terms such as name:mail, state:FAILURE,RETRY, "
            + "kwargs:user=42, runtime:>1.5s, started:-7d, has:traceback, joined by AND, OR, NOT and parentheses. Given with the parameters below, all must hold.",
            "state:FAILURE name:shop.* -worker:canary"),
        QueryParameter.Set("state", "Any of these states: PENDING, RECEIVED, STARTED, SUCCESS, FAILURE, RETRY, REVOKED, REJECTED, "
            + "or an application's own. Repeat it, or separate by commas (\\, is a comma inside a value); so too with name to group.", "FAILURE", "RETRY"),
        QueryParameter.Set("name", "Any of these task names, in full.", "shop.orders.place"),
        QueryParameter.Set("worker", "Any of these workers (node names): the one that had the task last.", "celery@worker1"),
        QueryParameter.Set("queue", "Any of these queues; known if clients send task-sent.", "celery"),
        QueryParameter.Set("id", "Any of these task ids.", "d93e7b96-3b5e-4d57-9a3c-000000000001"),
        QueryParameter.Set("root", "Tasks of the workflows that these tasks began.", "d93e7b96-3b5e-4d57-9a3c-000000000001"),
        QueryParameter.Set("parent", "Tasks that these tasks sent.", "d93e7b96-3b5e-4d57-9a3c-000000000001"),
        QueryParameter.Set("group", "Any of these failure groups (/api/v1/failures).", "f1d2d2f924e986ac0c5bd9d5a8b3e1c7"),
        QueryParameter.Text("args", "A part of the arguments' text; * stands for anything, = before it for the whole. So too with kwargs to traceback.", "order-17"),
        QueryParameter.Text("kwargs", "A part of the keyword arguments' text, or key=value.", "user=42"),
        QueryParameter.Text("result", "A part of the result's text.", "True"),
        QueryParameter.Text("exception", "A part of the exception.", "TimeoutError"),
        QueryParameter.Text("traceback", "A part of the traceback.", "shop/orders.py"),
        QueryParameter.Text("retries", "How often it was retried: 2, >2, <=5, 2..5.", ">2"),
        QueryParameter.Text("runtime", "Seconds the worker measured: >1.5s, <=250ms, 1s..2m.", ">1.5s"),
        QueryParameter.Text("wait", "Seconds from sent to started, as far as they are known; written like runtime.", ">10s"),
        QueryParameter.Text("queue_wait", "Seconds from sent to received, of the last attempt; written like runtime.", ">10s"),
        QueryParameter.Text("worker_wait", "Seconds from received to started, of the last attempt; written like runtime.", ">10s"),
        QueryParameter.Text("first_seen", "When the first event of it happened." + Times, "2026-11"),
        QueryParameter.Text("sent", "When it was sent." + Times, "-7d"),
        QueryParameter.Text("received", "When a worker received it." + Times, "2026-11-01..2026-11-15"),
        QueryParameter.Text("started", "When it was started." + Times, "2026-11-21"),
        QueryParameter.Text("finished", "When it ended as SUCCESS, FAILURE, REVOKED or REJECTED." + Times, ">=2026-11-21T09:00:00Z"),
        QueryParameter.Text("has", $"Any of these is known of it: {string.Join(", ", HasTerm.Known)}.", "traceback"),
        QueryParameter.Text("is", $"It is any of these: {string.Join(", ", IsTerm.Known)}.", "truncated"),
        QueryParameter.Text(FilterParameters.From, "First seen at or after this time. ISO 8601 with a zone, unix seconds, or how long ago: -45s, -30m, -2h, -7d, -2w.", "-24h"),
        QueryParameter.Text(FilterParameters.To, "First seen before this time; written like from.", "2026-11-21T09:30:00Z"),
    ];
}
