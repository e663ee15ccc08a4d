using EventHistory.Core.Erasure;
using EventHistory.Core.Queries;
using Npgsql;

namespace EventHistory.Erasing;

/// <summary>Takes requests to erase tasks, and tells what became of them.</summary>
internal sealed class ErasureRequests(NpgsqlDataSource database, ErasureSignal signal, TimeProvider time)
{
    private const int MostListed = 1000;

    /// <summary>What it would erase.</summary>
    public async Task<Parsed<IReadOnlyList<ChosenTask>>> Try(ErasureRequest request, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await TaskChoice.Of(connection, request, ct);
    }

    /// <returns>What is from now on being erased; or why nothing is.</returns>
    public async Task<Parsed<ErasureRecord>> Add(ErasureRequest request, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var (tasks, problem) = await TaskChoice.Of(connection, request, ct);
        if (tasks is null)
            return new(null, problem);
        var id = await ErasureRows.Add(connection, request, tasks, time.GetUtcNow().UtcDateTime, ct);
        signal.Give();
        return new(await Find(id, ct), null);
    }

    /// <returns>Null: there was none with this number.</returns>
    public async Task<ErasureRecord?> Find(long id, CancellationToken ct) => (await ErasureRows.List(database, id, 1, ct)).SingleOrDefault();

    /// <summary>The latest first.</summary>
    public async Task<IReadOnlyList<ErasureRecord>> List(CancellationToken ct) => await ErasureRows.List(database, null, MostListed, ct);
}
