namespace EventHistory.Ui.Tasks;

/// <summary>A way to read what happened to a task.</summary>
/// <param name="Name">In the address.</param>
public sealed record StoryView(string Name, string Word)
{
    public static readonly StoryView Feed = new("feed", "Feed");
    public static readonly StoryView Compact = new("compact", "Compact");
    public static readonly StoryView Json = new("json", "JSON");

    public static readonly IReadOnlyList<StoryView> All = [Feed, Compact, Json];

    public static StoryView Of(string name) => All.FirstOrDefault(view => view.Name == name) ?? Feed;
}
