using EventHistory.Core.Queries;

namespace EventHistory.Core.Failures;

/// <summary>A decision as it is sent: <c>{"state": "ignored", "by": "ann", "reason": "…", "until": "2026-12-01T00:00:00Z", "until_count": 100}</c>.</summary>
public static class FailureDecisionJson
{
    public const int MaxBytes = 10_000;
    public const int MaxBy = 200;
    public const int MaxReason = 2000;
    public const long MaxUntilCount = 1_000_000_000;

    private const string Example = "{\"state\": \"resolved\", \"by\": \"your name\"}";

    private static readonly string[] _known = ["state", "by", "reason", "until", "until_count"];

    /// <param name="now">UTC: when it is decided.</param>
    public static Parsed<FailureDecision> Parse(ReadOnlyMemory<byte> json, DateTime now) => JsonMembers.Read(json, _known, Example, members =>
    {
        var decision = new FailureDecision(State(members), now, members.Required("by", MaxBy, "say who decides this"), members.Text("reason", MaxReason),
            Until(members, now), members.Number("until_count", 1, MaxUntilCount));
        return decision.State != FailureDecision.Ignored && (decision.Until is not null || decision.UntilCount is not null)
            ? members.Refuse<FailureDecision>("until and until_count belong to the state ignored.")
            : decision;
    });

    private static string State(JsonMembers members) =>
        members.Text("state", 20) is { } state && state is FailureDecision.Open or FailureDecision.Resolved or FailureDecision.Ignored
            ? state
            : members.Refuse<string>("state must be open, resolved or ignored.")!;

    private static DateTime? Until(JsonMembers members, DateTime now)
    {
        if (members.Text("until", 100) is not { } text)
            return null;
        return TimeText.Parse(text, now) is not { } until ? members.Refuse<DateTime?>($"until \"{text}\" is not a time: {TimeText.Rule}.")
            : until <= now ? members.Refuse<DateTime?>($"until \"{text}\" is over already.")
            : until;
    }
}
