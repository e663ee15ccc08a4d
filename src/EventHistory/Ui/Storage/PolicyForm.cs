using System.Globalization;
using System.Text.Json;
using EventHistory.Core.Queries;
using EventHistory.Core.Retention;

namespace EventHistory.Ui.Storage;

/// <summary>A retention policy as the fields of a form have it; an empty field is no limit.</summary>
public sealed record PolicyForm(string MaxTasks, string MaxAge, string MaxBytes, string WorkerHeartbeats, string Rollups, string RejectedMessages)
{
    private const long Gigabyte = 1_000_000_000;

    public static PolicyForm Of(RetentionPolicy policy) => new(
        policy.MaxTasks?.ToString(CultureInfo.InvariantCulture) ?? "", AgeRulesText.Write(policy.MaxAge),
        policy.MaxBytes is { } bytes ? ((decimal)bytes / Gigabyte).ToString("0.#########", CultureInfo.InvariantCulture) : "",
        Age(policy.WorkerHeartbeats), Age(policy.Rollups), Age(policy.RejectedMessages));

    /// <param name="field">The value of a field by its name.</param>
    public static PolicyForm Read(Func<string, string> field) =>
        new(field("max_tasks"), field("max_age"), field("max_gigabytes"), field("worker_heartbeats"), field("rollups"), field("rejected_messages"));

    /// <summary>The names of the fields, and what they hold.</summary>
    public IEnumerable<(string Name, string Value)> Fields =>
    [
        ("max_tasks", MaxTasks), ("max_age", MaxAge), ("max_gigabytes", MaxBytes), ("worker_heartbeats", WorkerHeartbeats), ("rollups", Rollups),
        ("rejected_messages", RejectedMessages),
    ];

    /// <summary>The same rules, and the same sentences, as for the API.</summary>
    public Parsed<RetentionPolicy> Policy()
    {
        var (rules, problem) = AgeRulesText.Parse(MaxAge);
        if (rules is null)
            return new(null, problem + ".");
        var digits = MaxTasks.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        long? tasks = null;
        if (digits.Length > 0 && (tasks = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null) is null)
            return new(null, $"\"{MaxTasks}\" is not a number of tasks.");
        decimal? gigabytes = null;
        if (MaxBytes.Length > 0 && (gigabytes = decimal.TryParse(MaxBytes, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var size) && size < 1_000_000_000 ? size : null) is null)
            return new(null, $"\"{MaxBytes}\" is not a number of gigabytes.");
        return RetentionPolicyJson.Parse(JsonSerializer.SerializeToUtf8Bytes(new
        {
            max_tasks = tasks,
            max_age = rules.Select(rule => new { state = rule.State, name = rule.Name, age = Text(rule.Age) }),
            max_bytes = (long?)(gigabytes * Gigabyte),
            worker_heartbeats = Given(WorkerHeartbeats),
            rollups = Given(Rollups),
            rejected_messages = Given(RejectedMessages),
        }));
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static string Age(TimeSpan? age) => Text(age) ?? "";

    private static string? Text(TimeSpan? age) => age is { } value ? AgeText.Write(value) : null;
}
