using System.Text.Json;
using EventHistory.Core.Queries;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Counts tasks, but not for long: of many, and where it takes its time, the planner's estimate has to do.</summary>
internal static class TaskTotals
{
    /// <summary>So many are counted one by one.</summary>
    public const int MaxCounted = 10_000;

    private const string Patience = "counting";

    private const string PatienceSql = "set local statement_timeout = 1000";

    public static async Task<TaskTotal> Count(NpgsqlTransaction transaction, FilterSql filter, CancellationToken ct)
    {
        await transaction.SaveAsync(Patience, ct); // a statement that is cut off takes what came before it in the transaction with it
        var least = 0L;
        try
        {
            least = await Counted(transaction.Connection!, filter, ct);
            if (least <= MaxCounted)
                return new TaskTotal(least, IsExact: true);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            // to count them would be slow: the estimate has to do
        }
        await transaction.RollbackAsync(Patience, ct); // and with it the time limit
        return new TaskTotal(Math.Max(await Estimate(transaction.Connection!, filter, ct), least), IsExact: false);
    }

#pragma warning disable CA2100 // put together of our own texts; values are parameters
    private static async Task<long> Counted(NpgsqlConnection connection, FilterSql filter, CancellationToken ct)
    {
        await using (var patience = new NpgsqlCommand(PatienceSql, connection))
            await patience.ExecuteNonQueryAsync(ct);
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = QueryFault.TimeLimit };
        command.CommandText = $"select count(*) from (select from eventhistory.task t where {filter.Condition(command.Parameters)} limit {MaxCounted + 1}) counted";
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<long> Estimate(NpgsqlConnection connection, FilterSql filter, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = QueryFault.TimeLimit };
        command.CommandText = $"explain (format json) select from eventhistory.task t where {filter.Condition(command.Parameters)}";
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(ct))!);
        return (long)plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }
#pragma warning restore CA2100
}
