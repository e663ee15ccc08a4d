using System.Globalization;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Queries;

/// <summary>The query string of a list of tasks, understood: which tasks, after which row, how many.</summary>
public sealed record TaskListQuery(TaskFilter Filter, Cursor? After, int Limit)
{
    public const string State = "state";
    public const string Name = "name";
    public const string Worker = "worker";
    public const string From = "from";
    public const string To = "to";
    public const string Count = "limit";
    public const string Place = "cursor";

    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;
    public const int MaxCombinations = 200;

    /// <summary>Reads the parameters named above and leaves others alone. Empty values count as not given, as forms send them.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<TaskListQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = parameters.Where(p => p.Value.Length > 0).ToLookup(p => p.Key, p => p.Value, StringComparer.Ordinal);
        string? problem = null;
        var filter = new TaskFilter
        {
            States = Set(given[State].Select(s => s.ToUpperInvariant())),
            Names = Set(given[Name]),
            Workers = Set(given[Worker]),
            From = Time(From),
            To = Time(To),
        };
        var after = One(Place) is { } place ? Cursor.Parse(place) ?? Refuse<Cursor?>(
            $"cursor \"{place}\" is not one that this list gave: take next_cursor of the page before, unchanged, or leave it out for the first page.") : null;
        var limit = One(Count) is { } count ? Limited(count) : DefaultLimit;

        if (filter.From >= filter.To)
            Refuse<int>($"from ({Iso(filter.From)}) is not before to ({Iso(filter.To)}): a range includes its start and excludes its end.");
        if (filter.Combinations > MaxCombinations)
            Refuse<int>($"{filter.Combinations} combinations of state, name and worker are too many for one question: at most {MaxCombinations}.");
        return problem is null ? new(new TaskListQuery(filter, after, limit), null) : new(null, problem);

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

        int Limited(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxLimit
                ? number
                : Refuse<int>($"limit \"{text}\" is not a number from 1 to {MaxLimit}.");
    }

    /// <summary>A value as it is written in a set: <c>a\,b</c> stands for a value with a comma.</summary>
    public static string Escape(string value) => value.Replace(",", "\\,", StringComparison.Ordinal);

    private static List<string> Set(IEnumerable<string> values) =>
        [.. values.Select(JsonText.Storable).SelectMany(Split).Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> Split(string text) =>
        text.Replace("\\,", "\0", StringComparison.Ordinal).Split(',').Select(v => v.Replace('\0', ','));

    private static string Iso(DateTime? at) => at!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
