namespace EventHistory.Core.Retention;

/// <summary>Until when a task is kept, as far as that can be known now.</summary>
/// <param name="GoesAt">When it is too old; null: no rule about age is about it.</param>
/// <param name="Rule">The rule that says so.</param>
/// <param name="MaxTasks">It goes before that when so many newer tasks have finished; null: however many.</param>
/// <param name="MaxBytes">Or when log and tasks take more on disk.</param>
public sealed record TaskFuture(DateTime? GoesAt, AgeRule? Rule, long? MaxTasks, long? MaxBytes)
{
    /// <summary>Nothing takes it away.</summary>
    public bool IsForEver => this is { GoesAt: null, MaxTasks: null, MaxBytes: null };

    /// <param name="lastRecorded">When its last event was recorded: ages are counted from there.</param>
    public static TaskFuture Of(RetentionPolicy policy, string state, string? name, DateTime lastRecorded)
    {
        var rule = policy.MaxAge.FirstOrDefault(rule => rule.IsAbout(state, name));
        var goes = rule?.Age is { } age && age < DateTime.MaxValue - lastRecorded ? lastRecorded + age : default(DateTime?);
        return new TaskFuture(goes, goes is null ? null : rule, policy.MaxTasks, policy.MaxBytes);
    }
}
