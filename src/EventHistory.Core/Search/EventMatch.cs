using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Search;

/// <summary>
/// A filter asked of one event instead of a task: what the event itself says counts, and the name of its task. Terms that no single
/// event can answer are refused beforehand.
/// </summary>
public static class EventMatch
{
    private static readonly string[] _things = ["name", "worker", "queue", "args", "kwargs", "result", "exception", "traceback", "root", "parent", "runtime"];
    private static readonly string[] _qualities = ["root", "finished"];

    /// <returns>Why a single event cannot answer, as a sentence; null: it can.</returns>
    public static string? Problem(Filter filter) => filter.Terms.FirstOrDefault(term => !CanAnswer(term)) is { } term
        ? $"{term} cannot be answered by a single event: an event knows {string.Join(", ", Enum.GetValues<TextField>().Where(f => f != TextField.Any && CanAnswer(f)).Select(Qualifier.NameOf))}, retries and runtime."
        : null;

    /// <summary>True if the name of the task decides.</summary>
    public static bool NeedsName(Filter filter) => filter.Terms.Any(term => term is TextTerm { Field: TextField.Name or TextField.Any }
        || (term is HasTerm has && has.Things.Contains("name")));

    /// <param name="e">The event.</param>
    /// <param name="name">Of its task; null: unknown, or of no use.</param>
    public static bool Matches(Filter filter, CeleryEvent e, string? name) => filter switch
    {
        AndFilter and => and.Parts.All(part => Matches(part, e, name)),
        OrFilter or => or.Parts.Any(part => Matches(part, e, name)),
        NotFilter not => !Matches(not.Part, e, name),
        TextTerm { Field: TextField.Any } term => Enum.GetValues<TextField>().Where(IsAny).Any(field => Matches(term, Text(field, e, name))),
        TextTerm term => Matches(term, Text(term.Field, e, name)),
        NumberTerm term => Contains(term.Range, term.Field == NumberField.Retries ? e.Retries : e.Runtime),
        HasTerm term => term.Things.Any(thing => thing == "runtime" ? e.Runtime is not null : Text(Enum.Parse<TextField>(thing, ignoreCase: true), e, name) is not null),
        IsTerm term => term.Qualities.Any(quality => quality == "root" ? e.TaskId is { } id && TaskId.Parse(e.Root) == id : State(e) is { } state && TaskStates.IsFinal(state)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static bool CanAnswer(Filter term) => term switch
    {
        TextTerm text => CanAnswer(text.Field),
        NumberTerm number => number.Field is NumberField.Retries or NumberField.Runtime,
        HasTerm has => has.Things.All(_things.Contains),
        IsTerm @is => @is.Qualities.All(_qualities.Contains),
        _ => false,
    };

    private static bool CanAnswer(TextField field) => field != TextField.Group;

    // as a term without a qualifier asks of a task
    private static bool IsAny(TextField field) => field is TextField.Id or TextField.Name or TextField.State or TextField.Worker
        or TextField.Args or TextField.Kwargs or TextField.Result;

    private static string? Text(TextField field, CeleryEvent e, string? name) => field switch
    {
        TextField.Id => e.TaskId?.ToString(),
        TextField.Name => e.Name ?? name,
        TextField.State => State(e),
        TextField.Worker => e.Kind.IsFromWorker() ? e.Hostname : null,
        TextField.Queue => e.Queue,
        TextField.Args => e.Args.Text(),
        TextField.Kwargs => e.Kwargs.Text(),
        TextField.Result => e.Result.Text(),
        TextField.Exception => e.Exception.Text(),
        TextField.Traceback => e.Traceback.Text(),
        TextField.Root => TaskId.Parse(e.Root)?.ToString(),
        TextField.Parent => TaskId.Parse(e.Parent)?.ToString(),
        _ => null,
    };

    /// <summary>The state that an event brings its task into.</summary>
    private static string? State(CeleryEvent e) => e.Kind switch
    {
        EventKind.TaskSent => TaskStates.Pending,
        EventKind.TaskReceived => TaskStates.Received,
        EventKind.TaskStarted => TaskStates.Started,
        EventKind.TaskSucceeded => TaskStates.Success,
        EventKind.TaskFailed => TaskStates.Failure,
        EventKind.TaskRetried => TaskStates.Retry,
        EventKind.TaskRevoked => TaskStates.Revoked,
        EventKind.TaskRejected => TaskStates.Rejected,
        EventKind.TaskCancelled => TaskStates.Cancelled,
        EventKind.TaskCustom => TaskStates.OfCustom(e.Type),
        _ => null,
    };

    private static bool Matches(TextTerm term, string? text) => text is not null && term.Patterns.Any(pattern => pattern.Matches(text));

    private static bool Contains(NumberRange range, double? number) => number is { } n
        && ((double?)range.Low is not { } low || n > low || (range.IsLowIncluded && n == low))
        && ((double?)range.High is not { } high || n < high || (range.IsHighIncluded && n == high));
}
