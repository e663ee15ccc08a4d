using EventHistory.Core.Celery;
using EventHistory.Core.Retention;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Retention;

/// <summary>Tasks that are never pruned, with the whole of their workflow.</summary>
internal sealed class Pins(NpgsqlDataSource database)
{
    private const string SetSql = """
        insert into eventhistory.pin (source_id, key, id, at, by, why)
        select t.source_id, t.key, t.id, $2, $3, $4 from eventhistory.task t where t.key = $1
        on conflict (key, source_id) do update set at = excluded.at, by = excluded.by, why = excluded.why
        """;

    /// <returns>False: there is no such task.</returns>
    public async Task<bool> Set(string id, PinRequest pin, DateTime now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(SetSql);
        command.Parameters.Add(new() { Value = TaskId.Parse(id).Key });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = pin.By });
        command.Parameters.Add(new() { Value = (object?)pin.Why ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    private const string FindSql = "select p.at, p.by, p.why from eventhistory.pin p where p.key = $1 order by p.at desc limit 1";

    /// <returns>Null: it is not pinned itself.</returns>
    public async Task<Pin?> Find(string id, CancellationToken ct)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = TaskId.Parse(id).Key });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new Pin(row.GetDateTime(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)) : null;
    }

    private const string RemoveSql = "delete from eventhistory.pin p where p.key = $1";

    /// <returns>False: it was not pinned.</returns>
    public async Task<bool> Remove(string id, CancellationToken ct)
    {
        await using var command = database.CreateCommand(RemoveSql);
        command.Parameters.Add(new() { Value = TaskId.Parse(id).Key });
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }
}
