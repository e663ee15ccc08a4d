using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Tasks;

/// <summary>Promise 3: the same set of events gives the same row, in whatever order and however often they arrive.</summary>
public sealed class TaskFoldProperties
{
    private static readonly string[] _types =
        ["task-sent", "task-received", "task-started", "task-succeeded", "task-failed", "task-retried", "task-revoked", "task-rejected", "task-x", "task-y"];

    private static void ForAnySeed(int tests, Action<int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), property));

    [Fact]
    public void The_row_does_not_depend_on_order_repetition_batches_or_restarts()
    {
        var (lives, met) = (0, new HashSet<Twist>());
        ForAnySeed(10_000, seed =>
        {
            var random = new Random(seed);
            var story = new LifeStory(seed, skewed: seed % 2 == 0);
            lives++;
            met.UnionWith(story.Twists);
            var heard = story.Events.Where(_ => random.Next(10) > 0).ToList(); // some are lost for ever
            if (heard.Count == 0)
                return;
            var expected = Row.Of(heard).ToString();
            for (var i = 0; i < 2; i++)
            {
                var arrivals = heard.Concat(heard.Where(_ => random.Next(4) == 0)).OrderBy(_ => random.Next());
                Assert.Equal(expected, InBatches(arrivals, random).ToString());
            }
            var halves = heard.ToLookup(_ => random.Next(2));
            Assert.Equal(expected, InHalves([.. halves[0]], [.. halves[1]]).ToString());
            Assert.Equal(expected, InHalves([.. halves[1]], [.. halves[0]]).ToString());
        });
        Assert.Equal(10_000, lives);
        Assert.Equal(Enum.GetValues<Twist>(), met.Order());
    }

    [Fact]
    public void Events_that_hardly_differ_are_told_apart_by_what_they_say() => ForAnySeed(1500, seed =>
    {
        var random = new Random(seed);
        var heard = Enumerable.Range(0, random.Next(1, 40)).Select(i => Given.Event(_types[random.Next(_types.Length)], Given.At("10:00:00").AddSeconds(random.Next(3)),
            $"celery@w{random.Next(3)}", random.Next(2), random.Next(3), more: [("n", i), ("retries", random.Next(-1, 3)), ("name", random.Next(2) == 0 ? null : $"n{i}"),
                ("args", $"a{i}"), ("queue", $"q{i}"), ("result", $"r{i}"), ("exception", $"e{i}"), ("signum", i), ("terminated", random.Next(2) == 0)])).ToList();
        var expected = Row.Of(heard).ToString();
        for (var i = 0; i < 6; i++)
            Assert.Equal(expected, InBatches(heard.Concat(heard).OrderBy(_ => random.Next()), random).ToString());
    });

    [Fact]
    public void A_story_longer_than_what_is_kept_ends_the_same_in_any_order() => ForAnySeed(40, seed =>
    {
        var random = new Random(seed);
        var favourite = _types[random.Next(_types.Length)];
        var heard = Enumerable.Range(0, 400).Select(i => Given.Event(random.Next(3) > 0 ? favourite : _types[random.Next(_types.Length)],
            Given.At("10:00:00").AddSeconds(random.Next(200)), clock: i, more: [("name", random.Next(30) == 0 ? $"n{i}" : null), ("exception", $"e{i}"), ("retries", random.Next(2))])).ToList();
        var expected = Row.Of(heard).ToString();
        for (var i = 0; i < 4; i++)
            Assert.Equal(expected, InBatches(heard.Concat(heard.Take(50)).OrderBy(_ => random.Next()), random).ToString());
    });

    [Fact]
    public void What_really_happened_is_found_out() => ForAnySeed(3000, seed =>
    {
        var story = new LifeStory(seed, skewed: false);
        if (story.Events.Count == 0)
            return;
        var row = Row.Of(story.Events);
        var found = TaskStory.Attempts(row.Fold.Stamps).Select(a => (a.Number, a.State, a.Worker));
        var events = story.Events.Select(e => $"{e.At:HH:mm:ss.ffffff} {e.Type} {e.Hostname}/{e.Pid} {e.Retries}");
        Assert.True(story.Truth.SequenceEqual(found), $"seed {seed}: {string.Join(' ', story.Truth)}\n{string.Join('\n', events)}\n{row}");
    });

    [Fact]
    public void What_really_happened_is_found_out_although_clocks_differ() => ForAnySeed(3000, seed =>
    {
        var story = new LifeStory(seed, skewed: true);
        if (story.Events.Count == 0 || story.Redelivered) // which of two workers had it last, only their clocks tell
            return;
        var row = Row.Of(story.Events);
        var found = TaskStory.Attempts(row.Fold.Stamps).Select(a => (a.Number, Known(a.State), a.Worker));
        Assert.Equal(story.Truth.Select(t => (t.Number, Known(t.State), t.Worker)), found);

        // of custom events only the latest is kept, and it may be the one of an earlier attempt
        static string Known(string state) => TaskStates.All.Contains(state) ? state : TaskStates.Started;
    });

    // Two parts of the log, one after the other: what the first one left behind is all that the second one knows
    private static Row InHalves(IReadOnlyList<CeleryEvent> first, IReadOnlyList<CeleryEvent> second)
    {
        if (first.Count == 0)
            return Row.Of(second);
        var row = Row.Of(first);
        row.Reload();
        foreach (var e in second)
            row.Apply(e);
        row.Commit();
        return row;
    }

    private static Row InBatches(IEnumerable<CeleryEvent> arrivals, Random random)
    {
        Row? row = null;
        foreach (var e in arrivals)
        {
            row ??= new Row(e.TaskId!.Value);
            row.Apply(e);
            if (random.Next(3) == 0)
                row.Commit();
            if (random.Next(5) == 0)
                row.Reload();
        }
        row!.Commit();
        return row;
    }
}
