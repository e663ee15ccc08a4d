namespace EventHistory.Core.Statistics;

/// <summary>What is measured of a finished task, in seconds.</summary>
public enum Measure
{
    /// <summary>As the worker measured it; known of tasks that succeeded.</summary>
    Runtime,
    /// <summary>From sent to received, last attempt.</summary>
    QueueWait,
    /// <summary>From received to started, last attempt.</summary>
    WorkerWait,
    /// <summary>From the first sign of it, as a rule its being sent, to its end, all attempts included; rollups do not count it.</summary>
    EndToEnd,
}
