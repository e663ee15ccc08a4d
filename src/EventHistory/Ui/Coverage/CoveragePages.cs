using EventHistory.Core.Coverage;
using EventHistory.Queries;

namespace EventHistory.Ui.Coverage;

/// <summary><c>/coverage</c>: is a range complete, and if not, what is missing.</summary>
internal static class CoveragePages
{
    public static async Task<IResult> Page(HttpRequest request, CoverageQueries coverage, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (range, problem) = TimeRange.Read(request.Query, now, "24h");
        return range is null ? PageProblems.NotUnderstood(problem!)
            : new Html<CoveragePage>(
                (nameof(CoveragePage.Range), range),
                (nameof(CoveragePage.Model), await coverage.Ask(new CoverageQuery(range.From, range.To, null), now, ct)));
    }
}
