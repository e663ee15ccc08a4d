using EventHistory.Settings;
using Npgsql;

namespace EventHistory.Store;

/// <summary>Tells whether waiting can help when the database says no.</summary>
internal static class DatabaseFault
{
    /// <summary>What a person has to put right, as a sentence; null: the fault may pass by itself (away, starting, full, a standby).</summary>
    public static string? Explain(NpgsqlException fault, NpgsqlDataSource database)
    {
        if (fault is not PostgresException refusal)
            return null;

        var where = PostgresUrl.Describe(new NpgsqlConnectionStringBuilder(database.ConnectionString));
        return refusal.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"The database {where} refused the login ({Message(refusal)}): give the right user and password with --database.",
            PostgresErrorCodes.InvalidCatalogName =>
                $"The database {where} does not exist: create it with createdb, or name another with --database.",
            PostgresErrorCodes.InsufficientPrivilege =>
                $"The database {where} refused ({Message(refusal)}): its user must be the owner of the schema eventhistory, or be allowed to create it.",
            _ when MayPass(refusal) => null,
            _ => $"The database {where} failed with SQLSTATE {refusal.SqlState}: {Message(refusal)}",
        };
    }

    /// <summary>What the database said, for whoever reads it; null: it was not the database.</summary>
    public static string? Reason(Exception fault) => fault.GetBaseException() is not PostgresException refusal ? null
        : refusal.SqlState == PostgresErrorCodes.DiskFull ? $"The disk of the database is full: {Message(refusal)} (SQLSTATE {refusal.SqlState})"
        : $"{Message(refusal)} (SQLSTATE {refusal.SqlState})";

    // 08 connection, 40 rollback, 53 resources (disk full, too many clients), 55 lock, 57 shutdown, 58 system; 25006 a standby before its promotion
    private static bool MayPass(PostgresException refusal) =>
        refusal.SqlState[..2] is "08" or "40" or "53" or "55" or "57" or "58" or "XX"
        || refusal.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction;

    private static string Message(PostgresException refusal) => refusal.MessageText.ReplaceLineEndings(" ");
}
