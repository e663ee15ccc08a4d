using EventHistory.Core.Tasks;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// Which tasks may have a row (<see cref="KnownTasks"/>). What was there before this writer is read in the background; until
/// that is done every task may have one, so recording begins at once, with a look-up for each task that is new.
/// </summary>
internal sealed class RecordedTasks
{
    private const long Some = 1_000_000;

    private readonly KnownTasks _ours;
    private volatile KnownTasks? _before;

    private RecordedTasks(KnownTasks? before, long expected) => (_before, _ours) = (before, new KnownTasks(expected));

    /// <summary>There are none yet.</summary>
    /// <param name="expected">How many there will be, about: with room for them from the beginning, fewer are looked up for nothing.</param>
    public static RecordedTasks None(long expected = Some) => new(new KnownTasks(), expected);

    /// <summary>Those that the database holds; <see cref="Load"/> is to be called.</summary>
    public static RecordedTasks Unread() => new(before: null, Some);

    public bool IsLoaded => _before is not null;

    public void Add(Guid key) => _ours.Add(key);

    public bool MayContain(Guid key) => _before is not { } before || _ours.MayContain(key) || before.MayContain(key);

    private const string CountSql = """
        select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint
          from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'task'::regclass
        """;

    private const string AtLeisureSql = "set statement_timeout = 0; set enable_seqscan = on";

    private const string KeysSql = "copy (select key from task) to stdout (format binary)";

    /// <summary>Reads the keys of all rows; those that are written meanwhile are added by their writer.</summary>
    public async Task Load(NpgsqlConnection connection, CancellationToken ct)
    {
        await using (var atLeisure = new NpgsqlCommand(AtLeisureSql, connection))
            await atLeisure.ExecuteNonQueryAsync(ct);
        await using var count = new NpgsqlCommand(CountSql, connection);
        var before = new KnownTasks((long)(await count.ExecuteScalarAsync(ct))!);
        await using (var keys = await connection.BeginBinaryExportAsync(KeysSql, ct))
        {
            while (await keys.StartRowAsync(ct) != -1)
                before.Add(await keys.ReadAsync<Guid>(ct));
        }
        _before = before;
    }
}
