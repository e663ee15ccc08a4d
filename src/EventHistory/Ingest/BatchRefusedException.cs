using Npgsql;

namespace EventHistory.Ingest;

/// <summary>The database refuses what is in a batch; trying the same batch again would not help.</summary>
internal sealed class BatchRefusedException(PostgresException refusal, long lastOffset)
    : Exception($"{refusal.MessageText} (SQLSTATE {refusal.SqlState})", refusal)
{
    public long LastOffset { get; } = lastOffset;

    /// <summary>22 data exception, 23 constraint, 54 limit exceeded: the same batch would fail again.</summary>
    public static bool IsAboutContent(PostgresException refusal) => refusal.SqlState[..2] is "22" or "23" or "54";
}
