using System.Text.Json.Nodes;

namespace EventHistory.Tests.Api;

/// <summary>A client of the stream, as browsers are: it reads messages and remembers the last id.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private Listener(HttpResponseMessage answer, Stream body) => (_answer, _lines) = (answer, new StreamReader(body));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string? LastEventId { get; private set; }

    public HttpResponseMessage Answer => _answer;

    public static async Task<Listener> Open(TestWeb web, string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stream" + query);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await web.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        var listener = new Listener(answer, await answer.Content.ReadAsStreamAsync(Ct));
        if (answer.IsSuccessStatusCode)
            await listener.Block(); // what comes at once
        return listener;
    }

    /// <summary>The next message that says something; null: the stream is over.</summary>
    public Task<(string Event, JsonNode Data)?> Next() => Said().WaitAsync(TimeSpan.FromSeconds(30), Ct);

    public async Task<List<long>> Positions(int count)
    {
        var positions = new List<long>();
        while (positions.Count < count && await Next() is { } message)
            positions.Add((long)message.Data["position"]!);
        return positions;
    }

    /// <summary>What is left, as it stands there.</summary>
    public Task<string> Rest() => _lines.ReadToEndAsync(Ct);

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(string Event, JsonNode Data)?> Said()
    {
        while (await Block() is { } block)
        {
            if (block.Data.Length > 0)
                return (block.Event, JsonNode.Parse(block.Data)!);
        }
        return null;
    }

    private async Task<(string Event, string Data)?> Block()
    {
        var (name, data) = ("message", new List<string>());
        while (await _lines.ReadLineAsync(Ct) is { } line)
        {
            if (line.Length == 0)
                return (name, string.Join('\n', data));
            var (field, value) = line.Split(": ", 2) switch { [var f, var v] => (f, v), [var f] => (f, ""), _ => ("", "") };
            if (field == "id")
                LastEventId = value;
            else if (field == "event")
                name = value;
            else if (field == "data")
                data.Add(value);
        }
        return null;
    }
}
