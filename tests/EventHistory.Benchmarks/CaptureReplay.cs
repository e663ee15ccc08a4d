using System.Globalization;
using System.Text.RegularExpressions;

namespace EventHistory.Benchmarks;

/// <summary>
/// Real messages, again and again: <c>Samples/celery-messages.jsonl</c> is what Celery 5.2 said in 36 seconds of a small shop (777 tasks:
/// success, failure, retry, revoke, reject, custom events, a lost worker), one message a line. Each round has ids of its own and comes
/// a round later; everything else is as it was. A round has 1.2 MB and LZ4 looks back 64 kB, so that none compresses against the one before.
/// </summary>
internal sealed partial class CaptureReplay
{
    private const double Pause = 0.5; // seconds between two rounds

    private readonly List<Template> _messages = [.. File.ReadLines(Repository.File("tests/EventHistory.Benchmarks/Samples/celery-messages.jsonl")).Select(Template.Of)];
    private readonly double _first;

    public CaptureReplay()
    {
        var times = _messages.SelectMany(m => m.Times).ToList();
        (_first, Seconds) = (times.Min(), times.Max() - times.Min() + Pause);
    }

    /// <summary>Of one round.</summary>
    public int Events => _messages.Sum(m => m.Events);

    /// <summary>Of one round.</summary>
    public int Tasks => _messages.SelectMany(m => m.Ids).Distinct().Count();

    /// <summary>By the senders' clocks, of one round.</summary>
    public double Seconds { get; }

    /// <param name="rounds">How many.</param>
    /// <param name="end">The senders' clock after the last event, UTC.</param>
    public IEnumerable<LoadMessage> Messages(int rounds, DateTime end)
    {
        var start = (end - DateTime.UnixEpoch).TotalSeconds - (rounds * Seconds);
        var body = new Utf8Text(64 * 1024);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var message in _messages)
                yield return message.Fill(body, round, start - _first + (round * Seconds));
        }
    }

    /// <summary>A message with holes: between two texts there is an id or a time.</summary>
    private sealed record Template(string RoutingKey, string Hostname, int Events, string[] Texts, IReadOnlyList<object> Holes)
    {
        public IEnumerable<Guid> Ids => Holes.OfType<Guid>();

        public IEnumerable<double> Times => Holes.OfType<double>();

        public static Template Of(string line)
        {
            var types = Type().Matches(line);
            var holes = Hole().Matches(line).Select(hole => hole.ValueSpan.Contains('-')
                ? (object)Guid.Parse(hole.ValueSpan)
                : double.Parse(hole.ValueSpan, CultureInfo.InvariantCulture)).ToList();
            return new Template(
                line[0] == '[' ? "task.multi" : types[0].Groups[1].Value.Replace('-', '.'),
                Host().Match(line) is { Success: true } host ? host.Groups[1].Value : "nobody", types.Count, Hole().Split(line), holes);
        }

        public LoadMessage Fill(Utf8Text body, int round, double shift)
        {
            body.Clear();
            body.Add(Texts[0]);
            for (var i = 0; i < Holes.Count; i++)
            {
                if (Holes[i] is double time)
                    body.Add($"{time + shift}");
                else
                    body.Add($"{Fresh((Guid)Holes[i], round)}");
                body.Add(Texts[i + 1]);
            }
            return new LoadMessage(RoutingKey, Hostname, body.ToArray(), Events);
        }

        private static Guid Fresh(Guid id, int round)
        {
            Span<byte> bytes = stackalloc byte[16];
            id.TryWriteBytes(bytes);
            return CeleryJson.TaskId(BitConverter.ToUInt64(bytes) ^ BitConverter.ToUInt64(bytes[8..]), round);
        }
    }

    [GeneratedRegex("""(?<="timestamp": )[0-9.]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}""")]
    private static partial Regex Hole();

    [GeneratedRegex("""
        "type": "([^"]+)"}
        """)]
    private static partial Regex Type();

    [GeneratedRegex("""
        "hostname": "([^"]+)"
        """)]
    private static partial Regex Host();
}
