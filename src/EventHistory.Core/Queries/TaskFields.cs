using System.Text.Json;

namespace EventHistory.Core.Queries;

/// <summary>Which fields of tasks an answer shall have, by their names in answers.</summary>
public static class TaskFields
{
    /// <summary>All of a <see cref="TaskView"/>.</summary>
    public static readonly IReadOnlyList<string> All =
        [.. typeof(TaskView).GetProperties().Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name))];

    /// <returns>Null: all.</returns>
    internal static IReadOnlyList<string>? Read(GivenParameters given)
    {
        var fields = given.Set(TaskListQuery.Shown);
        if (fields.FirstOrDefault(f => !All.Contains(f)) is { } unknown)
        {
            var right = Spelling.Nearest(unknown, All) is { } meant ? $"did you mean {meant}?" : $"there are {string.Join(", ", All)}.";
            given.Refuse<string>($"A task has no field \"{unknown}\": {right}");
        }
        return fields.Count == 0 ? null : fields;
    }
}
