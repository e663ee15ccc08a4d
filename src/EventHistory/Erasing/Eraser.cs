using EventHistory.Store;
using Npgsql;

namespace EventHistory.Erasing;

/// <summary>Carries out every erasure that was asked for, to the end, step by step (<see cref="ErasureStep"/>): also those that were cut short.</summary>
internal sealed class Eraser(NpgsqlDataSource database, TimeProvider time)
{
    // A rebuild would make rows of what is being erased
    private const string TryLockSql = "select pg_try_advisory_lock(hashtextextended('eventhistory.rebuild', 0))";
    private const string UnlockSql = "select pg_advisory_unlock(hashtextextended('eventhistory.rebuild', 0))";

    /// <param name="progress">Is told how many tasks were erased by each step.</param>
    /// <param name="ct">Stops between two steps, or in the middle of one: that one is then undone.</param>
    /// <returns>False: a rebuild, or another one, is at work.</returns>
    /// <exception cref="InvalidDataException">The log is not what was recorded where something is to be erased.</exception>
    public async Task<bool> Run(Action<int> progress, CancellationToken ct)
    {
        await using var session = await database.OpenConnectionAsync(ct);
        if (!await Ask(session, TryLockSql, ct))
            return false;
        try
        {
            foreach (var erasure in await ErasureRows.Unfinished(session, ct))
                await Run(session, erasure, progress, ct);
        }
        finally
        {
            await Ask(session, UnlockSql, CancellationToken.None);
        }
        return true;
    }

    private async Task Run(NpgsqlConnection session, ErasureRecord erasure, Action<int> progress, CancellationToken ct)
    {
        var (step, tables) = (new ErasureStep(database, time), new HashSet<string>());
        while (await ErasureRows.Next(session, erasure.Id, ErasureStep.MostTasks, ct) is { Count: > 0 } next)
        {
            var source = next[0].Source;
            Guid[] keys = [.. next.Where(task => task.Source == source).Select(task => task.Key)];
            tables.UnionWith(await step.Run(erasure, source, keys, ct));
            progress(keys.Length);
        }
        foreach (var table in tables) // else what was erased would stay in the table's file until its space is needed
            await PartitionVacuum.Run(database, table, ct);
        await ErasureRows.Finish(session, erasure.Id, ct);
    }

#pragma warning disable CA2100 // one of the constants above
    private static async Task<bool> Ask(NpgsqlConnection session, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, session);
        return await command.ExecuteScalarAsync(ct) is true;
    }
#pragma warning restore CA2100
}
