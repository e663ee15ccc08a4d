namespace EventHistory.Core.Tasks;

/// <summary>One place where our fold knowingly says something else than <c>celery.events.state.State</c> (and so Flower).</summary>
/// <param name="Case">What happened to the task.</param>
/// <param name="Celery">What Celery's monitor shows.</param>
/// <param name="Ours">What we show.</param>
public sealed record CeleryDifference(string Case, string Celery, string Ours, string Why);

/// <summary>
/// For events that arrive in the order in which they happened both agree, after every single one of them; these are all
/// the deliberate exceptions. A test feeds real captures and made-up stories to Debian's <c>celery.events.state</c> and
/// to our fold, accepts no other difference, and wants to see each of these. (For events in another order Celery's answer
/// depends on that order; ours is a function of the set of events.)
/// </summary>
public static class CeleryDifferences
{
    public static readonly CeleryDifference Rejected = new(
        "rejected", "STARTED, or what came before", "REJECTED",
        "Celery ranks REJECTED below STARTED and RECEIVED, so a rejected task looks as if it ran for ever (celery#487).");

    public static readonly CeleryDifference TakenAgain = new(
        "given back to the queue (rejected with requeue, cancelled, its worker lost) and received again", "the state of the run before", "RECEIVED or STARTED",
        "Celery's states only rise within a task; ours are those of the run that counts now.");

    public static readonly CeleryDifference NextSent = new(
        "the next attempt was sent, and not received yet", "PENDING, or the state of the attempt before", "RETRY",
        "Celery shows what arrived last of task-sent and task-retried, and before either what the old attempt did.");

    public static readonly CeleryDifference NextReceived = new(
        "the next attempt was received, and task-retried of the old one did not arrive yet", "STARTED or custom, of the old attempt", "RECEIVED or STARTED, of the new one",
        "Celery does not know attempts, so a new one cannot go back to RECEIVED.");

    public static readonly CeleryDifference LateRetried = new(
        "task-retried of the old attempt arrived after the next one was received", "RETRY, or PENDING", "what the new attempt does",
        "Celery lets RETRY overwrite anything, and anything overwrite RETRY.");

    public static readonly CeleryDifference CustomThenRevoked = new(
        "revoked after a custom event", "the custom state", "REVOKED",
        "Celery ranks custom states above REVOKED, so the task would look busy for ever.");

    public static readonly CeleryDifference LateCustom = new(
        "a custom event of an attempt that is over", "the custom state", "RETRY or REJECTED",
        "A late custom event does not reopen what is over.");

    public static readonly CeleryDifference TimeOfState = new(
        "the state's time and clock", "those of the event that arrived last", "those of the event that gave the state",
        "Celery merges all fields of a late event, its timestamp and clock too, and keeps the state.");

    public static readonly CeleryDifference WorkerOfState = new(
        "an event of the old attempt arrived after another worker received the next one", "the old attempt's worker", "the new one's",
        "Celery shows the worker that sent the last event.");

    public static readonly CeleryDifference OwnParent = new(
        "sent again by itself as a retry", "the task as its own parent", "the parent of the first attempt, or none",
        "A retry names its own task as parent, which hides the real one and makes a cycle of the family tree.");

    public static readonly CeleryDifference WorkerOfOutcome = new(
        "the same id was sent again when the task had ended", "the worker that has it now", "the worker that gave the outcome",
        "State, time and worker of a row belong together; both show the first outcome as long as no better one comes.");

    public static readonly CeleryDifference CustomFields = new(
        "a custom event has a field that Celery uses", "the custom event's", "what Celery itself said",
        "An application's own \"result\" is no task's result.");

    public static readonly CeleryDifference Unstorable = new(
        "a text holds U+0000 or half a surrogate pair", "the character", "its JSON escape",
        "No UTF-8 text of PostgreSQL can hold them; the log keeps the sender's bytes.");

    public static readonly IReadOnlyList<CeleryDifference> All =
    [
        Rejected, TakenAgain, NextSent, NextReceived, LateRetried, CustomThenRevoked, LateCustom, TimeOfState, WorkerOfState, OwnParent, WorkerOfOutcome,
        CustomFields, Unstorable,
    ];
}
