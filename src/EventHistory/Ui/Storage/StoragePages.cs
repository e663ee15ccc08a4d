using EventHistory.Core.Retention;
using EventHistory.Core.Storage;
using EventHistory.Jobs;
using EventHistory.Queries;
using EventHistory.Retention;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Storage;

/// <summary><c>/retention</c>: how much is stored, what is kept, and what would go.</summary>
internal static class StoragePages
{
    private const int MaxReceipts = 50;

    /// <summary>The job that prunes.</summary>
    private const string Pruning = "prune";

    public static Task<IResult> Page(
        StatsQueries stats, StorageQueries storage, RetentionPolicies policies, PruneReceipts receipts, TimeProvider time, CancellationToken ct) =>
        Page(null, null, stats, storage, policies, receipts, time, ct);

    private static async Task<IResult> Page(PolicyForm? form, string? problem,
        StatsQueries stats, StorageQueries storage, RetentionPolicies policies, PruneReceipts receipts, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var stored = storage.Read(now, ct);
        var latest = receipts.Latest(MaxReceipts, null, ct);
        var inForce = policies.InForce(ct);
        var counted = await stats.Ask(now, ct);
        var (policy, setAt) = await inForce;
        var model = new StorageModel(counted, await stored, Growth(await stored), form ?? PolicyForm.Of(policy), setAt, await latest, problem);
        return new Html<StoragePage>((nameof(StoragePage.Model), model)) { Status = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    public static async Task<IResult> Save(HttpRequest request,
        StatsQueries stats, StorageQueries storage, RetentionPolicies policies, PruneReceipts receipts, TimeProvider time, CancellationToken ct)
    {
        if (!request.HasFormContentType)
            return PageProblems.NotUnderstood("A policy is sent as a form; programs use PUT /api/v1/retention.");
        var fields = await request.ReadFormAsync(ct);
        var form = PolicyForm.Read(name => fields[name].ToString().Trim());
        var (policy, problem) = form.Policy();
        if (policy is null)
            return await Page(form, problem, stats, storage, policies, receipts, time, ct);
        await policies.Set(policy, time.GetUtcNow().UtcDateTime, ct);
        return TypedResults.Redirect("/retention#policy");
    }

    /// <summary>What would go by the policy that the form has. It looks at all that could go, so it is asked for by itself.</summary>
    public static async Task<IResult> Preview(HttpRequest request, Prune prune, TimeProvider time, CancellationToken ct)
    {
        var form = PolicyForm.Read(name => request.Query[name].ToString().Trim());
        var (policy, problem) = form.Policy();
        if (policy is null)
            return Answer(new PreviewModel(form, null, problem), StatusCodes.Status400BadRequest);
        if (!request.Query.ContainsKey(PreviewModel.Now))
            return Answer(new PreviewModel(form, null, null), StatusCodes.Status200OK);
        var model = await Worked(form, policy, prune, time, ct);
        return request.IsPart() ? new Html<PreviewPart>((nameof(PreviewPart.Model), model)) : Answer(model, StatusCodes.Status200OK);

        static Html<PreviewPage> Answer(PreviewModel model, int status) => new((nameof(PreviewPage.Model), model)) { Status = status };
    }

    private static async Task<PreviewModel> Worked(PolicyForm form, RetentionPolicy policy, Prune prune, TimeProvider time, CancellationToken ct)
    {
        try
        {
            return new PreviewModel(form, await prune.Preview(policy, time.GetUtcNow().UtcDateTime, ct), null);
        }
        catch (StartException busy)
        {
            return new PreviewModel(form, null, busy.Message);
        }
    }

    public static async Task<IResult> PruneNow(WorkSchedules schedules, CancellationToken ct) =>
        await schedules.RunNow(Pruning, null, ct) ? TypedResults.Redirect("/jobs") : PageProblems.NotFound("No process runs jobs here: start one with the role jobs.");

    private static TimeChart Growth(StorageView storage)
    {
        var days = storage.Days;
        if (days.Count == 0)
            return new TimeChart("On disk", ChartKind.Stack, ChartUnit.Bytes, DateTime.UnixEpoch, TimeSpan.FromDays(1), []);
        var (first, values) = TimeChart.Spread(days.Select(day => (day.Day, day)), days[0].Day, days[^1].Day.AddDays(1), TimeSpan.FromDays(1));
        return new TimeChart("On disk", ChartKind.Stack, ChartUnit.Bytes, first, TimeSpan.FromDays(1),
        [
            new("Log", "p50", [.. values.Select(day => (double?)day?.LogBytes)]),
            new("Tasks", "s-received", [.. values.Select(day => (double?)day?.TaskBytes)]),
            new("All else", "s-pending", [.. values.Select(day => (double?)(day?.Bytes - day?.LogBytes - day?.TaskBytes))]),
        ]);
    }
}
