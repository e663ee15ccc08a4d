using EventHistory.Core.Watching;

namespace EventHistory.Ui.Watching;

/// <summary>Kinds of findings as people read them.</summary>
internal static class StuckWords
{
    public static string Of(string kind) => kind switch
    {
        StuckKind.NeverReceived => "never received",
        StuckKind.Prefetched => "stuck in prefetch",
        StuckKind.SilentWorker => "worker gone",
        StuckKind.RunningLong => "runs too long",
        StuckKind.RetryNeverCame => "retry never came",
        StuckKind.EtaOverdue => "ETA overdue",
        FindingView.WorkerSilent => "worker silent",
        _ => kind,
    };

    public static string Meaning(string kind) => kind switch
    {
        StuckKind.NeverReceived => "It was sent, and no worker has received it",
        StuckKind.Prefetched => "A worker took it from the queue and does not start it",
        StuckKind.SilentWorker => "It was started by a worker process that is silent or gone",
        StuckKind.RunningLong => "It runs far longer than nearly all of its kind",
        StuckKind.RetryNeverCame => "It was to be tried again, and was not",
        StuckKind.EtaOverdue => "Its worker holds it, and its time has passed",
        _ => "It fell silent without a goodbye",
    };
}
