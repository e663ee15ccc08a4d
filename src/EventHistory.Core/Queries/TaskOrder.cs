using EventHistory.Core.Search;

namespace EventHistory.Core.Queries;

/// <summary>What a list of tasks may be ordered by.</summary>
public enum TaskSort : byte
{
    FirstSeen,
    Finished,
    Received,
    Started,
    Runtime,
    /// <summary>Seconds from sent to started.</summary>
    Wait,
}

/// <summary>The order of a list of tasks; those of which the sorted value is unknown are not in it.</summary>
public readonly record struct TaskOrder(TaskSort Sort, bool IsDescending)
{
    /// <summary>The one seen last comes first.</summary>
    public static readonly TaskOrder Newest = new(TaskSort.FirstSeen, IsDescending: true);

    public static readonly IReadOnlyList<string> Sorts = [.. Enum.GetValues<TaskSort>().Select(sort => Qualifier.NameOf(sort))];

    public bool IsByTime => Sort is not (TaskSort.Runtime or TaskSort.Wait);

    /// <summary>Which tasks are in the list at all.</summary>
    public Filter Listed => Sort == TaskSort.FirstSeen ? Filter.Everything : new HasTerm([Qualifier.NameOf(Sort)]);

    internal static TaskOrder? Parse(string sort, bool isDescending) =>
        Sorts.ToList().IndexOf(sort) is >= 0 and var number ? new TaskOrder((TaskSort)number, isDescending) : null;
}
