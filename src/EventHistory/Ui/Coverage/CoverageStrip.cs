using EventHistory.Core.Coverage;

namespace EventHistory.Ui.Coverage;

/// <summary>A stretch of a range of time as a part of a bar that is <see cref="Width"/> wide.</summary>
/// <param name="Kind">recorded, before (recording), missing, some (in a time that is recorded), pending, up or down.</param>
internal sealed record CoverageStrip(string Kind, string Words, double X, double Wide)
{
    public const double Width = 1000;

    /// <summary>What is missing is seen, however short it is.</summary>
    private const double Least = 3;

    /// <summary>What is in the log, what is not, and what is still to come.</summary>
    public static IEnumerable<CoverageStrip> OfLog(SourceCoverage source, Period range) =>
    [
        .. source.Recorded.Select(part => Of("recorded", "recorded", part.From, part.To, range)),
        .. source.NotYetRecorded is { } pending ? [Of("pending", pending.Reason, pending.From, pending.To, range)] : Array.Empty<CoverageStrip>(),
        .. source.Missing.Select(part => Of(
            part.Kind == MissingPart.BeforeRecording ? "before" : part.Kind is MissingPart.TaskStartsKind or MissingPart.Rejected ? "some" : "missing",
            part.Reason, part.From ?? range.From, part.To, range)),
    ];

    public static IEnumerable<CoverageStrip> OfRecorder(SourceCoverage source, Period range, DateTime now) =>
        source.Recorder.Select(part => Of(part.Up ? "up" : "down", part.Up ? "recorder up" : part.Reason ?? "recorder down", part.From, part.To ?? now, range));

    private static CoverageStrip Of(string kind, string words, DateTime from, DateTime to, Period range)
    {
        var part = new Period(from, to).Within(range);
        var (x, wide) = ((part.From - range.From) / range.Length * Width, part.IsEmpty ? 0 : part.Length / range.Length * Width);
        return new CoverageStrip(kind, words, Math.Clamp(x, 0, Width - Least), kind is "missing" or "some" or "down" ? Math.Max(wide, Least) : wide);
    }
}
