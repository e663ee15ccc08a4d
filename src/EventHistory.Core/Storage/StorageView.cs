namespace EventHistory.Core.Storage;

/// <summary>What the history takes on disk, how that grows, and when it will be full.</summary>
/// <param name="MeasuredAt">Null: nothing was measured yet.</param>
/// <param name="Bytes">Of the whole database.</param>
/// <param name="Capacity">Bytes it may take: by the setting, or what it takes and what its disk has free; null: unknown.</param>
/// <param name="BytesPerDay">How it grew in the last two weeks; null: too little was measured.</param>
/// <param name="FullAt">If it goes on so; null: unknown, or never.</param>
/// <param name="FullInDays">The same, from now.</param>
/// <param name="Parts">The largest first.</param>
/// <param name="Days">The last measurement of each day, oldest first.</param>
public sealed record StorageView(DateTime? MeasuredAt, long Bytes, long? Capacity, double? BytesPerDay, DateTime? FullAt, double? FullInDays,
    IReadOnlyList<StoragePart> Parts, IReadOnlyList<StorageDay> Days);

/// <param name="Part">log, tasks, rollups, workers, failures, labels, other.</param>
/// <param name="Rows">As PostgreSQL estimates.</param>
public sealed record StoragePart(string Part, long Bytes, long Rows);

/// <param name="LogBytes">Of the recorded events.</param>
/// <param name="TaskBytes">Of the rows of tasks, with indexes.</param>
public sealed record StorageDay(DateTime Day, long Bytes, long LogBytes, long TaskBytes);
