namespace EventHistory.Core.Export;

/// <summary>What stands before the rows of an export.</summary>
/// <param name="From">What was asked for, as far as the log goes: tasks first seen from here on.</param>
/// <param name="To">And before this.</param>
/// <param name="Complete">Whether that time is recorded whole; null: it cannot be told, or not yet.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="Filter">The tasks asked for, in the search language; empty: all of them.</param>
/// <param name="What">Begins the sentence "… from … to …".</param>
public sealed record ExportHead(DateTime From, DateTime To, bool? Complete, string Reason, string Filter, string What = "Tasks first seen")
{
    /// <summary>Whether all of it was recorded, in a word or two.</summary>
    public string Completeness => Complete switch { true => "complete", false => "NOT complete", null => "not known to be complete" };
}

/// <summary>What stands behind the rows: a file without it is not whole.</summary>
/// <param name="Cursor">Where to go on; null: there were no rows.</param>
/// <param name="Problem">Why it ends before all rows are there; null: it does not.</param>
public sealed record ExportEnd(long Rows, string? Cursor, string? Problem);
