using System.Globalization;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Queries;
using EventHistory.Queries;

namespace EventHistory.Api;

/// <summary>What goes over a stream of server-sent events (<c>text/event-stream</c>), as bytes.</summary>
internal static class EventFrame
{
    private static readonly JsonSerializerOptions _json = Options();

    /// <summary>An event of the log: its position as id, and as data the same JSON as in <c>/api/v1/events</c>.</summary>
    public static byte[] Of(RecordedEvent e) =>
        Frame($"id: {e.Position}\n", EventAnswer.Of(EventView.Of(e.Position, e.RecordedAt, e.Event)));

    /// <summary>The first one: how long to wait before coming back, and where the stream begins.</summary>
    public static byte[] Start(long position) => Bytes($"retry: 3000\n: behind position {position}\nid: {position}\n\n");

    /// <summary>Keeps the connection, and moves on the place where a client goes on that comes back.</summary>
    public static byte[] StillThere(long position) => Bytes($": up to position {position}\nid: {position}\n\n");

    /// <summary>The last one.</summary>
    public static byte[] End(LiveEnd end) => Frame($"event: end\n", end);

    private static byte[] Frame<T>(FormattableString head, T data)
    {
        // a body may have line ends between its tokens, where any blank will do
        var json = JsonSerializer.Serialize(data, _json).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace("\n", "\ndata: ", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($"{head.ToString(CultureInfo.InvariantCulture)}data: {json}\n\n");
    }

    private static byte[] Bytes(FormattableString text) => Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture));

    private static JsonSerializerOptions Options()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        ApiJson.Configure(options);
        return options;
    }
}

/// <summary>Why a stream ends.</summary>
/// <param name="Reason">slow: the client does not keep up. stopping: EventHistory is being stopped. failed: the log cannot be read.</param>
/// <param name="Detail">The same as a sentence.</param>
internal sealed record LiveEnd(string Reason, string Detail)
{
    public static readonly LiveEnd Slow = new("slow", "Events came faster than you took them: come back with Last-Event-ID, and you miss nothing; narrow the filter if that repeats itself.");
    public static readonly LiveEnd Stopping = new("stopping", "EventHistory is being stopped: come back with Last-Event-ID, and you miss nothing.");

    public static LiveEnd Failed(string sentence) => new("failed", $"{sentence} Come back with Last-Event-ID, and you miss nothing.");
}
