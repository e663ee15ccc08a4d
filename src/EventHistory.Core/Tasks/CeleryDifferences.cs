namespace EventHistory.Core.Tasks;

/// <summary>One place where our fold knowingly says something else than <c>celery.events.state.State</c> (and so Flower).</summary>
/// <param name="Case">What happened to the task.</param>
/// <param name="Celery">The state Celery's monitor shows.</param>
/// <param name="Ours">The state we show.</param>
public sealed record CeleryDifference(string Case, string Celery, string Ours, string Why);

/// <summary>
/// For events in their usual order both agree; these are all the deliberate exceptions. Tests feed real captures to
/// Debian's <c>celery.events.state</c> and to our fold and accept no other difference.
/// </summary>
public static class CeleryDifferences
{
    public static readonly IReadOnlyList<CeleryDifference> All =
    [
        new("rejected after it was started", TaskStates.Started, TaskStates.Rejected,
            "Celery ranks REJECTED below STARTED, so a rejected task looks as if it ran for ever (celery#487)."),
        new("the next attempt was sent, and not received yet", TaskStates.Pending, TaskStates.Retry,
            "Celery says RETRY or what came before, depending on whether task-retried or task-sent arrives first."),
        new("the next attempt was received before task-retried arrived", TaskStates.Retry, TaskStates.Received,
            "Celery lets the late task-retried of the old attempt overwrite the new one's state."),
        new("revoked after a custom event", "the custom state", TaskStates.Revoked,
            "Celery ranks custom states above REVOKED, so the task would look busy for ever."),
        new("a custom event after the task was rejected or sent for retry", "the custom state", "the outcome",
            "A late custom event does not reopen an attempt that is over."),
        new("events of an earlier attempt or host that arrive late", "by order of arrival", "by attempt",
            "Celery's answer depends on the order of arrival; ours is a function of the set of events."),
    ];
}
