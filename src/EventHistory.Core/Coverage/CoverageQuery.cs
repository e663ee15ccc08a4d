using System.Globalization;
using EventHistory.Core.Celery;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Coverage;

/// <summary>The query string of a question about coverage, understood.</summary>
/// <param name="Source">Null: all of them.</param>
public sealed record CoverageQuery(DateTime From, DateTime To, string? Source)
{
    public const string Start = "from";
    public const string End = "to";
    public const string Only = "source";

    public static readonly TimeSpan DefaultRange = TimeSpan.FromHours(24);

    /// <summary>Reads the parameters named above and leaves others alone. Empty values count as not given, as forms send them.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<CoverageQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = parameters.Where(p => p.Value.Length > 0).ToLookup(p => p.Key, p => p.Value, StringComparer.Ordinal);
        string? problem = null;
        var to = Time(End) ?? now;
        var from = Time(Start) ?? (to.Ticks > DefaultRange.Ticks ? to - DefaultRange : DateTime.MinValue);
        var source = One(Only) is { } name ? JsonText.Storable(name) : null;
        if (from >= to)
            Refuse<int>($"from ({Iso(from)}) is not before to ({Iso(to)}): a range includes its start and excludes its end.");
        return problem is null ? new(new CoverageQuery(from, to, source), null) : new(null, problem);

        T? Refuse<T>(string sentence)
        {
            problem ??= sentence;
            return default;
        }

        string? One(string name)
        {
            var values = given[name].Distinct(StringComparer.Ordinal).Take(2).ToList();
            return values.Count < 2 ? values.FirstOrDefault() : Refuse<string>($"{name} is given twice, but takes one value.");
        }

        DateTime? Time(string name) => One(name) is not { } text ? null
            : TimeText.Parse(text, now) ?? Refuse<DateTime?>($"{name} \"{text}\" is not a time: {TimeText.Rule}.");
    }

    private static string Iso(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
