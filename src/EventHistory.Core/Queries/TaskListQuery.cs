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
        var given = new GivenParameters(parameters, now);
        var filter = new TaskFilter
        {
            States = Set(given[State].Select(s => s.ToUpperInvariant())),
            Names = Set(given[Name]),
            Workers = Set(given[Worker]),
            From = given.Time(From),
            To = given.Time(To),
        };
        var after = given.One(Place) is { } place ? Cursor.Parse(place) ?? given.Refuse<Cursor?>(
            $"cursor \"{place}\" is not one that this list gave: take next_cursor of the page before, unchanged, or leave it out for the first page.") : null;
        var limit = given.One(Count) is { } count ? Limited(count) : DefaultLimit;

        given.RefuseUnlessBefore(filter.From, filter.To);
        if (filter.Combinations > MaxCombinations)
            given.Refuse<int>($"{filter.Combinations} combinations of state, name and worker are too many for one question: at most {MaxCombinations}.");
        return given.Problem is null ? new(new TaskListQuery(filter, after, limit), null) : new(null, given.Problem);

        int Limited(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxLimit
                ? number
                : given.Refuse<int>($"limit \"{text}\" is not a number from 1 to {MaxLimit}.");
    }

    /// <summary>A value as it is written in a set: <c>a\,b</c> stands for a value with a comma.</summary>
    public static string Escape(string value) => value.Replace(",", "\\,", StringComparison.Ordinal);

    private static List<string> Set(IEnumerable<string> values) =>
        [.. values.Select(JsonText.Storable).SelectMany(Split).Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> Split(string text) =>
        text.Replace("\\,", "\0", StringComparison.Ordinal).Split(',').Select(v => v.Replace('\0', ','));
}
