namespace EventHistory.Core.Jobs;

/// <summary>Work that is done by itself.</summary>
/// <param name="Subject">Of work with many schedules: what this one is for.</param>
/// <param name="Cron">As Quartz writes it, seconds first; null: only when it is asked for.</param>
/// <param name="NextAt">Null: never.</param>
/// <param name="Running">The run that is under way.</param>
/// <param name="Last">The latest run that ended.</param>
public sealed record JobView(string Job, string? Subject, string? Cron, string? TimeZone, DateTime? NextAt, JobRunView? Running, JobRunView? Last);

public sealed record JobList(IReadOnlyList<JobView> Items);

/// <summary>One run of a job.</summary>
/// <param name="DueAt">When it should have begun.</param>
/// <param name="Cause">schedule, missed (it is made up for), asked, or recovery (the run before did not come to its end).</param>
/// <param name="Outcome">done, failed, cancelled (the process was asked to stop), or lost (the process is gone without a word); null: it is under way.</param>
/// <param name="Instance">The process: machine, number, and a mark of its own.</param>
/// <param name="Step">What it does, or did last.</param>
/// <param name="Total">Null: unknown.</param>
/// <param name="Counts">What it did, by name.</param>
/// <param name="BytesFreed">On disk.</param>
public sealed record JobRunView(long Id, string Job, string? Subject, DateTime DueAt, string Cause, DateTime StartedAt, DateTime? EndedAt, string? Outcome,
    string Instance, string? Step, long? Done, long? Total, IReadOnlyDictionary<string, long>? Counts, long? BytesFreed, string? Error);

public sealed record JobRunList(IReadOnlyList<JobRunView> Items);
