namespace EventHistory.Core.Search;

/// <summary>Something is known of a task: <c>has:traceback</c>. Any of some.</summary>
public sealed record HasTerm(Values<string> Things) : Filter
{
    public static readonly IReadOnlyList<string> Known =
    [
        "name", "worker", "queue", "args", "kwargs", "result", "exception", "traceback", "root", "parent", "group", "runtime", "wait",
        "sent", "received", "started", "finished", "retries",
    ];
}

/// <summary>What a task is: <c>is:truncated</c>. Any of some.</summary>
public sealed record IsTerm(Values<string> Qualities) : Filter
{
    /// <summary>Args, kwargs or result were cut by their sender · the first of its workflow · not finished · finished.</summary>
    public static readonly IReadOnlyList<string> Known = ["truncated", "root", "open", "finished"];
}
