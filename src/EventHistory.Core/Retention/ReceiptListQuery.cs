using EventHistory.Core.Queries;

namespace EventHistory.Core.Retention;

/// <summary>Which receipts of prunes to list: the latest, or those before one.</summary>
/// <param name="Before">Only those with a smaller id; null: from the latest on.</param>
public sealed record ReceiptListQuery(int Limit, long? Before)
{
    public const string Count = "limit";
    public const string At = "before";
    public const int MaxLimit = 500;
    public const int DefaultLimit = 50;

    public static Parsed<ReceiptListQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var query = new ReceiptListQuery(given.Count(Count, MaxLimit, DefaultLimit), given.Position(At, 1));
        return given.Problem is null ? new(query, null) : new(null, given.Problem);
    }
}
