using System.Globalization;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Queries;

/// <summary>The parameters of a query string while they are being understood. Empty values count as not given, as forms send them.</summary>
/// <param name="now">UTC; what <c>-2h</c> counts from.</param>
internal sealed class GivenParameters(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
{
    private readonly ILookup<string, string> _values = parameters.Where(p => p.Value.Length > 0).ToLookup(p => p.Key, p => p.Value, StringComparer.Ordinal);

    /// <summary>The first thing that is wrong, as a sentence; null: nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>UTC; what <c>-2h</c> counts from.</summary>
    public DateTime Now => now;

    public IEnumerable<string> this[string name] => _values[name];

    public T? Refuse<T>(string sentence)
    {
        Problem ??= sentence;
        return default;
    }

    /// <summary>The value of a parameter that takes one; null: not given.</summary>
    public string? One(string name)
    {
        var values = _values[name].Distinct(StringComparer.Ordinal).Take(2).ToList();
        return values.Count < 2 ? values.FirstOrDefault() : Refuse<string>($"{name} is given twice, but takes one value.");
    }

    /// <summary>The distinct values of a parameter that may be repeated, each as it stands: ids may hold commas.</summary>
    public IReadOnlyList<string> Each(string name, int most) =>
        AtMost(most, name, [.. _values[name].Select(JsonText.Storable).Distinct(StringComparer.Ordinal)]);

    /// <param name="name">Of the parameter.</param>
    /// <param name="first">The smallest number that makes sense.</param>
    public long? Position(string name, long first) => One(name) is { } text ? Position(name, text, first) : null;

    /// <param name="name">Where the text is from.</param>
    public long? Position(string name, string text, long first) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position >= first ? position
        : Refuse<long?>($"{name} \"{text}\" is not a position: write a whole number from {first}.");

    public DateTime? Time(string name) => One(name) is not { } text ? null
        : TimeText.Parse(text, now) ?? Refuse<DateTime?>($"{name} \"{text}\" is not a time: {TimeText.Rule}.");

    /// <param name="name">Of the parameter.</param>
    /// <param name="most">The largest number that is taken.</param>
    /// <param name="byDefault">If it is not given.</param>
    public int Count(string name, int most, int byDefault)
    {
        var (count, problem) = CountText.Read(name, One(name) ?? "", most, byDefault);
        return problem is null ? count : Refuse<int>(problem);
    }

    /// <summary>The values of a parameter that takes several: repeated, or separated by commas; <c>a\,b</c> is a value with a comma.</summary>
    /// <param name="name">Of the parameter.</param>
    /// <param name="most">How many are taken.</param>
    public IReadOnlyList<string> Set(string name, int most = int.MaxValue) => AtMost(most, name,
        [.. _values[name].Select(JsonText.Storable).SelectMany(Split).Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)]);

    public string? OneOf(string name, string value, IReadOnlyList<string> known) => known.Contains(value) ? value
        : Refuse<string>($"{name} \"{value}\" is not understood: there are {string.Join(", ", known)}.");

    /// <summary><c>from</c> and <c>to</c>: by default the time until now.</summary>
    public (DateTime From, DateTime To) Range(TimeSpan byDefault)
    {
        var to = Time("to") ?? now;
        var from = Time("from") ?? new DateTime(Math.Max(to.Ticks - byDefault.Ticks, 0), DateTimeKind.Utc);
        RefuseUnlessBefore(from, to);
        return (from < DateTime.UnixEpoch && to > DateTime.UnixEpoch ? DateTime.UnixEpoch : from, to); // no event is older
    }

    /// <summary>How wide buckets are: as asked for, or chosen so that there are not too many.</summary>
    /// <param name="chosen">So many at most if none is asked for.</param>
    /// <param name="most">So many at most in any case.</param>
    public TimeSpan Bucket(string name, DateTime from, DateTime to, int chosen, int most)
    {
        if (Problem is not null || One(name) is not { } text)
            return BucketWidth.Choose(from, to, chosen);
        if (BucketWidth.Parse(text) is not { } width)
            return Refuse<TimeSpan>($"{name} \"{text}\" is not a bucket: {BucketWidth.Rule}.");
        return (to - from) / width <= most ? width
            : Refuse<TimeSpan>($"{name} {text} gives more than {most} buckets between from and to: take a wider one, or a shorter range.");
    }

    public void RefuseUnlessBefore(DateTime? from, DateTime? to)
    {
        if (from >= to)
            Refuse<int>($"from ({Iso(from)}) is not before to ({Iso(to)}): a range includes its start and excludes its end.");
    }

    private IReadOnlyList<string> AtMost(int most, string name, IReadOnlyList<string> values) => values.Count <= most ? values
        : Refuse<IReadOnlyList<string>>($"{values.Count} values of {name} are too many for one question: at most {most}.") ?? [];

    private static IEnumerable<string> Split(string text) =>
        text.Replace("\\,", "\0", StringComparison.Ordinal).Split(',').Select(v => v.Replace('\0', ','));

    private static string Iso(DateTime? at) => at!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
