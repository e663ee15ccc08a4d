using Npgsql;

namespace EventHistory.Reports;

/// <summary>What the schema refuses of what somebody wants.</summary>
internal static class Constraint
{
    /// <returns>False if the name is taken, or another row refers to this one, or this one to none; nothing has changed then.</returns>
    public static async Task<bool> Holds(Task change)
    {
        try
        {
            await change;
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation)
        {
            return false;
        }
    }
}
