using System.Text.Json;

namespace EventHistory.Benchmarks;

/// <summary>One kind of question.</summary>
/// <param name="Target">Milliseconds, p95.</param>
/// <param name="Path">Of the question of this number.</param>
internal sealed record QuestionKind(string Name, double Target, Func<int, string> Path)
{
    private const int Pages = 1_000;
    private const int RowsOfPage = 50;
    private const int RowsOfStep = 500;

    private static readonly string[] _names = ["shop.orders.place", "shop.payments.charge", "shop.mail.send_receipt", "shop.reports.daily", "shop.stock.reserve", "shop.images.thumbnail"];
    private static readonly string[] _states = ["FAILURE", "SUCCESS", "STARTED", "REVOKED", "RETRY"];
    private static readonly string[] _queues = ["orders", "payments", "mail", "reports", "stock", "images", "search"];

    public static async Task<IReadOnlyList<QuestionKind>> All(HttpClient api, int tasks, CancellationToken ct)
    {
        var deep = await Cursors(api, ct);
        string Ago(int i) => $"{1 + (i % 28)}d";
        return
        [
            new("first page, by one of state, name, worker, queue, time", 50, i => "/api/v1/tasks?" + (i % 5) switch
            {
                0 => $"state={_states[i / 5 % _states.Length]}",
                1 => $"name={_names[i / 5 % _names.Length]}",
                2 => $"worker=celery@w{i / 5 % 8}.shop",
                3 => $"queue={_queues[i / 5 % _queues.Length]}",
                _ => $"to=-{Ago(i)}",
            } + $"&limit={RowsOfPage - (i % 7)}"),
            new("first page, by two of them", 50, i => "/api/v1/tasks?" + (i % 6) switch
            {
                0 => $"name={_names[i / 6 % _names.Length]}&state=FAILURE",
                1 => $"name={_names[i / 6 % _names.Length]}&worker=celery@w{i / 6 % 8}.shop",
                2 => $"state=FAILURE&to=-{Ago(i)}",
                3 => $"queue={_queues[i / 6 % _queues.Length]}&state=FAILURE",
                4 => $"worker=celery@w{i / 6 % 8}.shop&state=FAILURE",
                _ => $"name={_names[i / 6 % _names.Length]}&from=-{Ago(i + 1)}&to=-{Ago(i)}",
            } + $"&limit={RowsOfPage - (i % 7)}"),
            new("a task by its id, with its events", 15, i => $"/api/v1/tasks/{Id(i, tasks)}"),
            new($"page {Pages:N0}, by cursor", 50, i => $"/api/v1/tasks?limit={RowsOfPage}&cursor={deep[i % deep.Count]}"),
            new("a part of args, kwargs or exception, 30 days", 500, i => "/api/v1/tasks?from=-30d&q=" + Uri.EscapeDataString((i % 4) switch
            {
                0 => $"args:orders/{(int)(CeleryLoad.Mix(11, i, 0) % (ulong)tasks):x8}",
                1 => $"args:customer-{CeleryLoad.Mix(12, i, 0) % 5000}@",
                2 => $"kwargs:acme-{CeleryLoad.Mix(13, i, 0) % 300}'",
                _ => $"exception:\"order {CeleryLoad.Mix(14, i, 0) % (ulong)tasks}\"",
            })),
            new("facets, 30 days", 300, i => "/api/v1/tasks/facets?" + Filter(i)),
            new("histogram, 30 days", 300, i => "/api/v1/tasks/histogram?" + Filter(i)),
            new("percentiles by name, 90 days", 100, i => $"/api/v1/runtimes?by=name&from=-90d&to=-{i}m&of={(i % 2 == 0 ? "runtime" : "queue_wait")}"),
            new("failure groups, 30 days", 200, i => $"/api/v1/failures?from=-30d&to=-{i}m"),
        ];
    }

    /// <summary>Every page, and every part that one of them fetches later.</summary>
    public static async Task<IReadOnlyList<QuestionKind>> OfPages(HttpClient api, int tasks, CancellationToken ct)
    {
        var groups = await Groups(api, ct);
        string Range(int i) => $"from=-{1 + (i % 30)}d";
        return
        [
            Page("Home", i => $"/?{Range(i)}"),
            Page("Home: its names", i => $"/home/names?{Range(i)}"),
            Page("Tasks", i => $"/tasks?{Range(i)}"),
            Page("Tasks: search", i => $"/tasks?{Filter(i)}"),
            Page("Tasks: its facets", i => $"/tasks/facets?{Filter(i)}"),
            Page("Tasks: its histogram", i => $"/tasks/histogram?{Filter(i)}"),
            Page("Task", i => $"/task/{Id(i, tasks)}"),
            Page("Compare", i => $"/compare?one={Id(i, tasks)}&other={Id(i + 1, tasks)}"),
            Page("Workflow", i => $"/workflow/{Id(i, tasks)}"),
            Page("Failures", i => $"/failures?{Range(i)}"),
            Page("Failures: matrix", _ => "/failures/matrix"),
            Page("Failure group", i => $"/failures/{groups[i % groups.Count]}"),
            Page("Failure group: where", i => $"/failures/{groups[i % groups.Count]}/spread"),
            Page("Runtimes", i => $"/runtimes?{Range(i)}"),
            Page("Runtimes: its table", i => $"/runtimes/table?{Range(i)}"),
            Page("Runtimes of a name", i => $"/runtimes?{Range(i)}&name={_names[i % _names.Length]}"),
            Page("Workers", _ => "/workers"),
            Page("Worker", i => $"/worker/celery@w{i % 8}.shop?{Range(i)}"),
            Page("Events", i => i % 2 == 0 ? "/events" : "/events?type=task-failed"),
            Page("Coverage", i => $"/coverage?{Range(i)}"),
            Page("Broker", _ => "/broker"),
            Page("Stuck", _ => "/stuck"),
            Page("Reports", _ => "/reports"),
            Page("Retention & storage", _ => "/retention"),
            Page("Jobs", _ => "/jobs"),
            Page("Settings", _ => "/settings"),
        ];

        static QuestionKind Page(string name, Func<int, string> path) => new(name, 150, path);
    }

    private static async Task<IReadOnlyList<string>> Groups(HttpClient api, CancellationToken ct)
    {
        await using var answer = await api.GetStreamAsync("/api/v1/failures?from=-30d", ct);
        using var json = await JsonDocument.ParseAsync(answer, cancellationToken: ct);
        return [.. json.RootElement.GetProperty("failures").EnumerateArray().Select(group => group.GetProperty("id").GetString()!)];
    }

    private static string Id(int i, int tasks) => CeleryJson.TaskId(SeededDatabase.Seed, (int)(CeleryLoad.Mix(9, i, 0) % (ulong)tasks)).ToString();

    private static string Filter(int i) => "from=-30d&" + (i % 4) switch
    {
        0 => $"to=-{i}m",
        1 => $"to=-{i}m&name={_names[i / 4 % _names.Length]}",
        2 => $"to=-{i}m&state=FAILURE",
        _ => $"to=-{i}m&queue={_queues[i / 4 % _queues.Length]}",
    };

    // Of pages a thousand pages behind the first, and of some behind those
    private static async Task<IReadOnlyList<string>> Cursors(HttpClient api, CancellationToken ct)
    {
        string? cursor = null;
        for (var rows = 0; rows < Pages * RowsOfPage; rows += RowsOfStep)
            cursor = await Next(RowsOfStep, cursor);
        var cursors = new List<string> { cursor! };
        while (cursors.Count < 20)
            cursors.Add((await Next(RowsOfPage, cursors[^1]))!);
        return cursors;

        async Task<string?> Next(int limit, string? after)
        {
            await using var page = await api.GetStreamAsync($"/api/v1/tasks?fields=id&limit={limit}{(after is null ? "" : $"&cursor={after}")}", ct);
            using var json = await JsonDocument.ParseAsync(page, cancellationToken: ct);
            return json.RootElement.GetProperty("next_cursor").GetString();
        }
    }
}
