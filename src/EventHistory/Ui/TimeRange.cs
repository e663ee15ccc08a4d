using System.Globalization;
using EventHistory.Core.Queries;

namespace EventHistory.Ui;

/// <summary>The stretch of time that a page is about: until now, or between two moments.</summary>
/// <param name="Name">One of <see cref="All"/>; null: between two moments.</param>
/// <param name="From">UTC.</param>
/// <param name="To">UTC, excluded.</param>
public sealed record TimeRange(string? Name, DateTime From, DateTime To)
{
    public const string Parameter = "range";

    /// <summary>What is offered.</summary>
    public static readonly IReadOnlyList<(string Name, TimeSpan Length)> All =
    [
        ("1h", TimeSpan.FromHours(1)), ("3h", TimeSpan.FromHours(3)), ("24h", TimeSpan.FromHours(24)), ("3d", TimeSpan.FromDays(3)),
        ("7d", TimeSpan.FromDays(7)), ("30d", TimeSpan.FromDays(30)),
    ];

    public TimeSpan Length => To - From;

    /// <summary>As the end of a sentence: "in the last 24 h".</summary>
    public string Words => Name is null ? "in this range" : $"in the last {Name[..^1]} {Name[^1]}";

    /// <summary>For an address; the moments of a range that is not one of <see cref="All"/> are in it.</summary>
    public string Query => Name is null ? $"from={Moment(From)}&to={Moment(To)}" : $"{Parameter}={Name}";

    /// <summary>The same length of time just before.</summary>
    public TimeRange Before => new(null, From.Ticks > Length.Ticks ? From - Length : DateTime.MinValue, From);

    /// <summary>How wide buckets are, so that there are no more than this.</summary>
    public TimeSpan Bucket(int most) => BucketWidth.Choose(From, To, most);

    /// <summary>Reads <c>range</c>, or <c>from</c> and <c>to</c>.</summary>
    /// <param name="now">UTC.</param>
    /// <param name="byDefault">One of <see cref="All"/>.</param>
    /// <returns>The range; or a sentence that says what would be right.</returns>
    public static Parsed<TimeRange> Read(IQueryCollection query, DateTime now, string byDefault)
    {
        var (from, to) = (query["from"].ToString(), query["to"].ToString());
        return from.Length + to.Length > 0 ? Between(from, to, now) : Named(query[Parameter].ToString() is { Length: > 0 } name ? name : byDefault, now);
    }

    private static Parsed<TimeRange> Named(string name, DateTime now) => All.FirstOrDefault(range => range.Name == name) is { Name: not null } found
        ? new(new TimeRange(name, now - found.Length, now), null)
        : new(null, $"range \"{name}\" is not known: there are {string.Join(", ", All.Select(range => range.Name))}, or from and to.");

    private static Parsed<TimeRange> Between(string from, string to, DateTime now)
    {
        var end = to.Length == 0 ? now : TimeText.Parse(to, now);
        if (end is null)
            return new(null, $"to \"{to}\" is not a time: {TimeText.Rule}.");
        var start = from.Length == 0 ? DateTime.MinValue : TimeText.Parse(from, now);
        if (start is null)
            return new(null, $"from \"{from}\" is not a time: {TimeText.Rule}.");
        if (start < DateTime.UnixEpoch && end > DateTime.UnixEpoch)
            start = DateTime.UnixEpoch; // no event is older
        return start < end ? new(new TimeRange(null, start.Value, end.Value), null)
            : new(null, $"from ({Moment(start.Value)}) is not before to ({Moment(end.Value)}): a range includes its start and excludes its end.");
    }

    private static string Moment(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
