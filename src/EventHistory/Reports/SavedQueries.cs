using EventHistory.Core.Queries;
using EventHistory.Core.Reports;
using EventHistory.Queries;
using Npgsql;

namespace EventHistory.Reports;

/// <summary>The searches that are kept.</summary>
internal sealed class SavedQueries(NpgsqlDataSource database)
{
    private const string AllSql = """
        select id, name, q, columns, sort, descending, changed_at, changed_by
          from eventhistory.saved_query
         where $1::uuid is null or id = $1
         order by lower(name), name
         limit 1000
        """;

    public async Task<IReadOnlyList<SavedQuery>> All(CancellationToken ct) => await Read(null, ct);

    /// <returns>Null: there is none of that id.</returns>
    public async Task<SavedQuery?> Find(Guid id, CancellationToken ct) => (await Read(id, ct)).SingleOrDefault();

    private const string PutSql = """
        insert into eventhistory.saved_query (id, name, q, columns, sort, descending, changed_at, changed_by) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (id) do update set name = excluded.name, q = excluded.q, columns = excluded.columns, sort = excluded.sort,
               descending = excluded.descending, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """;

    /// <returns>False if another one has its name.</returns>
    public Task<bool> Put(SavedQuery query, CancellationToken ct) => Constraint.Holds(Statement.Execute(database, PutSql, ct,
        new() { Value = query.Id }, new() { Value = query.Name }, new() { Value = query.Q }, new() { Value = query.Columns.ToArray() },
        new() { Value = query.Sort }, new() { Value = query.Order == TaskListQuery.Descending }, new() { Value = query.ChangedAt }, new() { Value = query.ChangedBy }));

    private const string DeleteSql = "delete from eventhistory.saved_query where id = $1";

    /// <returns>False if a report is of it.</returns>
    public Task<bool> Delete(Guid id, CancellationToken ct) => Constraint.Holds(Statement.Execute(database, DeleteSql, ct, new NpgsqlParameter { Value = id }));

    private Task<List<SavedQuery>> Read(Guid? id, CancellationToken ct) => Statement.Read(database, AllSql, row => new SavedQuery
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        Q = row.GetString(2),
        Columns = row.GetFieldValue<string[]>(3),
        Sort = row.GetString(4),
        Order = row.GetBoolean(5) ? TaskListQuery.Descending : TaskListQuery.Ascending,
        ChangedAt = row.GetDateTime(6),
        ChangedBy = row.GetString(7),
    }, ct, new NpgsqlParameter { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
}
