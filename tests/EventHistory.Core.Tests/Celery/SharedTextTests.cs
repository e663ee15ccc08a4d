using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests.Celery;

/// <summary>Names that repeat are one string, seen through the decoder.</summary>
public sealed class SharedTextTests
{
    private static CeleryEvent Of(string host, string name) => Given.Decoded($$"""{"type":"task-sent","hostname":"{{host}}","name":"{{name}}","queue":"{{host}}"}""");

    [Fact]
    public void The_same_name_is_the_same_string()
    {
        var (first, second) = (Of("celery@shared-1", "shop.shared"), Of("celery@shared-1", "shop.shared"));
        Assert.Same(first.Name, second.Name);
        Assert.Same(first.Hostname, second.Hostname);
        Assert.Same(first.Hostname, first.Queue);
        Assert.Same(first.Type, second.Type);
    }

    [Theory]
    [InlineData("größe☃😀")]
    [InlineData("\\u0041\\n")]
    public void What_is_not_plain_is_right_all_the_same(string name)
    {
        var (first, second) = (Of("h", name), Of("h", name));
        Assert.Equal(name == "größe☃😀" ? name : "A\n", first.Name);
        Assert.Equal(first.Name, second.Name);
    }

    /// <summary>More names than there are places, of every length and hardly different: none is ever taken for another.</summary>
    [Fact]
    public void No_name_is_taken_for_another()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 20_000; i++)
            {
                var name = new string('n', i % 140) + i;
                Assert.Equal(name, Of("h", name).Name);
            }
        }
    }

    [Fact]
    public async Task No_name_is_taken_for_another_by_many_at_once() => await Task.WhenAll(Enumerable.Range(0, 4).Select(first => Task.Run(() =>
    {
        for (var i = 0; i < 20_000; i++)
            Assert.Equal($"name-{first + i}", Of("h", $"name-{first + i}").Name);
    }, TestContext.Current.CancellationToken)));

    [Fact]
    public void Names_that_are_made_up_at_random_take_no_memory()
    {
        var kept = new List<WeakReference>();
        for (var i = 0; i < 50_000; i++)
            Note(kept, $"random-{i}");
        GC.Collect();
        Assert.InRange(kept.Count(name => name.IsAlive), 0, 4096);
    }

    private static void Note(List<WeakReference> kept, string name) => kept.Add(new WeakReference(Of("h", name).Name));
}
