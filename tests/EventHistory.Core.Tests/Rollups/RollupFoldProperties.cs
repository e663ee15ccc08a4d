using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;
using FsCheck;
using FsCheck.Fluent;
using Outcome = EventHistory.Core.Rollups.Outcome;

namespace EventHistory.Core.Tests.Rollups;

/// <summary>Rollups are a function of what all tasks came to in the end: of neither the way there, nor of batches, restarts or memory.</summary>
public sealed class RollupFoldProperties
{
    private static readonly string[] _states = [TaskStates.Success, TaskStates.Failure, TaskStates.Revoked, TaskStates.Rejected];

    private static readonly DateTime[] _hours =
    [
        DateTime.UnixEpoch,
        Given.At("10:00:00"),
        Given.At("11:00:00"),
        new(9998, 12, 31, 23, 0, 0, DateTimeKind.Utc),
    ];

    private static void ForAnySeed(int tests, Action<int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), property));

    [Fact]
    public void The_rows_do_not_depend_on_order_repetition_batches_or_memory() => ForAnySeed(500, seed =>
    {
        var random = new Random(seed);
        var tasks = new Outcome?[random.Next(1, 60)];
        var store = new RollupStore(random.Next(3) switch { 0 => 0, 1 => 5_000, _ => int.MaxValue });
        for (var steps = tasks.Length * 4; steps > 0; steps--)
        {
            ref var task = ref tasks[random.Next(tasks.Length)];
            var after = random.Next(4) switch { 0 => task, 1 => null, _ => Any(random) };
            store.Apply(task, after);
            task = after;
            if (random.Next(5) == 0)
                store.Begin(); // the next batch may be prepared before this one is committed
            if (random.Next(5) == 0 && store.UnderWay > 0)
                store.End();
        }
        store.Commit();

        var fresh = new RollupStore();
        foreach (var task in tasks.OrderBy(_ => random.Next()))
            fresh.Apply(null, task);
        fresh.Commit();
        Assert.Equal(fresh.Rows, store.Rows);

        foreach (var task in tasks)
            store.Apply(task, null);
        store.Commit();
        Assert.Empty(store.Rows);
    });

    [Fact]
    public void Minutes_add_up_to_their_hour() => ForAnySeed(200, seed =>
    {
        var random = new Random(seed);
        var outcomes = Enumerable.Range(0, 200).Select(_ => Any(random) with { NameId = 1, WorkerId = null, QueueId = null }).ToList();
        foreach (var hour in outcomes.GroupBy(o => o.At.AddTicks(-(o.At.Ticks % TimeSpan.TicksPerHour))))
        {
            var (whole, sum) = (new Rollup(), new Rollup());
            foreach (var minute in hour.GroupBy(o => o.At.Minute))
            {
                var part = new Rollup();
                foreach (var outcome in minute)
                {
                    part.Apply(outcome, 1);
                    whole.Apply(outcome, 1);
                }
                sum.Merge(part);
            }
            Assert.Equal((whole.Succeeded, whole.Failed, whole.Revoked, whole.Rejected, whole.Retries), (sum.Succeeded, sum.Failed, sum.Revoked, sum.Rejected, sum.Retries));
            Assert.Equal(whole.Runtime.Seconds, sum.Runtime.Seconds);
            Assert.Equal(whole.Runtime.Histogram.ToBytes(), sum.Runtime.Histogram.ToBytes());
            Assert.Equal(whole.QueueWait.Histogram.ToBytes(), sum.QueueWait.Histogram.ToBytes());
            Assert.Equal(whole.WorkerWait.Seconds, sum.WorkerWait.Seconds);
        }
    });

    private static Outcome Any(Random random) => new(
        _hours[random.Next(_hours.Length)].AddTicks(random.NextInt64(TimeSpan.TicksPerMinute * 3)),
        Label(random), Label(random), Label(random), _states[random.Next(_states.Length)], random.Next(8) == 0 ? int.MaxValue : random.Next(3),
        Seconds(random), Seconds(random), Seconds(random), Label(random));

    private static int? Label(Random random) => random.Next(4) is > 0 and var label ? label : null;

    private static double? Seconds(Random random) => random.Next(8) switch
    {
        0 => null,
        1 => 0,
        2 => double.MaxValue,
        3 => random.Next(5),
        _ => Math.Pow(10, random.NextDouble() * 12 - 6),
    };
}
