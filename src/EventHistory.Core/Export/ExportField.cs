namespace EventHistory.Core.Export;

/// <summary>How the values of a field are written.</summary>
public enum ExportKind
{
    Text,
    Time,
    Number,
    Flag,
}

/// <summary>A field of a task as a file has it; named as in the API.</summary>
public sealed record ExportField(string Name, ExportKind Kind)
{
    /// <summary>All of them, in the order in which a file has them.</summary>
    public static readonly IReadOnlyList<ExportField> All =
    [
        Text("id"), Text("name"), Text("state"), Time("state_at"), Time("first_seen"), Time("finished"),
        Time("sent"), Time("received"), Time("started"), Time("succeeded"), Time("failed"), Time("retried"), Time("revoked"), Time("rejected"),
        Number("runtime"), Number("queue_wait"), Number("worker_wait"), Number("retries"),
        Text("worker"), Number("worker_pid"), Text("client"), Text("queue"), Text("exchange"), Text("routing_key"),
        Text("args"), Flag("args_truncated"), Text("kwargs"), Flag("kwargs_truncated"), Text("result"), Flag("result_truncated"),
        Text("exception"), Text("traceback"), Text("group"), Text("root_id"), Text("parent_id"), Text("eta"), Text("expires"),
        Flag("terminated"), Flag("expired"), Text("signal"), Number("clock"), Number("event_count"),
    ];

    private static ExportField Text(string name) => new(name, ExportKind.Text);

    private static ExportField Time(string name) => new(name, ExportKind.Time);

    private static ExportField Number(string name) => new(name, ExportKind.Number);

    private static ExportField Flag(string name) => new(name, ExportKind.Flag);
}
