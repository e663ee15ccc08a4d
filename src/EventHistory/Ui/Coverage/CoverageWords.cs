using EventHistory.Core.Coverage;

namespace EventHistory.Ui.Coverage;

/// <summary>What an answer about coverage comes to, in a word or two.</summary>
internal static class CoverageWords
{
    /// <summary>True when nothing is missing but what was sent before recording began.</summary>
    public static bool IsYoung(CoverageAnswer answer) =>
        answer.Sources.Count > 0 && answer.Sources.All(s => s.RecordedFrom is not null && s.Missing.All(m => m.Kind == MissingPart.BeforeRecording));

    public static string Verdict(CoverageAnswer answer) => answer.Complete switch
    {
        true => "Complete",
        false when answer.Sources.All(s => s.RecordedFrom is null) => "Nothing recorded yet",
        false when IsYoung(answer) => "Complete so far",
        false => "Something is missing",
        null => "Not known yet",
    };

    /// <summary>good, warn or calm.</summary>
    public static string Tone(CoverageAnswer answer) => answer.Complete switch { true => "good", false => IsYoung(answer) ? "good" : "warn", _ => "calm" };
}
