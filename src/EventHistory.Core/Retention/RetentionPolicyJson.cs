using System.Text;
using System.Text.Json;
using EventHistory.Core.Celery;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Retention;

/// <summary>
/// A policy as it is sent and stored. What is left out is as in the default; null is for ever:
/// <c>{"max_tasks": 10000000, "max_age": [{"state": "SUCCESS", "name": "shop.*", "age": "30d"}], "max_bytes": null, "worker_heartbeats": "90d",
/// "rollups": null, "rejected_messages": "1y"}</c>.
/// </summary>
public static class RetentionPolicyJson
{
    public const int MaxBytes = 100_000;
    public const int MaxRules = 200;
    public const int MaxPattern = 500;
    public const long LeastBytes = 100_000_000;

    public static Parsed<RetentionPolicy> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 5 });
            var reader = new Reader();
            var policy = reader.Policy(document.RootElement);
            return reader.Problem is null ? new(policy, null) : new(null, reader.Problem);
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

    public static string Write(RetentionPolicy policy)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            Write(json, "max_tasks", policy.MaxTasks);
            json.WriteStartArray("max_age");
            foreach (var rule in policy.MaxAge)
            {
                json.WriteStartObject();
                json.WriteString("state", rule.State);
                json.WriteString("name", rule.Name);
                Write(json, "age", rule.Age);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            Write(json, "max_bytes", policy.MaxBytes);
            Write(json, "worker_heartbeats", policy.WorkerHeartbeats);
            Write(json, "rollups", policy.Rollups);
            Write(json, "rejected_messages", policy.RejectedMessages);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter json, string name, TimeSpan? age) => json.WriteString(name, age is { } value ? AgeText.Write(value) : null);

    private sealed class Reader
    {
        private static readonly string[] _members = ["max_tasks", "max_age", "max_bytes", "worker_heartbeats", "rollups", "rejected_messages"];
        private static readonly string[] _ofRules = ["state", "name", "age"];

        public string? Problem { get; private set; }

        public RetentionPolicy? Policy(JsonElement root)
        {
            if (!IsObject(root, "The body", _members))
                return null;
            return new RetentionPolicy
            {
                MaxTasks = Number(root, "max_tasks", 1, RetentionPolicy.DefaultMaxTasks),
                MaxAge = Rules(root),
                MaxBytes = Number(root, "max_bytes", LeastBytes, null),
                WorkerHeartbeats = Age(root, "worker_heartbeats", ""),
                Rollups = Age(root, "rollups", ""),
                RejectedMessages = Age(root, "rejected_messages", ""),
            };
        }

        private List<AgeRule> Rules(JsonElement root)
        {
            if (!root.TryGetProperty("max_age", out var rules) || rules.ValueKind == JsonValueKind.Null)
                return [];
            if (rules.ValueKind != JsonValueKind.Array || rules.GetArrayLength() > MaxRules)
                return Refuse($"max_age must be a list of at most {MaxRules} rules, as in [{{\"state\": \"SUCCESS\", \"age\": \"30d\"}}].", new List<AgeRule>());
            return [.. rules.EnumerateArray().Select((rule, i) => Rule(rule, $"max_age[{i}]")).OfType<AgeRule>()];
        }

        private AgeRule? Rule(JsonElement rule, string at)
        {
            if (!IsObject(rule, at, _ofRules))
                return null;
            if (!rule.TryGetProperty("age", out _))
                return Refuse<AgeRule?>($"{at} has no age: {AgeText.Rule}, or null for ever.", null);
            return new AgeRule(State(rule, at), Name(rule, at), Age(rule, "age", at + "."));
        }

        private string? State(JsonElement rule, string at) => Text(rule, "state", at) is not { } state ? null
            : AgeRule.States.Contains(state) ? state
            : Refuse<string?>($"{at}.state \"{state}\" is none of a finished task: there are {string.Join(", ", AgeRule.States)}. A task that is not finished never goes.", null);

        private string? Name(JsonElement rule, string at) => Text(rule, "name", at) is not { } name ? null
            : name.Length is > 0 and <= MaxPattern ? name
            : Refuse<string?>($"{at}.name must be a task's name with 1 to {MaxPattern} characters, * standing for any.", null);

        private string? Text(JsonElement rule, string name, string at) =>
            !rule.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null ? null
            : member.ValueKind == JsonValueKind.String ? JsonText.Storable(member.GetString()!)
            : Refuse<string?>($"{at}.{name} is not a text.", null);

        private long? Number(JsonElement root, string name, long least, long? byDefault) =>
            !root.TryGetProperty(name, out var member) ? byDefault
            : member.ValueKind == JsonValueKind.Null ? null
            : member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number) && number >= least ? number
            : Refuse<long?>($"{name} must be a whole number from {least}, or null for no limit.", null);

        private TimeSpan? Age(JsonElement root, string name, string at) =>
            !root.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null ? null
            : member.ValueKind == JsonValueKind.String && AgeText.Parse(member.GetString()!) is { } age ? age
            : Refuse<TimeSpan?>($"{at}{name} is not an age: {AgeText.Rule}, or null for ever.", null);

        private bool IsObject(JsonElement element, string what, string[] known)
        {
            if (element.ValueKind != JsonValueKind.Object)
                return Refuse($"{what} is not an object with {string.Join(", ", known)}.", false);
            var unknown = element.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !known.Contains(name));
            return unknown is null || Refuse($"There is no member \"{unknown}\": there are {string.Join(", ", known)}.", false);
        }

        private T Refuse<T>(string sentence, T value)
        {
            Problem ??= sentence;
            return value;
        }
    }
}
