using EventHistory.Core.Queries;

namespace EventHistory.Ui.Tasks;

/// <summary>What the list of tasks shows.</summary>
/// <param name="Problem">Why the question is not understood; then there are no tasks.</param>
/// <param name="HasAny">False: nothing was ever recorded.</param>
/// <param name="By">Who saved a search here before.</param>
/// <param name="Counts">Null: they are fetched when the page is there.</param>
public sealed record TasksModel(TasksAsked Asked, bool IsFirst, string? Problem, Page<TaskView> Page, bool HasAny, TaskCounts? Counts, string By);

/// <summary>Answers about all tasks of the question, which take longer than a page of them.</summary>
public sealed record TaskCounts(FacetsModel Facets, HistogramModel Histogram);

/// <param name="Facets">Null: not counted yet.</param>
/// <param name="Now">UTC; what the times of the question count from.</param>
public sealed record FacetsModel(TasksAsked Asked, TaskFacets? Facets, DateTime Now);

/// <param name="Histogram">Null: there is none, for the reason that the problem tells.</param>
public sealed record HistogramModel(TasksAsked Asked, TaskHistogram? Histogram, string? Problem);
