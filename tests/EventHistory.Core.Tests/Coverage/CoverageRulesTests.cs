using EventHistory.Core.Coverage;

namespace EventHistory.Core.Tests.Coverage;

public sealed class CoverageRulesTests
{
    private static readonly DateTime _now = Given.At("12:00:00");

    private static readonly Period _range = new(Given.At("10:00:00"), Given.At("11:00:00"));

    private static readonly CoverageFacts _calm = new()
    {
        Source = "default",
        RecordedFrom = Given.At("08:00:00"),
        RecordedUpTo = Given.At("11:59:58"),
        LastRun = Run("08:00:00", "11:59:58"),
        Runs = [Run("08:00:00", "11:59:58")],
    };

    private static RecorderRun Run(string started, string alive, string? how = null, string? why = null) =>
        new(Given.At(started), Given.At(alive), how is null ? null : Given.At(alive), how, why, "host", 42);

    private static SourceCoverage Judge(CoverageFacts facts, Period? range = null) => CoverageRules.Judge(facts, range ?? _range, _now);

    private static RecordedGap Gap(string? after, string before, long? messages = 5, string kind = RecordedGap.Truncated) =>
        new(kind, after is null ? null : Given.At(after), Given.At(before), messages);

    private static CoverageFacts With(params RecordedGap[] gaps) => _calm with { Gaps = gaps, GapCount = gaps.Length, GapMessages = gaps.Sum(g => g.Messages ?? 0) };

    [Fact]
    public void A_range_in_which_nothing_is_missing_is_complete()
    {
        var answer = Judge(_calm);

        Assert.True(answer.Complete);
        Assert.Equal("All that the broker took from 2026-11-21T10:00:00Z to 2026-11-21T11:00:00Z is recorded; no worker gave counts to compare it with.", answer.Reason);
        Assert.Equal([new RecordedPart(_range.From, _range.To)], answer.Recorded);
        Assert.Empty(answer.Missing);
        Assert.Null(answer.NotYetRecorded);
        Assert.Equal([new RecorderPart(true, Given.At("08:00:00"), null, "host", 42, null)], answer.Recorder);
    }

    [Fact]
    public void A_gap_is_missing_and_what_is_left_is_recorded()
    {
        var answer = Judge(With(Gap("10:10:00", "10:20:00", 15_000), Gap("10:50:00", "11:20:00", null, RecordedGap.NewEpoch)));

        Assert.False(answer.Complete);
        Assert.StartsWith("The stream reached its bounds before it was read: the broker dropped 15,000 messages at most.", answer.Reason, StringComparison.Ordinal);
        Assert.EndsWith("And 1 more thing is missing.", answer.Reason, StringComparison.Ordinal);
        Assert.Equal([new RecordedPart(_range.From, Given.At("10:10:00")), new RecordedPart(Given.At("10:20:00"), Given.At("10:50:00"))], answer.Recorded);
        Assert.Equal([("truncated", Given.At("10:10:00"), Given.At("10:20:00"), 15_000L), ("new-epoch", Given.At("10:50:00"), Given.At("11:20:00"), null)],
            answer.Missing.Select(m => (m.Kind, m.From!.Value, m.To, m.Messages)));
        Assert.Equal((2, 15_000), (answer.MissingTotal, answer.MessagesMissing));
    }

    [Fact]
    public void A_gap_whose_start_is_unknown_leaves_nothing_before_it() =>
        Assert.Equal([new RecordedPart(Given.At("10:20:00"), _range.To)], Judge(With(Gap(null, "10:20:00"))).Recorded);

    [Fact]
    public void A_range_from_before_the_first_recording_is_not_complete()
    {
        var answer = Judge(_calm with { RecordedFrom = Given.At("10:30:00") });

        Assert.False(answer.Complete);
        Assert.Equal("Recording of default began at 2026-11-21T10:30:00Z: what was sent before is not in the log.", answer.Reason);
        Assert.Equal((MissingPart.BeforeRecording, (DateTime?)null, Given.At("10:30:00")), (answer.Missing[0].Kind, answer.Missing[0].From, answer.Missing[0].To));
        Assert.Equal([new RecordedPart(Given.At("10:30:00"), _range.To)], answer.Recorded);
    }

    [Fact]
    public void Nothing_recorded_at_all_is_said_so()
    {
        var answer = Judge(new CoverageFacts { Source = "default" });

        Assert.Equal((false, "Nothing was recorded yet."), (answer.Complete, answer.Reason));
        Assert.Equal((false, "Nothing has ever been recorded."), (CoverageAnswer.Of(_range, []).Complete, CoverageAnswer.Of(_range, []).Reason));
    }

    [Fact]
    public void What_was_sent_a_moment_ago_is_on_its_way_and_not_missing()
    {
        var answer = Judge(_calm, new Period(Given.At("11:00:00"), _now));

        Assert.True(answer.Complete);
        Assert.Equal(new PendingPart(Given.At("11:59:58"), _now, "This is on its way, or has not happened yet."), answer.NotYetRecorded);
    }

    [Fact]
    public void What_lies_ahead_is_not_missing()
    {
        var ahead = Judge(_calm, new Period(Given.At("11:00:00"), Given.At("18:00:00")));
        var future = Judge(_calm, new Period(Given.At("13:00:00"), Given.At("18:00:00")));

        Assert.True(ahead.Complete);
        Assert.Equal(Given.At("18:00:00"), ahead.NotYetRecorded!.To);
        Assert.Equal((null, "This range has not begun yet."), (future.Complete, future.Reason));
        Assert.Equal("This has not happened yet.", future.NotYetRecorded!.Reason);
        Assert.Empty(future.Recorded);
    }

    [Fact]
    public void A_recorder_that_is_behind_does_not_know_yet()
    {
        var answer = Judge(_calm with { RecordedUpTo = Given.At("10:30:00") });

        Assert.Equal((null, "The recorder is 1.5 h behind: the rest waits in the stream."), (answer.Complete, answer.Reason));
        Assert.Equal([new RecordedPart(_range.From, Given.At("10:30:00"))], answer.Recorded);
    }

    [Fact]
    public void A_recorder_that_is_down_does_not_know_yet()
    {
        var down = Run("08:00:00", "10:30:00", RecorderRun.Stopped);
        var answer = Judge(_calm with { RecordedUpTo = Given.At("10:30:00"), LastRun = down, Runs = [down] });

        Assert.Null(answer.Complete);
        Assert.Equal("Nobody has recorded since 2026-11-21T10:30:00Z. The recorder was stopped. "
            + "The stream keeps what reaches the broker meanwhile, up to its bounds.", answer.Reason);
        Assert.Equal((false, Given.At("10:30:00"), (DateTime?)null), (answer.Recorder[1].Up, answer.Recorder[1].From, answer.Recorder[1].To));
    }

    [Fact]
    public void Downtime_is_no_loss_while_the_stream_keeps_everything()
    {
        RecorderRun[] runs = [Run("08:00:00", "10:15:00", RecorderRun.Vanished), Run("10:45:00", "11:59:58")];
        var answer = Judge(_calm with { Runs = runs });

        Assert.True(answer.Complete);
        Assert.Equal([(true, Given.At("08:00:00")), (false, Given.At("10:15:00")), (true, Given.At("10:45:00"))], answer.Recorder.Select(p => (p.Up, p.From)));
        Assert.Contains("Nothing was lost by it", answer.Recorder[1].Reason, StringComparison.Ordinal);
        Assert.Contains("killed, frozen or cut off", answer.Recorder[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Downtime_in_which_the_stream_overflowed_says_so()
    {
        RecorderRun[] runs = [Run("08:00:00", "10:15:00", RecorderRun.Interrupted, "The broker went away."), Run("10:45:00", "11:59:58")];
        var answer = Judge(With(Gap("10:15:00", "10:30:00")) with { Runs = runs });

        Assert.False(answer.Complete);
        Assert.Equal("The recorder was interrupted: The broker went away. Part of what was sent meanwhile is lost: see what is missing.", answer.Recorder[1].Reason);
    }

    [Fact]
    public void A_recorder_that_gave_no_sign_of_life_for_long_is_down() =>
        Assert.Equal(Given.At("11:59:00"), Run("08:00:00", "11:59:00").End(_now));

    [Fact]
    public void Rejected_messages_are_missing_from_the_log_and_kept_beside_it()
    {
        var answer = Judge(_calm with { Rejected = new RejectedMessages(3, false, Given.At("10:01:00"), Given.At("10:02:00")) });

        Assert.False(answer.Complete);
        Assert.Equal("3 messages could not be read: eventhistory.rejected_message has their bytes and the reasons.", answer.Reason);
    }

    [Fact]
    public void A_worker_that_counted_more_is_named_with_its_time()
    {
        var part = new MissingStarts(new Period(Given.At("10:05:00"), Given.At("10:06:00")), 20);
        var outside = new MissingStarts(new Period(Given.At("09:00:00"), Given.At("10:00:00")), 9);
        var check = new WorkerCheck("celery@w1", 7, WorkerCheck.Misses, _range, 120, 91, 29, [outside, part], []);
        var answer = Judge(_calm with { Workers = [check] });

        Assert.False(answer.Complete);
        Assert.StartsWith("celery@w1 (process 7) counted more tasks started than there are task-started events in the log: at least 20", answer.Reason, StringComparison.Ordinal);
        var missing = Assert.Single(answer.Missing);
        Assert.Equal(("task-starts", Given.At("10:05:00"), Given.At("10:06:00"), 20L, "celery@w1", 7),
            (missing.Kind, missing.From, missing.To, missing.TaskStarts, missing.Worker, missing.Pid));
        Assert.Equal([new WorkerPart("celery@w1", 7, _range.From, _range.To, "misses", 120, 91, 29)], answer.Workers);
    }

    [Fact]
    public void The_worst_source_decides()
    {
        var (good, bad) = (Judge(_calm), Judge(With(Gap("10:10:00", "10:20:00"))) with { Source = "other" });

        var answer = CoverageAnswer.Of(_range, [good, bad]);

        Assert.False(answer.Complete);
        Assert.StartsWith("other: The stream reached", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_are_cut_and_say_so()
    {
        var gaps = Enumerable.Range(0, 300).Select(n => new RecordedGap("truncated", _range.From.AddSeconds(n * 10), _range.From.AddSeconds((n * 10) + 5), 1)).ToArray();
        var answer = Judge(With(gaps) with { AllRuns = false, AllWorkers = false });

        Assert.Equal((200, 300L), (answer.Missing.Count, answer.MissingTotal));
        Assert.Equal((false, false, 200), (answer.RecorderComplete, answer.WorkersComplete, answer.Recorded.Count));
    }
}
