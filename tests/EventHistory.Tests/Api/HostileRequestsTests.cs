using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

/// <summary>
/// Every endpoint that the description names is asked nonsense, parameter by parameter and in random combinations. Whatever it is: never a
/// fault of ours, always an answer soon, and a refusal is always a problem that says what would be right.
/// </summary>
public sealed class HostileRequestsTests(Postgres postgres) : IAsyncLifetime
{
    private const int Combinations = 40;
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10); // beside other tests

    // as they stand in an address
    private static readonly string[] _values =
    [
        "", "%20", "%00", "%FF", "%ED%A0%80", "'", "%27%3B%20drop%20table%20eventhistory.task%3B--", "%22", "%5C", "%25", "_", "*", "**", "(", ")", "()", "-", "--1", ",", ",,,",
        ":", "a:b:c", "0", "-1", "1", "2", "1000000", "9223372036854775807", "9223372036854775808", "1e309", "NaN", "true", "null", "..", "../..%2F..", "%2F", "%E6%BC%A2",
        "(a%2B)%2B%24", "%5E(a%7Ca)*%24", "now", "-1s", "-999999999w", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "2026-11-21T10:00:00Z",
        "name%3A", "name%3A*", "NOT", "AND%20OR", "-(", "state%3AFAILURE%2CRETRY", "runtime%3A%3E1.5s", "has%3Atraceback", "is%3Aroot", "kwargs%3Aa%3Db", "kwargs%3A%27%3D%27", "started%3A-7d..now",
        "group%3Ax", "csv", "json", "ndjson", "asc", "desc", "id", "1h", "2026-11-21T10:00:00Z%2Fx", "default", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x%0D%0AX-Injected%3A%201",
    ];

    private static readonly string[] _bodies =
    [
        "", " ", "{", "[]", "null", "0", "\"x\"", "{}", "{\"state\":null}", "{\"state\":\"resolved\"}", "{\"state\":\"resolved\",\"by\":\"\\u0000\"}", "{\"state\":\"ignored\",\"by\":\"a\",\"until\":\"x\"}",
        "{\"state\":\"ignored\",\"by\":\"a\",\"until_count\":-1}", "{\"state\":\"ignored\",\"by\":\"a\",\"until_count\":1e999}", "{\"state\":\"open\",\"by\":\"\\ud800\"}", "{\"a\":{\"a\":{}}}", "\u0000",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly ConcurrentBag<string> _wrong = [];
    private History _history = null!;
    private TestWeb _web = null!;
    private List<Operation> _operations = [];

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres);
        await _history.Record(File.ReadLines(Repository.Path("tests", "EventHistory.Core.Tests", "Celery", "Samples", "nasty.jsonl"))
            .Select(m => m.Replace("<150000*L>", new string('L', 150_000), StringComparison.Ordinal)));
        await _history.Record(Say.Received(Say.Id(1), "pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")));
        _web = await TestWeb.Start(_history.Data);
        _operations = [.. Operations(JsonNode.Parse(await _web.Text("/openapi/v1.json"))!)];
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Fact]
    public async Task Each_parameter_with_each_value()
    {
        Assert.InRange(_operations.Count, 12, 100);
        await Ask(from operation in _operations
                  from parameter in operation.Parameters.Append("nonsense")
                  from value in _values
                  select (operation.Method, $"{operation.Address("x")}?{parameter}={value}"));
    }

    [Fact]
    public async Task Each_path_with_each_value() =>
        await Ask(from operation in _operations
                  where operation.HasPlace
                  from value in _values
                  where value != "%00" // the web server itself refuses that in a path, with 400 and no words
                  select (operation.Method, operation.Address(value)));

    [Fact]
    public async Task Parameters_in_any_combination()
    {
        var random = new Random(20261121);
        await Ask([.. from operation in _operations
                      where operation.Parameters.Count > 0
                      from _ in Enumerable.Range(0, Combinations)
                      let query = from __ in Enumerable.Range(0, random.Next(1, 6))
                                  select $"{operation.Parameters[random.Next(operation.Parameters.Count)]}={_values[random.Next(_values.Length)]}"
                      select (operation.Method, $"{operation.Address("x")}?{string.Join('&', query)}")]);
    }

    [Fact]
    public async Task Very_long_ones()
    {
        string[] long_ = [new('a', 100_000), new('(', 100_000), string.Concat(Enumerable.Repeat("a%20OR%20", 10_000)), string.Concat(Enumerable.Repeat("-", 50_000)) + "a", string.Concat(Enumerable.Repeat("%22a%22,", 10_000))];
        await Ask(from operation in _operations
                  from parameter in operation.Parameters
                  from value in long_
                  select (operation.Method, $"{operation.Address("x")}?{parameter}={value}"));
    }

    [Fact]
    public async Task Other_methods_and_bodies()
    {
        await Ask(from operation in _operations
                  from method in new[] { HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch, HttpMethod.Options }
                  select (method, operation.Address("x")));
        foreach (var operation in _operations.Where(o => o.Method == HttpMethod.Post))
        {
            foreach (var type in new[] { "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
            {
                foreach (var body in _bodies.Append(new string('[', 100_000)).Append(new string(' ', 2_000_000)))
                    await Ask(operation.Method, operation.Address("x"), new StringContent(body, Encoding.UTF8, type.Split(';')[0]));
            }
        }
        Nothing();
    }

    private void Nothing() => Assert.True(_wrong.IsEmpty, $"{_wrong.Count} wrong answers:\n{string.Join('\n', _wrong.Take(50))}");

    private async Task Ask(IEnumerable<(HttpMethod Method, string Path)> requests)
    {
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Ct }, async (request, _) => await Ask(request.Method, request.Path, null));
        Nothing();
    }

    private async Task Ask(HttpMethod method, string path, HttpContent? body)
    {
        var shown = $"{method} {(path.Length > 200 ? path[..200] + "…" : path)}";
        var watch = Stopwatch.StartNew();
        try
        {
            using var answer = await _web.Send(method, path, body);
            var status = (int)answer.StatusCode;
            if (status >= 500)
                _wrong.Add($"{shown}: {status} {await answer.Content.ReadAsStringAsync(Ct)}");
            else if (status >= 400 && await Problem(answer) is { } problem)
                _wrong.Add($"{shown}: {status} without {problem}");
            else if (status is >= 300 and < 400)
                _wrong.Add($"{shown}: {status}");
            if (answer.Headers.Contains("X-Injected"))
                _wrong.Add($"{shown}: a header of the request's");
        }
        catch (HttpRequestException fault)
        {
            _wrong.Add($"{shown}: {fault.Message}");
        }
        if (watch.Elapsed > _soon)
            _wrong.Add($"{shown}: after {watch.Elapsed.TotalSeconds:0.0} s");
    }

    /// <returns>What is missing.</returns>
    private static async Task<string?> Problem(HttpResponseMessage answer)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return $"problem details ({answer.Content.Headers.ContentType})";
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        return (int?)problem["status"] != (int)answer.StatusCode ? "its status" : string.IsNullOrWhiteSpace((string?)problem["detail"]) ? "a sentence" : null;
    }

    private static IEnumerable<Operation> Operations(JsonNode description) =>
        from path in description["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        let parameters = operation.Value!["parameters"]?.AsArray() ?? []
        select new Operation(new HttpMethod(operation.Key.ToUpperInvariant()), path.Key, [.. parameters.Where(p => (string?)p!["in"] == "query").Select(p => (string)p!["name"]!)]);

    private sealed record Operation(HttpMethod Method, string Path, IReadOnlyList<string> Parameters)
    {
        public bool HasPlace => Path.Contains('{');

        public string Address(string place) => HasPlace ? Path[..Path.IndexOf('{')] + place + Path[(Path.IndexOf('}') + 1)..] : Path;
    }
}
