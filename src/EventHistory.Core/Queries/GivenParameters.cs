using System.Globalization;

namespace EventHistory.Core.Queries;

/// <summary>The parameters of a query string while they are being understood. Empty values count as not given, as forms send them.</summary>
/// <param name="now">UTC; what <c>-2h</c> counts from.</param>
internal sealed class GivenParameters(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
{
    private readonly ILookup<string, string> _values = parameters.Where(p => p.Value.Length > 0).ToLookup(p => p.Key, p => p.Value, StringComparer.Ordinal);

    /// <summary>The first thing that is wrong, as a sentence; null: nothing.</summary>
    public string? Problem { get; private set; }

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

    public DateTime? Time(string name) => One(name) is not { } text ? null
        : TimeText.Parse(text, now) ?? Refuse<DateTime?>($"{name} \"{text}\" is not a time: {TimeText.Rule}.");

    public void RefuseUnlessBefore(DateTime? from, DateTime? to)
    {
        if (from >= to)
            Refuse<int>($"from ({Iso(from)}) is not before to ({Iso(to)}): a range includes its start and excludes its end.");
    }

    private static string Iso(DateTime? at) => at!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
