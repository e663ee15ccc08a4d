using EventHistory.Core.Failures;
using EventHistory.Core.Queries;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Failures;

/// <summary>The list of failure groups, and how it was asked for.</summary>
/// <param name="States">Only groups in these; none: in any.</param>
/// <param name="Name">Only failures of tasks of this name; null: of all.</param>
public sealed record FailuresModel(TimeRange Range, IReadOnlyList<string> States, string? Name, string Sort, FailureList List)
{
    /// <summary>The address of the same list without its range.</summary>
    public string Path => Address(States, Sort);

    /// <summary>The address of the list with other choices, and without a range.</summary>
    public string Address(IReadOnlyList<string> states, string sort) => "/failures?" + string.Join('&', new[]
    {
        Name is null ? null : "name=" + Uri.EscapeDataString(Name),
        states.Count == 0 ? null : "state=" + string.Join(',', states),
        sort == FailureListQuery.ByFailed ? null : "sort=" + sort,
    }.OfType<string>());
}

/// <summary>One failure group.</summary>
/// <param name="Sample">The task that shows it; null when it is not there any more.</param>
/// <param name="Problem">Why a decision was not taken; null: none was refused.</param>
public sealed record FailureModel(TimeRange Range, FailureDetail Detail, TaskDetail? Sample, TimeChart Chart, DecisionForm Form, string? Problem);

/// <summary>A decision as the form has it.</summary>
/// <param name="UntilDays">Of ignored: for so many days; empty: without an end.</param>
/// <param name="UntilCount">Of ignored: until so many more failed; empty: however many.</param>
public sealed record DecisionForm(string State, string By, string Reason, string UntilDays, string UntilCount)
{
    public static readonly DecisionForm Empty = new("", "", "", "", "");
}

/// <summary>How the tasks of a group are spread, and what their exceptions say.</summary>
/// <param name="Latest">The tasks seen last.</param>
/// <param name="Variants">Of their messages.</param>
public sealed record FailureSpread(string Id, TaskFacets Facets, IReadOnlyList<TaskView> Latest, IReadOnlyList<MessageVariant> Variants);
