using EventHistory.Core.Celery;
using EventHistory.Core.Workers;

namespace EventHistory.Core.Tests.Workers;

public sealed class IncarnationTests
{
    private static WorkerMark Online(string at, int pid, long clock = 1) => new(Given.At(at), EventKind.WorkerOnline, pid, clock, 0);

    private static WorkerMark Offline(string at, int pid, long clock) => new(Given.At(at), EventKind.WorkerOffline, pid, clock, 0);

    private static Incarnation Life(int pid, string started, string? ended = null, bool goodbye = false) =>
        new(pid, Given.At(started), ended is null ? null : Given.At(ended), goodbye);

    /// <summary>In every order of the marks, and with all of them twice.</summary>
    private static void Tells(WorkerMark[] marks, string firstSeen, int? lastPid, params Incarnation[] lives)
    {
        Assert.Equal(lives, Incarnation.Of(marks, Given.At(firstSeen), lastPid));
        Assert.Equal(lives, Incarnation.Of(marks.Reverse(), Given.At(firstSeen), lastPid));
        Assert.Equal(lives, Incarnation.Of(marks.OrderBy(m => m.Kind).Concat(marks).Distinct(), Given.At(firstSeen), lastPid));
    }

    [Fact]
    public void A_worker_that_came_lives() => Tells([Online("10:00:00", 7)], "10:00:00", 7, Life(7, "10:00:00"));

    [Fact]
    public void A_worker_that_said_goodbye_is_over() =>
        Tells([Online("10:00:00", 7), Offline("11:00:00", 7, 50)], "10:00:00", 7, Life(7, "10:00:00", "11:00:00", goodbye: true));

    [Fact]
    public void A_restart_is_a_new_life() => Tells(
        [Online("10:00:00", 7), Offline("11:00:00", 7, 50), Online("11:00:05", 8)], "10:00:00", 8,
        Life(7, "10:00:00", "11:00:00", goodbye: true), Life(8, "11:00:05"));

    [Fact]
    public void A_killed_worker_ends_when_its_successor_starts() => Tells(
        [Online("10:00:00", 7), Online("11:00:05", 8)], "10:00:00", 8,
        Life(7, "10:00:00", "11:00:05"), Life(8, "11:00:05"));

    [Fact]
    public void A_broker_reconnect_is_the_same_life() => Tells(
        [Online("10:00:00", 7), Online("10:30:00", 7, 40), Online("10:40:00", 7, 60)], "10:00:00", 7, Life(7, "10:00:00"));

    [Fact]
    public void A_goodbye_before_a_reconnect_is_taken_back() => Tells(
        [Online("10:00:00", 7), Offline("10:29:00", 7, 39), Online("10:30:00", 7, 40)], "10:00:00", 7, Life(7, "10:00:00"));

    [Fact]
    public void In_containers_every_process_is_1_and_a_clock_that_began_anew_is_a_new_life() => Tells(
        [Online("10:00:00", 1), Offline("11:00:00", 1, 500), Online("11:00:05", 1), Online("12:00:00", 1)], "10:00:00", 1,
        Life(1, "10:00:00", "11:00:00", goodbye: true), Life(1, "11:00:05", "12:00:00"), Life(1, "12:00:00"));

    [Fact]
    public void Without_a_clock_the_process_id_tells() =>
        Tells([Online("10:00:00", 7, 0), Online("10:30:00", 7, 0), Online("10:40:00", 8, 0)], "10:00:00", 8, Life(7, "10:00:00", "10:40:00"), Life(8, "10:40:00"));

    [Fact]
    public void When_recording_began_later_the_first_sign_of_life_counts()
    {
        Tells([Offline("11:00:00", 7, 50)], "10:50:00", 7, Life(7, "10:50:00", "11:00:00", goodbye: true));
        Tells([], "10:50:00", 7, Life(7, "10:50:00"));
        Tells([], "10:50:00", null, Life(0, "10:50:00")); // only its task events were heard
    }

    [Fact]
    public void A_goodbye_of_a_process_that_never_came_is_a_life_of_its_own() => Tells(
        [Online("10:00:00", 7), Offline("11:00:00", 8, 50)], "10:00:00", 8,
        Life(7, "10:00:00", "11:00:00"), Life(8, "11:00:00", "11:00:00", goodbye: true));

    [Fact]
    public void A_process_whose_start_was_not_heard_lives_after_the_one_before()
    {
        Tells([Online("10:00:00", 7), Offline("11:00:00", 7, 50)], "10:00:00", 9, Life(7, "10:00:00", "11:00:00", goodbye: true), Life(9, "11:00:00"));
        Tells([Online("10:00:00", 7)], "10:00:00", 9, Life(7, "10:00:00", "10:00:00"), Life(9, "10:00:00"));
    }

    [Fact]
    public void The_captured_workers_lived_once()
    {
        foreach (var worker in Given.SampleEvents("celery-events.jsonl").Where(e => e.Kind.IsFromWorker()).GroupBy(e => e.Hostname!))
        {
            var fold = new WorkerFold(worker.Key);
            foreach (var e in worker)
                fold.Apply(e, Given.At("12:00:00"));
            var life = Assert.Single(Incarnation.Of(fold.Marks, fold.FirstAt, fold.LastBeat?.Pid));
            Assert.True(life is { SaidGoodbye: true, Pid: > 0 });
        }
    }
}
