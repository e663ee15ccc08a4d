using System.Globalization;
using System.Text.Json;
using EventHistory.Core.Failures;
using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Queries;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Failures;

/// <summary><c>/failures</c>, the matrix, and one group.</summary>
internal static class FailurePages
{
    private const string DefaultRange = "7d";
    private const int MaxGroups = 100;
    private const int SparkBuckets = 42;
    private const int ChartBuckets = 98;
    private const int MaxLatest = 100;

    /// <summary>Remembers who decided last, so that nobody types it twice.</summary>
    public static async Task<IResult> List(HttpRequest request, FailureQueries failures, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (range, problem) = TimeRange.Read(request.Query, now, DefaultRange);
        if (range is null)
            return PageProblems.NotUnderstood(problem!);
        var (asked, refused) = FailureListQuery.Parse(
            request.Query.Where(p => p.Key is FailureListQuery.Name or FailureListQuery.State or FailureListQuery.Order)
                .SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, p.Key == FailureListQuery.Name ? FilterParameters.Escape(value ?? "") : value ?? "")), now);
        if (asked is null)
            return PageProblems.NotUnderstood(refused!);
        var query = asked with { From = range.From, To = range.To, Bucket = range.Bucket(SparkBuckets), Limit = MaxGroups };
        return new Html<FailuresPage>((nameof(FailuresPage.Model),
            new FailuresModel(range, query.States, query.Names.Count == 0 ? null : query.Names[0], query.Sort, await failures.List(query, now, ct))));
    }

    public static async Task<IResult> Matrix(FailureMatrixQueries failures, TimeProvider time, CancellationToken ct) =>
        new Html<MatrixPage>((nameof(MatrixPage.Model), await failures.Ask(time.GetUtcNow().UtcDateTime, ct)));

    public static Task<IResult> One(string id, HttpContext context, FailureQueries failures, TaskDetailQueries tasks, TimeProvider time, CancellationToken ct) =>
        One(id, context, failures, tasks, time, DecisionForm.Empty with { By = VisitorName.Of(context) }, null, ct);

    private static async Task<IResult> One(string id, HttpContext context, FailureQueries failures, TaskDetailQueries tasks, TimeProvider time,
        DecisionForm form, string? refused, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (range, problem) = TimeRange.Read(context.Request.Query, now, DefaultRange);
        if (range is null)
            return PageProblems.NotUnderstood(problem!);
        var query = new FailureListQuery([], [], range.From, range.To, range.Bucket(ChartBuckets), FailureListQuery.ByFailed, 1);
        if (!Guid.TryParseExact(id, "N", out var group) || await failures.Find(group, query, now, ct) is not { } detail)
            return NotFound(id);
        var chart = new TimeChart("Failed tasks", ChartKind.Stack, ChartUnit.Count, detail.BucketsFrom, TimeSpan.FromSeconds(detail.Bucket),
            [ChartSeries.Counts("Failure", "s-failure", detail.Failure.Sparkline)], $"/failures/{id}?");
        var model = new FailureModel(range, detail, await tasks.Find(detail.Failure.Sample.TaskId, ct), chart, form, refused);
        return new Html<FailurePage>((nameof(FailurePage.Model), model)) { Status = refused is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    /// <summary>How the group's tasks are spread: reads their rows, and is asked for by the page when the rest is there.</summary>
    public static async Task<IResult> Spread(string id, HttpRequest request, FacetQueries facets, TaskQueries tasks, CancellationToken ct)
    {
        if (!Guid.TryParseExact(id, "N", out var group))
            return NotFound(id);
        var filter = TextTerm.Exactly(TextField.Group, [group.ToString("N")]);
        var counted = facets.Ask(filter, ct);
        var latest = (await tasks.List(filter, TaskOrder.Newest, null, MaxLatest, ct)).Items;
        var model = new FailureSpread(id, await counted, latest, MessageVariant.Of(latest.Select(t => t.Exception).OfType<string>()));
        return request.IsPart() ? new Html<SpreadPart>((nameof(SpreadPart.Model), model)) : new Html<SpreadPage>((nameof(SpreadPage.Model), model));
    }

    public static async Task<IResult> Decide(string id, HttpContext context, FailureQueries failures, TaskDetailQueries tasks, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasFormContentType)
            return PageProblems.NotUnderstood("A decision is sent as a form; programs use POST /api/v1/failures/{id}/state.");
        var fields = await context.Request.ReadFormAsync(ct);
        var form = new DecisionForm(fields["state"].ToString(), fields["by"].ToString(), fields["reason"].ToString(), fields["until_days"].ToString(),
            fields["until_count"].ToString());
        var (decision, problem) = Read(form, time.GetUtcNow().UtcDateTime);
        if (decision is null)
            return await One(id, context, failures, tasks, time, form, problem, ct);
        if (!Guid.TryParseExact(id, "N", out var group) || !await failures.Decide(group, decision, ct))
            return NotFound(id);
        VisitorName.Remember(context, decision.By);
        return TypedResults.Redirect($"/failures/{id}#state");
    }

    // the same rules, and the same sentences, as for the API
    private static Parsed<FailureDecision> Read(DecisionForm form, DateTime now)
    {
        var isIgnored = form.State == FailureDecision.Ignored;
        if (isIgnored && form.UntilDays.Length > 0 && !(int.TryParse(form.UntilDays, out var days) && days is > 0 and <= 3650))
            return new(null, $"\"{form.UntilDays}\" is not a number of days from 1 to 3650.");
        if (isIgnored && form.UntilCount.Length > 0 && !long.TryParse(form.UntilCount, out _))
            return new(null, $"\"{form.UntilCount}\" is not a number of failures.");
        return FailureDecisionJson.Parse(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
        {
            ["state"] = form.State,
            ["by"] = form.By,
            ["reason"] = form.Reason,
            ["until"] = isIgnored && form.UntilDays.Length > 0 ? Show.Utc(now.AddDays(int.Parse(form.UntilDays, CultureInfo.InvariantCulture))) : null,
            ["until_count"] = isIgnored && form.UntilCount.Length > 0 ? long.Parse(form.UntilCount, CultureInfo.InvariantCulture) : null,
        }), now);
    }

    private static Html<MessagePage> NotFound(string id) => PageProblems.NotFound($"No failure of a group “{Show.Cut(id, 300)}” was recorded.");
}
