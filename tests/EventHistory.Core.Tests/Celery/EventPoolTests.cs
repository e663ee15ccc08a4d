using System.Reflection;
using System.Text;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests.Celery;

public sealed class EventPoolTests
{
    private static readonly PropertyInfo[] _fields = [.. typeof(CeleryEvent).GetProperties().Where(p => p.Name != nameof(CeleryEvent.Json))];

    private readonly EventPool _pool = new();

    [Fact]
    public void An_event_is_used_again()
    {
        var first = Decoded("""{"type":"task-sent"}""");
        _pool.Return([first]);
        Assert.Same(first, Decoded("""{"type":"task-sent"}"""));
        Assert.NotSame(first, Decoded("""{"type":"task-sent"}"""));
    }

    [Fact]
    public void Nothing_of_its_former_life_is_left()
    {
        _pool.Return([Decoded($$"""
            {"type":"task-received","uuid":"{{Given.Id}}","hostname":"h","pid":1,"clock":2,"timestamp":3,"name":"n","args":"a","kwargs":"k","retries":1,"root_id":"r",
             "parent_id":"p","eta":"e","expires":"x","queue":"q","exchange":"e","routing_key":"r","result":"\u0000","runtime":1,"exception":"e","traceback":"t","terminated":true,
             "expired":true,"signum":"s","requeue":true,"freq":1,"active":1,"processed":1,"loadavg":[1,2,3],"sw_ident":"i","sw_ver":"v","sw_sys":"s"}
            """)]);
        Same(Given.Decoded("""{"type":"x"}"""), Decoded("""{"type":"x"}"""));
    }

    /// <summary>Real events, in an order that makes each one's neighbour another kind of event.</summary>
    [Fact]
    public void Used_or_new_an_event_says_the_same()
    {
        var random = new Random(1);
        foreach (var message in Given.Sample("nasty.jsonl").Concat(Given.Sample("celery-events.jsonl")).OrderBy(_ => random.Next()))
        {
            List<CeleryEvent> used = [], fresh = [];
            Assert.Null(EventDecoder.Decode(message, used, _pool));
            Assert.Null(EventDecoder.Decode(message, fresh));
            Assert.Equal(fresh.Count, used.Count);
            foreach (var (one, other) in fresh.Zip(used))
                Same(one, other);
            _pool.Return(used);
            Assert.Empty(used);
        }
    }

    [Fact]
    public void What_is_rejected_spoils_nothing()
    {
        _pool.Return([Decoded("""{"type":"task-sent","name":"n"}""")]);
        var events = new List<CeleryEvent>();
        Assert.NotNull(EventDecoder.Decode(Given.Utf8("""[{"name":"m"},{"type":"task-sent"},"""), events, _pool));
        Assert.Empty(events);
        Assert.NotNull(EventDecoder.Decode(Given.Utf8("""{"name":"m"}"""), events, _pool));
        Assert.Null(Decoded("""{"type":"task-sent"}""").Name);
    }

    private CeleryEvent Decoded(string json)
    {
        var events = new List<CeleryEvent>();
        Assert.Null(EventDecoder.Decode(Given.Utf8(json), events, _pool));
        return Assert.Single(events);
    }

    private static void Same(CeleryEvent expected, CeleryEvent found)
    {
        Assert.Equal(Encoding.UTF8.GetString(expected.Json.Span), Encoding.UTF8.GetString(found.Json.Span));
        Assert.All(_fields, field => Assert.Equal(Value(field, expected), Value(field, found)));
    }

    private static object? Value(PropertyInfo field, CeleryEvent e) => field.GetValue(e) switch
    {
        EventText text => text.Text(),
        EventDigest digest => Convert.ToHexString(digest),
        WorkerReport r => (r.Freq, r.Active, r.Processed, string.Join(' ', r.LoadAverage ?? []), r.Software, r.SoftwareVersion, r.SoftwareSystem),
        var value => value,
    };
}
