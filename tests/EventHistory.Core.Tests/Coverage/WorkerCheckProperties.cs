using EventHistory.Core.Coverage;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Coverage;

/// <summary>Never claims more than is lost; finds all of it where the worker has pauses.</summary>
public sealed class WorkerCheckProperties
{
    private static readonly int[] _spans = [CountSpan.Minute, CountSpan.Hour, CountSpan.Day];

    private static void ForAnySeed(int tests, Action<int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), property));

    [Fact]
    public void No_more_is_claimed_than_is_lost() => ForAnySeed(600, seed =>
    {
        var random = new Random(seed);
        var life = new LifeOfWorker(seed, restarts: random.Next(4), pauses: random.Next(2) == 0);
        var check = life.Check(_spans[random.Next(3)], marksHeard: random.Next(3) > 0);

        Assert.InRange(check.MissingAtLeast, 0, life.Lost.Count);
        foreach (var missing in check.Missing)
            Assert.InRange(missing.AtLeast, 1, life.Lost.Count(at => at >= missing.Of.From && at < missing.Of.To));
    });

    [Fact]
    public void A_worker_with_pauses_hides_nothing() => ForAnySeed(600, seed =>
    {
        var life = new LifeOfWorker(seed, restarts: 0, pauses: true);
        var check = life.Check(CountSpan.Minute, marksHeard: true);

        Assert.Equal(life.Lost.Count, check.MissingAtLeast);
        Assert.Equal(life.Lost.Count, check.Missing.Sum(m => m.AtLeast));
        Assert.All(life.Lost, at => Assert.Contains(check.Missing, m => at >= m.Of.From && at < m.Of.To));
    });

    [Fact]
    public void A_life_that_was_heard_from_start_to_end_hides_nothing_even_when_it_is_always_busy() => ForAnySeed(600, seed =>
    {
        var life = new LifeOfWorker(seed, restarts: 0, pauses: false);

        Assert.Equal(life.Lost.Count, life.Check(_spans[seed % 3], marksHeard: true).MissingAtLeast);
    });

    /// <summary>A worker process that says its count every 2 s, and whose starts are lost here and there.</summary>
    private sealed class LifeOfWorker
    {
        private readonly List<DateTime> _heard = [];
        private readonly List<WorkerCount> _beats = [];
        private readonly List<DateTime> _restarts = [];

        public LifeOfWorker(int seed, int restarts, bool pauses)
        {
            var random = new Random(seed);
            var start = Given.At("10:00:00").AddSeconds(random.Next(300));
            var end = start.AddSeconds(random.Next(60, 9000));
            for (var life = 0; life <= restarts; life++)
            {
                var until = life == restarts ? end : start + ((end - start) * random.NextDouble());
                if (life > 0)
                    _restarts.Add(start);
                Live(random, start, until, pauses);
                start = until.AddSeconds(random.NextDouble() * 20);
                if (start >= end)
                    break;
            }
        }

        public List<DateTime> Lost { get; } = [];

        public WorkerCheck Check(int span, bool marksHeard)
        {
            var spans = _heard.Concat(_beats.Select(b => b.At)).Select(at => CountSpan.Start(at, span)).Distinct().Order().Select(since =>
            {
                var beats = _beats.Where(b => CountSpan.Start(b.At, span) == since).ToList();
                return new WorkerActivity(span, since, _heard.Count(at => CountSpan.Start(at, span) == since),
                    beats.Count > 0 ? beats[0] : null, beats.Count > 0 ? beats[^1] : null);
            });
            return WorkerCheck.Of(new WorkerProcess("celery@w1", 1, [.. spans], marksHeard ? _restarts : []));
        }

        private void Live(Random random, DateTime start, DateTime until, bool pauses)
        {
            var (processed, losing, busy) = (0L, random.Next(3) == 0, true);
            var nextBeat = start;
            var rate = Math.Exp(random.NextDouble() * 4) / 4; // 0.25 to 14 a second
            for (var at = start; at < until; at = at.AddSeconds(-Math.Log(1 - random.NextDouble()) / rate))
            {
                for (; nextBeat <= at; nextBeat = nextBeat.AddSeconds(2 + (random.NextDouble() * 0.01)))
                {
                    if (random.Next(30) > 0 || nextBeat == start || pauses)
                        _beats.Add(new WorkerCount(nextBeat, processed));
                }
                if (random.Next(40) == 0)
                    losing = !losing;
                busy = !pauses || (at.Second is >= 5 and < 55); // idle around each full minute
                if (!busy)
                    continue;
                processed++;
                (losing ? Lost : _heard).Add(at);
            }
            for (; nextBeat < until; nextBeat = nextBeat.AddSeconds(2))
                _beats.Add(new WorkerCount(nextBeat, processed));
            _beats.Add(new WorkerCount(until, processed)); // its goodbye
        }
    }
}
