using EventHistory.Store;

namespace EventHistory.Queries;

/// <summary>Whose log is meant: positions count per source, and nearly always there is only one.</summary>
internal static class SourceChoice
{
    /// <param name="name">Null: the only one.</param>
    /// <returns>Null if there is none yet.</returns>
    public static LogSource? Of(IReadOnlyList<LogSource> sources, string? name) => sources.FirstOrDefault(s => name is null || s.Name == name);

    /// <returns>Why the choice cannot be made, as a sentence; null: it can.</returns>
    public static string? Problem(IReadOnlyList<LogSource> sources, string? name)
    {
        var names = string.Join(" or ", sources.Select(s => $"source={s.Name}"));
        return name is not null && sources.All(s => s.Name != name) ? $"There is no source \"{name}\"{(sources.Count > 0 ? $": write {names}" : " yet")}."
            : name is null && sources.Count > 1 ? $"There are several logs, each with positions of its own: say which with {names}."
            : null;
    }
}
