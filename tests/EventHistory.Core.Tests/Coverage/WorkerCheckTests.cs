using EventHistory.Core.Coverage;

namespace EventHistory.Core.Tests.Coverage;

public sealed class WorkerCheckTests
{
    private static WorkerActivity Minute(string at, long started, (string At, long Processed)? first = null, (string At, long Processed)? last = null) =>
        new(CountSpan.Minute, Given.At(at), started, Count(first), Count(last ?? first));

    private static WorkerCount? Count((string At, long Processed)? count) => count is var (at, processed) ? new WorkerCount(Given.At(at), processed) : null;

    private static WorkerCheck Check(params WorkerActivity[] activity) => WorkerCheck.Of(new WorkerProcess("celery@w1", 7, activity, []));

    private static MissingStarts Missing(string from, string to, long atLeast) => new(new Period(Given.At(from), Given.At(to)), atLeast);

    [Fact]
    public void Counts_that_grow_as_the_events_do_agree()
    {
        var check = Check(
            Minute("10:00:00", 12, ("10:00:01", 0), ("10:00:59", 12)),
            Minute("10:01:00", 8, ("10:01:01", 12), ("10:01:59", 20)));

        Assert.Equal((WorkerCheck.Agrees, 20L, 20L, 0L), (check.Verdict, check.Counted, check.Seen, check.MissingAtLeast));
        Assert.Equal(new Period(Given.At("10:00:00"), Given.At("10:02:00")), check.Range);
    }

    [Fact]
    public void A_loss_is_found_in_its_minute()
    {
        var check = Check(
            Minute("10:00:00", 12, ("10:00:01", 0), ("10:00:59", 12)),
            Minute("10:01:00", 3, ("10:01:01", 12), ("10:01:59", 20)),
            Minute("10:02:00", 1, ("10:02:01", 20), ("10:02:59", 21)));

        Assert.Equal(WorkerCheck.Misses, check.Verdict);
        Assert.Equal([Missing("10:01:00", "10:02:00", 5)], check.Missing);
    }

    [Fact]
    public void Losses_apart_are_told_apart_and_a_long_one_is_one()
    {
        var check = Check(
            Minute("10:00:00", 1, ("10:00:01", 0), ("10:00:59", 2)),
            Minute("10:01:00", 0, ("10:01:01", 2), ("10:01:59", 4)),
            Minute("10:02:00", 2, ("10:02:01", 4), ("10:02:59", 6)),
            Minute("10:03:00", 1, ("10:03:01", 6), ("10:03:59", 8)));

        Assert.Equal([Missing("10:00:00", "10:02:00", 3), Missing("10:03:00", "10:04:00", 1)], check.Missing);
    }

    [Fact]
    public void Tasks_started_between_two_minutes_heartbeats_prove_nothing()
    {
        // 6 of them were started between 10:00:59 and 10:01:01; whether all 6 were seen cannot be told at the boundary
        var check = Check(
            Minute("10:00:00", 5, ("10:00:01", 0), ("10:00:59", 4)),
            Minute("10:01:00", 5, ("10:01:01", 10), ("10:01:59", 10)));

        Assert.Equal((WorkerCheck.Agrees, 10L, 10L), (check.Verdict, check.Counted, check.Seen));
    }

    [Fact]
    public void What_was_lost_while_no_heartbeat_came_through_is_found_by_the_next_one()
    {
        var check = Check(
            Minute("10:00:00", 4, ("10:00:01", 0), ("10:00:59", 4)),
            Minute("10:30:00", 1, ("10:30:01", 104), ("10:30:59", 105)));

        Assert.Equal([Missing("10:00:00", "10:31:00", 100)], check.Missing);
    }

    [Fact]
    public void A_worker_that_sends_no_task_events_is_silent()
    {
        var check = Check(Minute("10:00:00", 0, ("10:00:01", 3), ("10:00:59", 9)));

        Assert.Equal((WorkerCheck.Silent, 6L), (check.Verdict, check.MissingAtLeast));
    }

    [Fact]
    public void One_count_alone_cannot_be_compared() =>
        Assert.Equal(WorkerCheck.Unchecked, Check(Minute("10:00:00", 5, ("10:00:01", 3))).Verdict);

    [Fact]
    public void A_worker_without_heartbeats_cannot_be_compared() =>
        Assert.Equal(WorkerCheck.Unchecked, Check(Minute("10:00:00", 5), Minute("10:01:00", 5)).Verdict);

    [Fact]
    public void A_restart_between_two_minutes_begins_a_new_count()
    {
        var check = Check(
            Minute("10:00:00", 500, ("10:00:01", 0), ("10:00:59", 500)),
            Minute("10:01:00", 7, ("10:01:01", 0), ("10:01:59", 9)));

        Assert.Equal((WorkerCheck.Misses, 509L), (check.Verdict, check.Counted));
        Assert.Equal([Missing("10:01:00", "10:02:00", 2)], check.Missing);
    }

    [Fact]
    public void In_a_span_with_a_restart_what_the_second_life_counted_must_be_there()
    {
        var check = Check(
            Minute("10:00:00", 500, ("10:00:01", 0), ("10:00:59", 500)),
            Minute("10:01:00", 6, ("10:01:01", 500), ("10:01:59", 9)));

        Assert.Equal([Missing("10:01:00", "10:02:00", 3)], check.Missing);
    }

    [Fact]
    public void A_restart_in_a_long_span_that_the_count_outgrew_is_known_by_its_mark_and_worth_a_closer_look()
    {
        WorkerActivity[] day = [new(CountSpan.Day, Given.At("00:00:00"), 20, Count(("00:00:01", 20)), Count(("23:59:59", 100)))];

        var check = WorkerCheck.Of(new WorkerProcess("celery@w1", 1, day, [Given.At("12:00:00")]));

        Assert.Empty(check.Missing);
        Assert.Equal(day, check.Coarse);
    }

    [Fact]
    public void A_mark_without_a_new_count_is_not_believed()
    {
        WorkerActivity[] minutes =
        [
            Minute("10:00:00", 1, ("10:00:01", 5000), ("10:00:59", 5001)),
            Minute("10:01:00", 1, ("10:01:01", 5001), ("10:01:59", 5002)),
            Minute("10:02:00", 1, ("10:02:01", 5002), ("10:02:59", 5003)),
        ];

        Assert.Equal(0, WorkerCheck.Of(new WorkerProcess("celery@w1", 1, minutes, [Given.At("10:01:30"), Given.At("10:02:00")])).MissingAtLeast);
    }

    [Fact]
    public void Two_processes_under_one_name_and_process_id_are_not_judged()
    {
        var check = Check([.. Enumerable.Range(0, 20).Select(n => Minute($"10:{n:00}:00", 2,
            ($"10:{n:00}:01", n % 2 == 0 ? 1000 + n : n), ($"10:{n:00}:59", n % 2 == 0 ? 1001 + n : n + 1)))]);

        Assert.Equal((WorkerCheck.Ambiguous, 0L), (check.Verdict, check.MissingAtLeast));
    }

    [Fact]
    public void A_clock_that_is_set_back_invents_no_loss()
    {
        // from 10:01:05 back to 10:00:55: ten starts are counted in the minute before the one they happened in
        var check = Check(
            Minute("10:00:00", 60, ("10:00:01", 0), ("10:00:59", 75)),
            Minute("10:01:00", 60, ("10:01:00", 60), ("10:01:59", 120)));

        Assert.Equal(0, check.MissingAtLeast);
    }

    [Fact]
    public void A_coarse_span_at_the_edge_of_a_loss_is_worth_a_closer_look()
    {
        var check = Check(
            Minute("10:00:00", 2, ("10:00:01", 0), ("10:00:59", 2)),
            new WorkerActivity(CountSpan.Hour, Given.At("11:00:00"), 2, Count(("11:00:01", 2)), Count(("11:59:59", 6))),
            new WorkerActivity(CountSpan.Hour, Given.At("12:00:00"), 4, Count(("12:00:01", 6)), Count(("12:59:59", 10))));

        Assert.Equal([Missing("11:00:00", "12:00:00", 2)], check.Missing);
        Assert.Equal([Given.At("11:00:00")], check.Coarse.Select(c => c.Since));
    }
}
