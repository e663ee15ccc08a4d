using System.Globalization;
using EventHistory.Core.Export;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Reports;

/// <summary>How the values of a column are shown to people; files have them as they are.</summary>
public enum ColumnLook
{
    Plain,
    /// <summary>Seconds.</summary>
    Duration,
    /// <summary>1 is 100 %.</summary>
    Change,
    /// <summary>Leads to the page of the task.</summary>
    TaskId,
    /// <summary>Leads to the page of the failure group.</summary>
    FailureId,
    State,
}

/// <summary>A column of a report.</summary>
/// <param name="Field">Its name in files, and what its values are.</param>
/// <param name="Title">Above it, for people.</param>
public sealed record ReportColumn(ExportField Field, string Title, ColumnLook Look = ColumnLook.Plain)
{
    public static ReportColumn Text(string name, string title, ColumnLook look = ColumnLook.Plain) => new(new(name, ExportKind.Text), title, look);

    public static ReportColumn Time(string name, string title) => new(new(name, ExportKind.Time), title);

    public static ReportColumn Number(string name, string title, ColumnLook look = ColumnLook.Plain) => new(new(name, ExportKind.Number), title, look);

    public bool IsNumber => Field.Kind == ExportKind.Number;
}

/// <summary>What a report found.</summary>
/// <param name="Summary">Sentences that say the most important of it.</param>
/// <param name="Rows">A value for each column: string, DateTime, long, int, double, bool, or null where it is unknown.</param>
/// <param name="Total">How many there are in all, of which these are the first; null: these are all.</param>
public sealed record ReportTable(IReadOnlyList<string> Summary, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows, TaskTotal? Total = null)
{
    /// <summary>A number of things, as a sentence says it.</summary>
    internal static string Count(long number, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{number:#,0} {(number == 1 ? one : many)}");

    public long All => Math.Max(Total?.Count ?? 0, Rows.Count);

    public string AllText => (Total is { IsExact: false } ? "about " : "") + All.ToString("#,0", CultureInfo.InvariantCulture);
}

/// <summary>A report, ready to be written.</summary>
/// <param name="Name">As its report is called.</param>
/// <param name="Head">Of which time it tells, and whether that is recorded whole.</param>
/// <param name="DueAt">When it was due, UTC.</param>
/// <param name="Zone">Times are shown in.</param>
/// <param name="Site">Where links lead to; null: there are none.</param>
public sealed record ReportContent(string Name, ExportHead Head, ReportTable Table, DateTime DueAt, TimeZoneInfo Zone, Uri? Site);
