using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Rollups;

public sealed class RollupFoldTests
{
    private static readonly Outcome _done = new(Given.At("10:20:30.5"), 1, 2, 3, TaskStates.Success, 1, 3e-8, 2e-8, 1e-8);

    [Fact]
    public void An_outcome_counts_in_its_minute_and_hour_for_all_its_name_worker_and_queue()
    {
        var store = new RollupStore();
        store.Apply(null, _done);
        store.Commit();
        const string Counted = "1 0 0 0 1 | 1 0.000000030 3C | 1 0.000000020 28 | 1 0.000000010 14";
        Assert.Equal(
        [
            $"Hour 2026-11-21T10:00:00.0000000Z All 0: {Counted}",
            $"Hour 2026-11-21T10:00:00.0000000Z Name 1: {Counted}",
            $"Hour 2026-11-21T10:00:00.0000000Z Queue 3: {Counted}",
            $"Hour 2026-11-21T10:00:00.0000000Z Worker 2: {Counted}",
            $"Minute 2026-11-21T10:20:00.0000000Z All 0: {Counted}",
            $"Minute 2026-11-21T10:20:00.0000000Z Name 1: {Counted}",
            $"Minute 2026-11-21T10:20:00.0000000Z Queue 3: {Counted}",
            $"Minute 2026-11-21T10:20:00.0000000Z Worker 2: {Counted}",
        ], store.Rows);
    }

    [Fact]
    public void What_is_unknown_of_a_task_is_not_counted()
    {
        var store = new RollupStore();
        store.Apply(null, _done with { NameId = null, WorkerId = null, QueueId = null, Runtime = null, QueueWait = null, WorkerWait = null });
        store.Commit();
        const string Counted = "1 0 0 0 1 | 0 0.000000000  | 0 0.000000000  | 0 0.000000000 ";
        Assert.Equal([$"Hour 2026-11-21T10:00:00.0000000Z All 0: {Counted}", $"Minute 2026-11-21T10:20:00.0000000Z All 0: {Counted}"], store.Rows);
    }

    [Fact]
    public void A_failure_counts_in_its_group_and_name_without_its_durations()
    {
        var store = new RollupStore();
        var failed = _done with { State = TaskStates.Failure, FailureId = 9, WorkerId = null, QueueId = null };
        store.Apply(null, failed);
        store.Apply(null, failed with { NameId = null });
        store.Commit();
        const string Counted = "0 1 0 0 1 | 0 0.000000000  | 0 0.000000000  | 0 0.000000000 ";
        Assert.Equal([Counted, Counted, Counted, Counted], store.Rows.Where(row => row.Contains("Failure 9", StringComparison.Ordinal)).Select(row => row.Split(": ")[1]));
        Assert.Equal([0, 0, 1, 1], store.Keys.Where(key => key.Dimension == RollupDimension.Failure).Select(key => key.NameId).Order());
    }

    [Theory]
    [InlineData(TaskStates.Success, 1, 0, 0, 0)]
    [InlineData(TaskStates.Failure, 0, 1, 0, 0)]
    [InlineData(TaskStates.Revoked, 0, 0, 1, 0)]
    [InlineData(TaskStates.Rejected, 0, 0, 0, 1)]
    public void Outcomes_are_counted_apart(string state, int succeeded, int failed, int revoked, int rejected)
    {
        var rollup = new Rollup();
        rollup.Apply(_done with { State = state }, 1);
        Assert.Equal((succeeded, failed, revoked, rejected), (rollup.Succeeded, rollup.Failed, rollup.Revoked, rollup.Rejected));
        rollup.Merge(rollup);
        Assert.Equal((2 * succeeded, 2 * failed, 2 * revoked, 2 * rejected), (rollup.Succeeded, rollup.Failed, rollup.Revoked, rollup.Rejected));
    }

    [Fact]
    public void A_task_that_is_not_finished_is_no_outcome() =>
        Assert.Throws<ArgumentException>(() => new Rollup().Apply(_done with { State = TaskStates.Started }, 1));

    [Fact]
    public void A_late_event_moves_a_task_to_another_minute_and_outcome()
    {
        var store = new RollupStore();
        store.Apply(null, _done);
        store.Commit();
        var failed = _done with { At = Given.At("11:00:00"), State = TaskStates.Failure, Runtime = null };
        store.Apply(_done, failed);
        store.Commit();
        var fresh = new RollupStore();
        fresh.Apply(null, failed);
        fresh.Commit();
        Assert.Equal(fresh.Rows, store.Rows);

        store.Apply(failed, null); // taken up again
        store.Commit();
        Assert.Empty(store.Rows);
    }

    [Fact]
    public void An_event_that_changes_nothing_touches_nothing()
    {
        var fold = new RollupFold(1);
        fold.Apply(_done, _done);
        fold.Apply(null, null);
        Assert.Empty(fold.Unloaded);
        Assert.Empty(fold.Take());
        Assert.Equal(0, fold.Count);
    }

    [Fact]
    public void Sums_are_exact_beyond_what_a_long_holds()
    {
        var rollup = new Rollup();
        for (var i = 0; i < 100_000; i++)
            rollup.Apply(_done with { Runtime = double.MaxValue }, 1);
        rollup.Apply(_done with { Runtime = 1e-9 }, 1);
        Assert.Equal(14_411_518_807_585.587200001m, rollup.Runtime.Seconds);
        Assert.Equal(100_001, rollup.Runtime.Count);
        for (var i = 0; i < 100_000; i++)
            rollup.Apply(_done with { Runtime = double.MaxValue }, -1);
        rollup.Apply(_done with { Runtime = 1e-9 }, -1);
        Assert.True(rollup.IsEmpty);
    }

    /// <summary>A table begun when there already were tasks: one of them changes.</summary>
    [Fact]
    public void A_task_that_was_never_counted_can_be_taken_away()
    {
        var store = new RollupStore(capacity: 0);
        store.Apply(_done, null);
        store.Commit();
        Assert.All(store.Rows, row => Assert.EndsWith("-1 0 0 0 -1 | -1 -0.000000030 3D01 | -1 -0.000000020 2901 | -1 -0.000000010 1501", row, StringComparison.Ordinal));
        store.Apply(null, _done);
        store.Commit();
        Assert.Empty(store.Rows);
    }

    [Fact]
    public void Memory_is_bounded_however_many_rollups_there_are()
    {
        var store = new RollupStore(capacity: 100_000);
        for (var i = 0; i < 5_000; i++)
        {
            store.Apply(null, _done with { At = DateTime.UnixEpoch.AddMinutes(i * 7) });
            if (i % 10 == 0)
                store.Commit();
            Assert.InRange(store.InMemory, 0, 250);
        }
    }

    [Fact]
    public void What_changed_last_stays_in_memory()
    {
        var fold = new RollupFold(20_000);
        for (var i = 0; i < 1_000; i++)
        {
            fold.Apply(null, _done);
            fold.Apply(null, _done with { At = DateTime.UnixEpoch.AddHours(i), NameId = null, WorkerId = null, QueueId = null });
            Assert.Equal(i == 0 ? 10 : 2, fold.Unloaded.Count);
            fold.Unloaded.Clear();
            fold.Take();
            fold.Stored();
        }
    }

    [Fact]
    public void What_is_not_stored_yet_is_not_forgotten()
    {
        var fold = new RollupFold(0);
        fold.Apply(null, _done);
        fold.Unloaded.Clear();
        Assert.Equal(8, fold.Take().Count);
        fold.Apply(null, _done with { At = Given.At("12:00:00") });
        fold.Unloaded.Clear();
        fold.Stored(); // the first eight; the others are only in memory
        Assert.Equal(8, fold.Count);
        Assert.Equal(8, fold.Take().Count);
        fold.Stored();
        Assert.Equal(0, fold.Count);
    }
}
