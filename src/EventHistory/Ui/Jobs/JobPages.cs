using EventHistory.Core.Jobs;
using EventHistory.Jobs;

namespace EventHistory.Ui.Jobs;

/// <summary><c>/jobs</c>: what is done by itself, and how it went.</summary>
internal static class JobPages
{
    private const int MaxRuns = 60;

    public static async Task<IResult> List(JobQueries jobs, CancellationToken ct) => new Html<JobsPage>(
        (nameof(JobsPage.Jobs), (await jobs.List(ct)).Items),
        (nameof(JobsPage.Runs), (await jobs.Runs(new JobRunQuery(null, null, [], null, MaxRuns), ct)).Items));

    public static async Task<IResult> Run(string name, WorkSchedules schedules, CancellationToken ct) =>
        await schedules.RunNow(name, null, ct) ? TypedResults.Redirect("/jobs") : PageProblems.NotFound($"There is no job “{Show.Cut(name, 100)}”.");
}
