using EventHistory.Core.Celery;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>
/// The names of the tasks that events are about. Only the first events of a task say it; it is remembered from them for the latest
/// tasks, and looked up for the others.
/// </summary>
internal sealed class TaskNames(NpgsqlDataSource database)
{
    private const int Remembered = 50_000; // at least; at most twice as many

    private Dictionary<Guid, string?> _names = [];
    private Dictionary<Guid, string?> _olderNames = [];

    private const string NamesSql = """
        select t.key, name.value from eventhistory.task t join eventhistory.label name on name.id = t.name_id where t.key = any($1) and t.source_id = $2
        """;

    /// <returns>For each event the name of its task; null if it is unknown.</returns>
    public async Task<List<string?>> Of(int source, IReadOnlyList<RecordedEvent> events, CancellationToken ct)
    {
        foreach (var e in events.Select(e => e.Event).Where(e => e is { TaskId: not null, Name: not null }))
            Remember(e.TaskId!.Value.Key, e.Name);
        var unknown = events.Select(e => e.Event.TaskId?.Key).OfType<Guid>().Where(key => !_names.ContainsKey(key) && !_olderNames.ContainsKey(key)).Distinct().ToArray();
        if (unknown.Length > 0)
            await LookUp(source, unknown, ct);
        return [.. events.Select(e => Name(e.Event))];
    }

    private async Task LookUp(int source, Guid[] tasks, CancellationToken ct)
    {
        await using var command = database.CreateCommand(NamesSql);
        command.CommandTimeout = QueryFault.TimeLimit;
        command.Parameters.Add(new() { Value = tasks });
        command.Parameters.Add(new() { Value = source });
        foreach (var task in tasks)
            Remember(task, null); // nor is it asked for again, until an event says it
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            Remember(rows.GetGuid(0), rows.GetString(1));
    }

    private string? Name(CeleryEvent e) => e.Name ?? (e.TaskId is { Key: var key } ? _names.GetValueOrDefault(key) ?? _olderNames.GetValueOrDefault(key) : null);

    private void Remember(Guid task, string? name)
    {
        if (_names.Count >= Remembered)
            (_names, _olderNames) = ([], _names);
        _names[task] = name;
    }
}
