using System.Reflection;
using System.Text.Json;

namespace EventHistory.Core.Queries;

/// <summary>Which fields of tasks an answer shall have, by their names in answers.</summary>
public static class TaskFields
{
    private static readonly Dictionary<string, PropertyInfo> _properties =
        typeof(TaskView).GetProperties().ToDictionary(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name));

    /// <summary>All of a <see cref="TaskView"/>.</summary>
    public static readonly IReadOnlyList<string> All = [.. _properties.Keys];

    /// <summary>What the values of a field are, where they are known.</summary>
    public static Type TypeOf(string field) => Nullable.GetUnderlyingType(_properties[field].PropertyType) ?? _properties[field].PropertyType;

    public static object? Value(TaskView task, string field) => _properties[field].GetValue(task);

    /// <summary>What to say of a name that is none of them.</summary>
    internal static string Unknown(string name)
    {
        var right = Spelling.Nearest(name, All) is { } meant ? $"did you mean {meant}?" : $"there are {string.Join(", ", All)}.";
        return $"A task has no field \"{name}\": {right}";
    }

    /// <returns>Null: all.</returns>
    internal static IReadOnlyList<string>? Read(GivenParameters given)
    {
        var fields = given.Set(TaskListQuery.Shown);
        if (fields.FirstOrDefault(f => !All.Contains(f)) is { } unknown)
            given.Refuse<string>(Unknown(unknown));
        return fields.Count == 0 ? null : fields;
    }
}
