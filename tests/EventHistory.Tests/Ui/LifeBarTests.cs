using EventHistory.Core.Tasks;
using EventHistory.Tests.Queries;
using EventHistory.Ui.Tasks;

namespace EventHistory.Tests.Ui;

public sealed class LifeBarTests
{
    private static readonly DateTime _now = Say.At("10:01:00");

    [Fact]
    public void A_bar_is_proportional_and_fills_the_scale()
    {
        var attempt = Try(sent: "10:00:00", received: "10:00:01", started: "10:00:02", ended: "10:00:10");

        var parts = LifeBar.Parts(attempt, LifeBar.Length(attempt, _now), _now);

        Assert.Equal([("queue", 100.0), ("waiting", 100.0), ("running", 800.0)], parts.Select(p => (p.Kind, Math.Round(p.Width))));
        Assert.Equal([0.0, 100.0, 200.0], parts.Select(p => Math.Round(p.X)));
    }

    [Fact]
    public void A_stretch_too_short_to_see_is_seen()
    {
        var attempt = Try(sent: "10:00:00", received: "10:00:00", started: "10:00:00", ended: "10:00:50");

        var parts = LifeBar.Parts(attempt, LifeBar.Length(attempt, _now), _now);

        Assert.All(parts, p => Assert.True(p.Width > 5));
        Assert.Equal(LifeBar.Width, parts.Sum(p => p.Width), 6);
    }

    [Fact]
    public void What_still_lasts_counts_up_to_now()
    {
        var parts = LifeBar.Parts(Try(received: "10:00:00", started: "10:00:30"), TimeSpan.FromMinutes(1), _now);

        Assert.Equal([("waiting", 30.0, false), ("running", 30.0, true)], parts.Select(p => (p.Kind, p.Time.TotalSeconds, p.Open)));
    }

    private static Attempt Try(string? sent = null, string? received = null, string? started = null, string? ended = null)
    {
        static DateTime? At(string? time) => time is null ? null : Say.At(time);
        return new Attempt(0, "SUCCESS", _now, At(sent), At(received), At(started), At(ended), "w", 1, 1);
    }
}
