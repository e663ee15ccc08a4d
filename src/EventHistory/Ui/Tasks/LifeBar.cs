using EventHistory.Core.Tasks;

namespace EventHistory.Ui.Tasks;

/// <summary>A stretch of an attempt's life as a part of a bar that is <see cref="LifeBar.Width"/> wide.</summary>
/// <param name="Open">It lasts still, as far as is known.</param>
internal sealed record LifeBarPart(string Kind, string Words, TimeSpan Time, double X, double Width, bool Open);

/// <summary>Attempt → bar. All attempts of a task share one scale.</summary>
internal static class LifeBar
{
    public const double Width = 1000;

    /// <summary>About 3 pixels on a phone: a stretch that is there is seen.</summary>
    private const double Least = 8;

    public static TimeSpan Length(Attempt attempt, DateTime now) =>
        Stretches(attempt, now).Aggregate(TimeSpan.Zero, (sum, stretch) => sum + stretch.Time);

    /// <param name="scale">The time that fills the whole width.</param>
    public static IReadOnlyList<LifeBarPart> Parts(Attempt attempt, TimeSpan scale, DateTime now)
    {
        var stretches = Stretches(attempt, now).ToList();
        var widths = stretches.ConvertAll(s => Math.Max(Least, scale > TimeSpan.Zero ? s.Time / scale * Width : 0));
        var fit = Math.Min(1, Width / Math.Max(1, widths.Sum()));
        var parts = new List<LifeBarPart>();
        var x = 0.0;
        foreach (var (stretch, width) in stretches.Zip(widths))
        {
            parts.Add(new LifeBarPart(stretch.Kind, stretch.Words, stretch.Time, x, width * fit, stretch.Open));
            x += width * fit;
        }
        return parts;
    }

    private static IEnumerable<(string Kind, string Words, TimeSpan Time, bool Open)> Stretches(Attempt attempt, DateTime now)
    {
        var received = attempt.Received ?? attempt.Started;
        foreach (var (kind, words, from, to) in new[]
        {
            ("queue", "in the queue", attempt.Sent, received ?? attempt.Ended),
            ("waiting", "waiting in the worker", attempt.Received, attempt.Started ?? attempt.Ended),
            ("running", "running", attempt.Started, attempt.Ended),
        })
        {
            if (from is null)
                continue;
            var open = to is null;
            var time = (to ?? now) - from.Value;
            yield return (kind, words, time < TimeSpan.Zero ? TimeSpan.Zero : time, open);
            if (open)
                yield break;
        }
    }
}
