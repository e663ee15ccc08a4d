namespace EventHistory.Core.Search;

/// <summary>What somebody may write next: the qualifiers of the language, and the values of those that have few.</summary>
public static class SearchWords
{
    /// <summary>All qualifiers, the ones asked for most first, each with what its values are like.</summary>
    public static readonly IReadOnlyList<SearchWord> Qualifiers = [.. Qualifier.All.Select(q => new SearchWord(q.Name, Hint(q)))];

    public static IReadOnlyList<string> Things => HasTerm.Known;

    public static IReadOnlyList<string> Qualities => IsTerm.Known;

    private static string Hint(Qualifier qualifier) => qualifier switch
    {
        { Text: TextField.Id } => "a task's id, or its beginning and *",
        { Text: TextField.Name } => "a part of the name, or shop.*",
        { Text: TextField.State } => "FAILURE, or several: FAILURE,RETRY",
        { Text: TextField.Worker } => "a part of the worker's name",
        { Text: TextField.Queue } => "a part of the queue's name",
        { Text: TextField.Kwargs } => "user=42, or a part of the text",
        { Text: TextField.Exception } => "a part of the exception, or Timeout*upstream*",
        { Text: TextField.Root } => "the id of a workflow's first task",
        { Text: TextField.Parent } => "the id of the task that sent it",
        { Text: TextField.Group } => "a failure group's id",
        { Text: not null } => "a part of the text",
        { Number: NumberField.Retries } => "2, >2, 2..5",
        { Number: not null } => ">1.5s, 250ms..2m",
        { Time: not null } => "-7d, 2026-03-01, >=2026-03-01T10:00Z",
        { Name: Qualifier.Has } => "something is known: traceback, result",
        _ => "truncated, root, open, finished",
    };
}

/// <param name="Name">Of a qualifier, without its colon.</param>
public sealed record SearchWord(string Name, string Hint);
