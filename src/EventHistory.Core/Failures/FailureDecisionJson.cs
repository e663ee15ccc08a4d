using System.Text.Json;
using EventHistory.Core.Celery;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Failures;

/// <summary>A decision as it is sent: <c>{"state": "ignored", "by": "ann", "reason": "…", "until": "2026-12-01T00:00:00Z", "until_count": 100}</c>.</summary>
public static class FailureDecisionJson
{
    public const int MaxBytes = 10_000;
    public const int MaxBy = 200;
    public const int MaxReason = 2000;
    public const long MaxUntilCount = 1_000_000_000;

    /// <param name="now">UTC: when it is decided.</param>
    public static Parsed<FailureDecision> Parse(ReadOnlyMemory<byte> json, DateTime now)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var members = new Members(document.RootElement);
            var decision = members.Read(now);
            return members.Problem is null ? new(decision, null) : new(null, members.Problem);
        }
        catch (JsonException e)
        {
            return new(null, $"The body is not JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            return new(null, "The body has a text with half a character in it.");
        }
    }

    private sealed class Members(JsonElement root)
    {
        private static readonly string[] _known = ["state", "by", "reason", "until", "until_count"];

        public string? Problem { get; private set; }

        public FailureDecision? Read(DateTime now)
        {
            if (root.ValueKind != JsonValueKind.Object)
                return Refuse<FailureDecision>("The body is not an object: write {\"state\": \"resolved\", \"by\": \"your name\"}.");
            if (root.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
                return Refuse<FailureDecision>($"There is no member \"{unknown}\": there are {string.Join(", ", _known)}.");
            var decision = new FailureDecision(State(), now, By(), Text("reason", MaxReason), Until(now), UntilCount());
            if (decision.State != FailureDecision.Ignored && (decision.Until is not null || decision.UntilCount is not null))
                return Refuse<FailureDecision>("until and until_count belong to the state ignored.");
            return decision;
        }

        private string State() => Text("state", 20) is { } state && state is FailureDecision.Open or FailureDecision.Resolved or FailureDecision.Ignored
            ? state
            : Refuse<string>("state must be open, resolved or ignored.")!;

        private string By() => Text("by", MaxBy) ?? Refuse<string>("by is missing: say who decides this.")!;

        private DateTime? Until(DateTime now)
        {
            if (Text("until", 100) is not { } text)
                return null;
            return TimeText.Parse(text, now) is not { } until ? Refuse<DateTime?>($"until \"{text}\" is not a time: {TimeText.Rule}.")
                : until <= now ? Refuse<DateTime?>($"until \"{text}\" is over already.")
                : until;
        }

        private long? UntilCount() => Member("until_count") is not { } count ? null
            : count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out var number) && number is > 0 and <= MaxUntilCount ? number
            : Refuse<long?>($"until_count is not a whole number from 1 to {MaxUntilCount}.");

        private string? Text(string name, int longest)
        {
            if (Member(name) is not { } member)
                return null;
            if (member.ValueKind != JsonValueKind.String)
                return Refuse<string>($"{name} is not a text.");
            var text = JsonText.Storable(member.GetString()!).Trim();
            return text.Length == 0 ? null : text.Length <= longest ? text : Refuse<string>($"{name} is longer than {longest} characters.");
        }

        private JsonElement? Member(string name) =>
            root.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

        private T? Refuse<T>(string sentence)
        {
            Problem ??= sentence;
            return default;
        }
    }
}
