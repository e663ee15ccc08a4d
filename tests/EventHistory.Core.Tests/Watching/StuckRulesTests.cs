using EventHistory.Core.Watching;

namespace EventHistory.Core.Tests.Watching;

public sealed class StuckRulesTests
{
    private static readonly DateTime _ten = Given.At("10:00:00");

    private static readonly StuckLimits _limits = new(NeverReceived: TimeSpan.FromHours(1), Prefetched: TimeSpan.FromMinutes(30), EtaOverdue: TimeSpan.FromMinutes(5),
        Retry: TimeSpan.FromHours(1), Running: TimeSpan.FromMinutes(1), Factor: 3);

    private static readonly OpenTask _sent = new("PENDING", _ten, Sent: _ten, null, null, null, null, null, 1);
    private static readonly OpenTask _received = _sent with { State = "RECEIVED", Received = _ten, WorkerPid = 7, Clock = 50 };
    private static readonly OpenTask _started = _received with { State = "STARTED", Started = _ten };
    private static readonly OpenTask _retried = _started with { State = "RETRY", Retried = _ten };

    private static WorkerSign Heard(DateTime at) => new(at, Freq: 2, Pid: 7, OnlineAt: _ten.AddHours(-1), OnlineClock: 1, SaidGoodbye: false);

    private static StuckTask? Judge(OpenTask task, DateTime recordedTo, WorkerSign? worker = null, UsualTimes? usual = null) =>
        StuckRules.Judge(task, worker ?? Heard(recordedTo), usual ?? UsualTimes.Unknown, _limits, recordedTo);

    [Fact]
    public void Each_kind_is_late_after_its_time_and_not_before()
    {
        var usual = new UsualTimes(Wait: null, Run: 100);
        foreach (var (task, after, kind) in new[]
        {
            (_sent, TimeSpan.FromHours(1), StuckKind.NeverReceived),
            (_received, TimeSpan.FromMinutes(30), StuckKind.Prefetched),
            (_received with { Eta = _ten.AddDays(1) }, new TimeSpan(1, 0, 5, 0), StuckKind.EtaOverdue),
            (_started, TimeSpan.FromSeconds(300), StuckKind.RunningLong),
            (_retried, TimeSpan.FromHours(1), StuckKind.RetryNeverCame),
        })
        {
            Assert.Null(Judge(task, _ten + after, usual: usual));
            Assert.Equal(new StuckTask(kind, _ten + after), Judge(task, _ten + after + TimeSpan.FromSeconds(1), usual: usual));
        }
    }

    [Fact]
    public void An_ETA_gives_time_to_who_waits_for_it()
    {
        var eta = _ten.AddHours(5);
        Assert.Null(Judge(_sent with { Eta = eta }, eta.AddHours(1)));
        Assert.Equal(eta.AddHours(1), Judge(_sent with { Eta = eta }, eta.AddHours(2))!.Since);
        Assert.Equal(eta.AddHours(1), Judge(_retried with { Eta = eta }, eta.AddHours(2))!.Since);
        Assert.Equal(StuckKind.Prefetched, Judge(_received with { Eta = _ten.AddHours(-1) }, _ten.AddHours(1))!.Kind); // it had passed already
    }

    [Fact]
    public void What_is_usual_for_a_name_counts_beyond_the_least_time()
    {
        Assert.Null(Judge(_started, _ten.AddYears(1))); // of what was never seen nobody knows how long it takes
        Assert.Equal(_ten.AddMinutes(1), Judge(_started, _ten.AddHours(1), usual: new(null, Run: 0.1))!.Since);
        Assert.Equal(_ten.AddHours(6), Judge(_started, _ten.AddHours(7), usual: new(null, Run: 7200))!.Since);
        Assert.Equal(_ten.AddHours(3), Judge(_received, _ten.AddHours(7), usual: new(Wait: 3600, null))!.Since);
        Assert.Null(Judge(_started, _ten.AddYears(1), usual: new(null, Run: 1e300)));
    }

    [Fact]
    public void A_task_is_lost_with_the_process_that_started_it()
    {
        var later = _ten.AddMinutes(10);
        Assert.Null(Judge(_started, later, Heard(later.AddSeconds(-59))));
        Assert.Equal(new StuckTask(StuckKind.SilentWorker, later.AddSeconds(-61)), Judge(_started, later, Heard(later.AddSeconds(-61))));
        Assert.Equal(StuckKind.SilentWorker, Judge(_started, later, Heard(later) with { SaidGoodbye = true })!.Kind);
        // started anew: another number, or the same one (a container's 1) with a clock that began again
        Assert.Equal(_ten.AddMinutes(2), Judge(_started, later, Heard(later) with { OnlineAt = _ten.AddMinutes(2), Pid = 8 })!.Since);
        Assert.Equal(_ten.AddMinutes(2), Judge(_started, later, Heard(later) with { OnlineAt = _ten.AddMinutes(2), OnlineClock = 3 })!.Since);
        // the same process, back from a broker that was away
        Assert.Null(Judge(_started, later, Heard(later) with { OnlineAt = _ten.AddMinutes(2), OnlineClock = 90 }));
    }

    [Fact]
    public void What_is_over_or_unknown_is_not_stuck()
    {
        foreach (var state in new[] { "SUCCESS", "FAILURE", "REVOKED", "REJECTED", "PROGRESS" })
            Assert.Null(Judge(_started with { State = state }, _ten.AddYears(1)));
    }

    [Theory]
    [InlineData("2026-11-21T10:00:00+00:00")]
    [InlineData("2026-11-21T11:00:00.000+01:00")]
    [InlineData("2026-11-21T10:00:00")]
    [InlineData("2026-11-21T10:00:00Z")]
    public void An_ETA_is_read_as_Celery_writes_it(string text) => Assert.Equal(_ten, OpenTask.TimeOf(text));

    [Theory]
    [InlineData(null)]
    [InlineData("None")]
    [InlineData("soon")]
    public void Another_text_is_no_ETA(string? text) => Assert.Null(OpenTask.TimeOf(text));
}
