namespace EventHistory.Core.Coverage;

/// <summary>When a recorder ran and when none did. That none ran is no loss: the stream keeps what is sent meanwhile.</summary>
internal static class RecorderTimeline
{
    public static IReadOnlyList<RecorderPart> Of(CoverageFacts facts, Period range, DateTime now)
    {
        var parts = new List<RecorderPart>();
        for (var i = 0; i < facts.Runs.Count; i++)
        {
            var run = facts.Runs[i];
            var next = i + 1 < facts.Runs.Count ? facts.Runs[i + 1].StartedAt : (DateTime?)null;
            var end = run.EndedAt ?? next ?? run.End(now);
            parts.Add(new RecorderPart(true, run.StartedAt, end, run.Host, run.Pid,
                run.EndedHow == RecorderRun.Unknown ? "Recorded by a version that did not note when it ran." : null));
            if (end is { } down && !(down >= next))
                parts.Add(new RecorderPart(false, down, next, null, null, $"{Cause(run)} {Fate(facts, new Period(down, next ?? now))}"));
        }
        return [.. parts.Where(p => new Period(p.From, p.To ?? DateTime.MaxValue).Overlaps(range))];
    }

    /// <summary>Why a run ended, as a sentence.</summary>
    public static string Cause(RecorderRun run) => run.EndedHow switch
    {
        RecorderRun.Stopped => "The recorder was stopped.",
        RecorderRun.Interrupted => $"The recorder was interrupted: {run.EndedWhy}",
        RecorderRun.Unknown => "Whether it recorded was not noted.",
        _ => $"The recorder was killed, frozen or cut off; its last sign of life may be {RecorderRun.PulseSeconds} s older than its end.",
    };

    private static string Fate(CoverageFacts facts, Period down) =>
        facts.Gaps.Any(gap => gap.Of.Overlaps(down)) ? "Part of what was sent meanwhile is lost: see what is missing."
        : facts.RecordedUpTo >= down.To ? "Nothing was lost by it: the stream kept what reached the broker meanwhile, and it was read afterwards."
        : "The stream keeps what reaches the broker meanwhile, up to its bounds.";
}
