using System.Text.RegularExpressions;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>
/// Rows of finished tasks in any number: a table <c>public.rows</c> like the one of the schema, without its indexes, and copies of recorded rows
/// for it, each copy with identities of its own and later than the copy before.
/// </summary>
/// <param name="table">The schema's: its <c>task</c>, or the largest partition of that.</param>
/// <param name="seconds">Between two copies.</param>
internal sealed partial class RowCopies(NpgsqlDataSource data, string table, int seconds)
{
    // Finished tasks: the table itself, or its largest partition
    private const string TableSql = """
        select oid::regclass::text from pg_class
         where relnamespace = 'eventhistory'::regnamespace and relkind = 'r' and relname ~ '^task(_[0-9]+)?$'
         order by pg_relation_size(oid) desc limit 1
        """;

    public string Table => table;

    public static async Task<RowCopies> Create(NpgsqlDataSource data, int seconds, CancellationToken ct)
    {
        var copies = new RowCopies(data, await data.Scalar<string>(TableSql, ct), seconds);
        var options = await data.Scalar<string>($"""
            select coalesce('with (' || array_to_string(reloptions, ', ') || ')', '') from pg_class where oid = '{copies.Table}'::regclass
            """, ct);
        await data.Execute($"create table public.rows (like {copies.Table} including defaults including storage including compression) {options}", ct);
        return copies;
    }

    /// <summary>Adds a copy in one go.</summary>
    public async Task Store(int copy, CancellationToken ct) =>
        await data.Execute($"insert into public.rows select {await Columns(copy, ct)} {Finished}", ct);

    /// <summary>Puts a copy where <see cref="Add"/> takes it from.</summary>
    /// <returns>How many rows.</returns>
    public async Task<long> Prepare(int copy, CancellationToken ct)
    {
        await data.Execute("drop table if exists public.next", ct);
        await data.Execute($"create table public.next as select row_number() over () as n, {await Columns(copy, ct)} {Finished}", ct);
        await data.Execute("create index on public.next (n)", ct);
        await data.Execute("analyze public.next", ct);
        return await data.Scalar<long>("select count(*) from public.next", ct);
    }

    /// <summary>Adds what was prepared, so many rows a commit.</summary>
    public async Task Add(long count, int perCommit, CancellationToken ct)
    {
        var columns = await data.Scalar<string>($"select string_agg(quote_ident(attname), ', ' order by attnum) {Attributes}", ct);
        for (var from = 1L; from <= count; from += perCommit)
            await data.Execute($"insert into public.rows select {columns} from public.next where n between {from} and {from + perCommit - 1}", ct);
    }

    /// <summary>The indexes of the schema's table: their names, and what follows the table's name in their definition.</summary>
    public async Task<IReadOnlyList<(string Name, string Definition, bool IsUnique)>> Indexes(CancellationToken ct)
    {
        var found = await data.Scalar<string[]>($"""
            select coalesce(array_agg(c.relname::text || ' ' || pg_get_indexdef(c.oid) order by c.oid), array[]::text[])
              from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = '{table}'::regclass
            """, ct);
        return [.. found.Select(f => (f[..f.IndexOf(' ', StringComparison.Ordinal)], Using().Match(f).Value, f.Contains("CREATE UNIQUE", StringComparison.Ordinal)))];
    }

    private string Finished => $"from {table} t where state in ('SUCCESS', 'FAILURE')";

    private string Attributes => $"from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped";

    private Task<string> Columns(int copy, CancellationToken ct) => data.Scalar<string>($"""
        select string_agg(case atttypid
                   when 'uuid'::regtype then format('md5(t.%I::text || %s)::uuid', attname, {copy})
                   when 'timestamptz'::regtype then format('t.%I + make_interval(secs => %s)', attname, {copy * seconds})
                   else format('t.%I', attname) end || format(' as %I', attname), ', ' order by attnum) {Attributes}
        """, ct);

    [GeneratedRegex("USING .*")]
    private static partial Regex Using();
}
