using System.Globalization;

namespace EventHistory.Core.Coverage;

/// <summary>Facts → answer.</summary>
public static class CoverageRules
{
    /// <summary>What was sent so shortly before may be on its way: in a worker's buffer, in the stream, in a batch.</summary>
    public static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(3 * RecorderRun.PulseSeconds);

    /// <summary>
    /// A worker's counts are compared up to this long before <see cref="CoverageFacts.RecordedUpTo"/>: a heartbeat may
    /// overtake the events that were started before it.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <param name="now">UTC.</param>
    public static SourceCoverage Judge(CoverageFacts facts, Period range, DateTime now)
    {
        var missing = Missing(facts, range).ToList();
        var pending = Pending(facts, range, now);
        var (complete, reason) = Verdict(facts, range, now, missing, pending);
        var listed = facts.RecordedFrom is { } from && facts.RecordedUpTo is { } to
            ? new Period(from, to).Within(range).Without(facts.Gaps.Select(gap => gap.Of)).ToList()
            : [];
        return new SourceCoverage
        {
            Source = facts.Source,
            Complete = complete,
            Reason = reason,
            RecordedFrom = facts.RecordedFrom,
            RecordedUpTo = facts.RecordedUpTo,
            Recorded = [.. listed.Where(part => !part.IsEmpty).Take(SourceCoverage.MaxListed).Select(part => new RecordedPart(part.From, part.To))],
            Missing = [.. missing.Take(SourceCoverage.MaxListed)],
            MissingTotal = missing.Count - facts.Gaps.Count + facts.GapCount,
            MessagesMissing = facts.GapMessages,
            TaskStartsMissing = facts.Workers.Sum(w => w.MissingAtLeast),
            NotYetRecorded = pending,
            Recorder = RecorderTimeline.Of(facts, range, now),
            RecorderComplete = facts.AllRuns,
            Workers = [.. facts.Workers.OrderByDescending(w => w.MissingAtLeast).ThenBy(w => w.Worker, StringComparer.Ordinal).ThenBy(w => w.Range.From)
                .Take(SourceCoverage.MaxListed)
                .Select(w => new WorkerPart(w.Worker, w.Pid, w.Range.From, w.Range.To, w.Verdict, w.Counted, w.Seen, w.MissingAtLeast))],
            WorkersComplete = facts.AllWorkers && facts.Workers.Count <= SourceCoverage.MaxListed,
        };
    }

    private static IEnumerable<MissingPart> Missing(CoverageFacts facts, Period range)
    {
        if (facts.RecordedFrom is { } first && first > range.From)
        {
            yield return new MissingPart(MissingPart.BeforeRecording, null, Period.Earlier(first, range.To), null, null, null, null,
                $"Recording of {facts.Source} began at {Iso(first)}: what was sent before is not in the log.");
        }
        foreach (var gap in facts.Gaps)
        {
            yield return new MissingPart(gap.Kind, gap.After, gap.Before, gap.Messages, null, null, null, gap.Kind == RecordedGap.NewEpoch
                ? "The stream was deleted and made anew: what it still held, and what was sent until it was there again, is lost; how much is unknown."
                : $"The stream reached its bounds before it was read: the broker dropped {Count(gap.Messages)} messages at most. "
                    + "Its bounds are those it was declared with, or those of an operator's policy.");
        }
        if (facts.Rejected is { } rejected)
        {
            yield return new MissingPart(MissingPart.Rejected, rejected.First, rejected.Last, rejected.Count, null, null, null,
                $"{(rejected.More ? "More than " : "")}{Count(rejected.Count)} messages could not be read: eventhistory.rejected_message has their bytes and the reasons.");
        }
        foreach (var worker in facts.Workers)
        {
            foreach (var starts in worker.Missing.Where(m => m.Of.Overlaps(range)))
            {
                yield return new MissingPart(MissingPart.TaskStartsKind, starts.Of.From, starts.Of.To, null, starts.AtLeast, worker.Worker, worker.Pid,
                    Sentence(worker, starts) + (facts.Gaps.Any(gap => gap.Of.Overlaps(starts.Of)) ? " Messages that the broker dropped in this time may have been these." : ""));
            }
        }
    }

    private static string Sentence(WorkerCheck worker, MissingStarts starts) => worker.Verdict == WorkerCheck.Silent
        ? $"{worker.Worker} (process {worker.Pid}) started {Count(worker.Counted)} tasks, and none of its task events is in the log: "
            + "either it was started without -E (worker_send_task_events), or they were lost on their way to the stream."
        : $"{worker.Worker} (process {worker.Pid}) counted more tasks started than there are task-started events in the log: "
            + $"at least {Count(starts.AtLeast)} were lost on their way to the stream, or belong to tasks with send_events=False.";

    private static PendingPart? Pending(CoverageFacts facts, Period range, DateTime now)
    {
        var from = Period.Later(range.From, facts.RecordedUpTo ?? range.From);
        if (facts.RecordedFrom is null || from >= range.To)
            return null;
        var run = facts.LastRun;
        return new PendingPart(from, range.To,
            from >= now ? "This has not happened yet."
            : run?.End(now) is { } end ? $"Nobody has recorded since {Iso(end)}. {RecorderTimeline.Cause(run)} The stream keeps what reaches the broker meanwhile, up to its bounds."
            : now - from <= OnItsWay ? "This is on its way, or has not happened yet."
            : $"The recorder is {Length(now - from)} behind: the rest waits in the stream.");
    }

    private static (bool? Complete, string Reason) Verdict(
        CoverageFacts facts, Period range, DateTime now, List<MissingPart> missing, PendingPart? pending)
    {
        if (facts.RecordedFrom is not { } first)
            return (false, "Nothing was recorded yet.");
        if (range.From >= now)
            return (null, "This range has not begun yet.");
        var others = missing.Count - facts.Gaps.Count + facts.GapCount - 1;
        if (missing.Count > 0)
            return (false, missing[0].Reason + (others == 0 ? "" : $" And {Count(others)} more {(others == 1 ? "thing is" : "things are")} missing."));
        if (pending is not null && Period.Earlier(now, range.To) - pending.From > OnItsWay)
            return (null, pending.Reason);
        var upTo = Period.Earlier(range.To, facts.RecordedUpTo ?? first);
        return (true, $"All that the broker took from {Iso(range.From)} to {Iso(upTo)} is recorded"
            + (facts.Workers.Any(w => w.Verdict == WorkerCheck.Agrees) ? ", and the workers' own counts of tasks agree with it." : "; no worker gave counts to compare it with."));
    }

    private static string Count(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "an unknown number of";

    private static string Iso(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Length(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.0} min");
}
