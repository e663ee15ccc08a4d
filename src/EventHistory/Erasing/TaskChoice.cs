using System.Globalization;
using EventHistory.Core.Celery;
using EventHistory.Core.Erasure;
using EventHistory.Core.Queries;
using EventHistory.Queries;
using Npgsql;

namespace EventHistory.Erasing;

/// <summary>A task that is to be erased.</summary>
/// <param name="Events">As its row counts them.</param>
internal sealed record ChosenTask(int Source, Guid Key, bool IsOpen, long Events);

/// <summary>Which tasks a request is about. Nobody erases what they did not mean: an id that nobody knows, a filter that finds more than its limit, or a task that is not finished refuse all of it.</summary>
internal static class TaskChoice
{
    private const int Patience = 120; // seconds: what is rare may be far away

    public static async Task<Parsed<IReadOnlyList<ChosenTask>>> Of(NpgsqlConnection connection, ErasureRequest request, CancellationToken ct)
    {
        var tasks = request.Filter is null ? await ByIds(connection, request, ct) : await ByFilter(connection, request, ct);
        var problem = Unknown(request, tasks) ?? TooMany(request, tasks) ?? Unfinished(request, tasks);
        return problem is null ? new(tasks, null) : new(null, problem);
    }

    private const string ByIdsSql = "select t.source_id, t.key, t.settled = 'infinity', t.event_count from eventhistory.task t where t.key = any($1)";

    private static async Task<List<ChosenTask>> ByIds(NpgsqlConnection connection, ErasureRequest request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ByIdsSql, connection) { Parameters = { new() { Value = request.Ids.Select(id => id.Key).ToArray() } } };
        return await Read(command, ct);
    }

    private static async Task<List<ChosenTask>> ByFilter(NpgsqlConnection connection, ErasureRequest request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = Patience };
        var condition = (await FilterSql.Of(request.Filter!, connection, ct)).Condition(command.Parameters);
#pragma warning disable CA2100 // put together of our own texts; values are parameters
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            select t.source_id, t.key, t.settled = 'infinity', t.event_count from eventhistory.task t where {condition} limit {request.Limit + 1}
            """);
#pragma warning restore CA2100
        return await Read(command, ct);
    }

    private static async Task<List<ChosenTask>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tasks = new List<ChosenTask>();
        while (await rows.ReadAsync(ct))
            tasks.Add(new ChosenTask(rows.GetInt32(0), rows.GetGuid(1), rows.GetBoolean(2), rows.GetInt32(3)));
        return tasks;
    }

    private static string? Unknown(ErasureRequest request, List<ChosenTask> tasks)
    {
        if (request.Filter is not null)
            return tasks.Count == 0 ? "No task matches q." : null;
        var known = tasks.Select(t => t.Key).ToHashSet();
        return request.Ids.Where(id => !known.Contains(id.Key)).Select(id => (TaskId?)id).FirstOrDefault() is { } unknown
            ? $"No event of a task with the id \"{unknown}\" is recorded; nothing was erased."
            : null;
    }

    private static string? TooMany(ErasureRequest request, List<ChosenTask> tasks) =>
        request.Filter is not null && tasks.Count > request.Limit
            ? $"More than {request.Limit} tasks match q, so nothing was erased: narrow it, or give a limit up to {ErasureRequest.MaxTasks}."
            : null;

    private static string? Unfinished(ErasureRequest request, List<ChosenTask> tasks) =>
        !request.Unfinished && tasks.Count(t => t.IsOpen) is > 0 and var open
            ? $"{(open == 1 ? "A task of these is" : $"{open} of these tasks are")} not finished, and what they do next would be recorded again; nothing was erased. "
                + "Wait for their end, add is:finished to q, or ask for it with unfinished."
            : null;
}
