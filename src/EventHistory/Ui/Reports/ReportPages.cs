using EventHistory.Core.Reports;
using EventHistory.Reports;

namespace EventHistory.Ui.Reports;

/// <summary><c>/reports</c>: schedules, runs, and what became of them.</summary>
internal static class ReportPages
{
    private const int MaxRuns = 50;

    /// <summary>Of more, a preview shows the first.</summary>
    public const int PreviewRows = 50;

    public static Task<IResult> List(HttpContext context, ReportBook book, SavedQueries saved, CancellationToken ct) =>
        List(ReportFields.New(VisitorName.Of(context)), null, book, saved, ct);

    private static async Task<IResult> List(ReportFields fields, string? problem, ReportBook book, SavedQueries saved, CancellationToken ct)
    {
        var reports = book.All(ct);
        var model = new ReportsModel(await reports, await saved.All(ct), fields, problem);
        return new Html<ReportsPage>((nameof(ReportsPage.Model), model)) { Status = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    public static async Task<IResult> One(string id, HttpContext context, ReportBook book, RunHistory history, SavedQueries saved, CancellationToken ct) =>
        Guid.TryParse(id, out var known) && await book.Find(known, ct) is { } report
            ? await One(report, ReportFields.Of(report, VisitorName.Of(context)), null, history, saved, ct)
            : NotFound(id);

    private static async Task<IResult> One(ReportView report, ReportFields fields, string? problem, RunHistory history, SavedQueries saved, CancellationToken ct)
    {
        var runs = await history.Of([report.Id], MaxRuns, ct);
        var model = new ReportModel(report, [.. runs[report.Id]], await saved.All(ct), fields, problem);
        return new Html<ReportPage>((nameof(ReportPage.Model), model)) { Status = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    public static async Task<IResult> Add(HttpContext context, ReportBook book, RunHistory history, SavedQueries saved, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasFormContentType)
            return NotAForm();
        var fields = ReportFields.Read(await context.Request.ReadFormAsync(ct));
        var (view, problem) = await Put(fields, Guid.NewGuid(), null, context, book, time, ct);
        return view is null ? await List(fields, problem, book, saved, ct) : await Done(view, history, saved, ct);
    }

    public static async Task<IResult> Change(string id, HttpContext context, ReportBook book, RunHistory history, SavedQueries saved, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasFormContentType)
            return NotAForm();
        if (!Guid.TryParse(id, out var known) || await book.Definition(known, ct) is not { } before)
            return NotFound(id);
        var fields = ReportFields.Read(await context.Request.ReadFormAsync(ct));
        var (view, problem) = await Put(fields, known, before, context, book, time, ct);
        return view is not null ? await Done(view, history, saved, ct)
            : await book.Find(known, ct) is { } report ? await One(report, fields, problem, history, saved, ct)
            : NotFound(id);
    }

    /// <summary>What is in the form, as it would be told now: nothing is kept, nothing is delivered.</summary>
    public static async Task<IResult> Preview(
        HttpContext context, ReportBook book, ReportRunner runner, RunHistory history, SavedQueries saved, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasFormContentType)
            return NotAForm();
        var form = await context.Request.ReadFormAsync(ct);
        var fields = ReportFields.Read(form);
        var before = Guid.TryParse(form["id"], out var known) ? await book.Find(known, ct) : null;
        var (draft, problem) = await book.Read(fields.Draft.Json(), before?.Id ?? Guid.NewGuid(), time.GetUtcNow().UtcDateTime, ct);
        var (content, fault) = draft is null ? (null, problem) : await Told(draft, runner, time, ct);
        return content is not null ? Previewed(before?.Id, content, await saved.All(ct), fields)
            : before is not null ? await One(before, fields, fault, history, saved, ct)
            : await List(fields, fault, book, saved, ct);
    }

    /// <summary>A report that is kept, as it would be told now.</summary>
    public static async Task<IResult> PreviewOf(
        string id, HttpContext context, ReportBook book, ReportRunner runner, RunHistory history, SavedQueries saved, TimeProvider time, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var known) || await book.Definition(known, ct) is not { } report || await book.Find(known, ct) is not { } view)
            return NotFound(id);
        var fields = ReportFields.Of(view, VisitorName.Of(context));
        var (content, fault) = await Told(report, runner, time, ct);
        return content is not null ? Previewed(known, content, await saved.All(ct), fields) : await One(view, fields, fault, history, saved, ct);
    }

    private static async Task<(ReportContent? Content, string? Problem)> Told(Report report, ReportRunner runner, TimeProvider time, CancellationToken ct)
    {
        try
        {
            return (await runner.Preview(report with { Rows = Math.Min(report.Rows, PreviewRows) }, time.GetUtcNow().UtcDateTime, ct), null);
        }
        catch (ReportException fault)
        {
            return (null, fault.Message);
        }
    }

    private static Html<ReportPreviewPage> Previewed(Guid? id, ReportContent content, IReadOnlyList<SavedQuery> queries, ReportFields fields) =>
        new((nameof(ReportPreviewPage.Model), new ReportPreviewModel(id, content, queries, fields)));

    private static async Task<(ReportView? View, string? Problem)> Put(
        ReportFields fields, Guid id, Report? before, HttpContext context, ReportBook book, TimeProvider time, CancellationToken ct)
    {
        var (report, problem) = await book.Read(fields.Json(), id, time.GetUtcNow().UtcDateTime, ct);
        if (report is null)
            return (null, problem);
        VisitorName.Remember(context, report.ChangedBy);
        return await book.Put(report, before, ct);
    }

    // a secret that was made just now is shown this once
    private static async Task<IResult> Done(ReportView view, RunHistory history, SavedQueries saved, CancellationToken ct) =>
        view.To.Any(HasSecret) ? await One(view, ReportFields.Of(view, view.ChangedBy), null, history, saved, ct) : TypedResults.Redirect($"/reports/{view.Id}");

    public static bool HasSecret(DeliveryTarget target) => target.Secret is { } secret && secret != DeliveryTarget.Masked;

    public static async Task<IResult> Run(string id, ReportBook book, ReportRunner runner, TimeProvider time, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var known) || await book.Definition(known, ct) is not { } report)
            return NotFound(id);
        await runner.Run(report, time.GetUtcNow().UtcDateTime, CancellationToken.None); // whoever asked for it may be gone: it has begun
        return TypedResults.Redirect($"/reports/{known}");
    }

    public static async Task<IResult> Delete(string id, ReportBook book, CancellationToken ct) =>
        Guid.TryParse(id, out var known) && await book.Delete(known, ct) ? TypedResults.Redirect("/reports") : NotFound(id);

    private static Html<MessagePage> NotFound(string id) => PageProblems.NotFound($"There is no report “{Show.Cut(id, 100)}”.");

    private static Html<MessagePage> NotAForm() => PageProblems.NotUnderstood("A report is sent as a form; programs use POST /api/v1/reports.");
}
