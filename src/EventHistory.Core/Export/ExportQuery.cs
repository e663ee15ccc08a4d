using EventHistory.Core.Coverage;
using EventHistory.Core.Queries;
using EventHistory.Core.Search;

namespace EventHistory.Core.Export;

/// <summary>What a file of tasks is to have: which tasks, from where on, which fields, in which form.</summary>
/// <param name="After">The last row that is there already; null: none.</param>
/// <param name="SaysCoverage">Whether it begins with what is known of its completeness, and ends with how many rows it has.</param>
public sealed record ExportQuery(Filter Filter, ExportPlace? After, IReadOnlyList<ExportField> Fields, string Format, bool SaysCoverage)
{
    public const string Form = "format";
    public const string Columns = "fields";
    public const string Place = "cursor";
    public const string Coverage = "coverage";

    public const string Csv = "csv";
    public const string JsonLines = "ndjson";
    public const string Json = "json";

    /// <summary>Reads a filter (<see cref="FilterParameters"/>) and the parameters named above, and leaves others alone. Empty values count as not given, as forms send them.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<ExportQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var filter = FilterParameters.Read(given);
        var after = given.One(Place) is { } place
            ? ExportPlace.Parse(place) ?? given.Refuse<ExportPlace?>($"cursor \"{place}\" is not a place in an export: {ExportPlace.Rule}.") : null;
        var format = given.One(Form) ?? Csv;
        if (format is not (Csv or JsonLines or Json))
            given.Refuse<string>($"format \"{format}\" is not known: write {Csv}, {JsonLines} (a JSON object on each line) or {Json}.");
        var says = given.One(Coverage) ?? "true";
        if (says is not ("true" or "false"))
            given.Refuse<string>($"coverage \"{says}\" is not understood: write true or false.");
        var fields = Chosen(given);
        return given.Problem is null ? new(new ExportQuery(filter!, after, fields, format, says == "true"), null) : new(null, given.Problem);
    }

    /// <summary>The time that its tasks were first seen in, as far as the filter says.</summary>
    public Period Range => TimeTerm.Range(Filter, TimeField.FirstSeen);

    private static List<ExportField> Chosen(GivenParameters given)
    {
        var fields = new List<ExportField>();
        foreach (var name in given.Set(Columns))
        {
            if (ExportField.All.FirstOrDefault(f => f.Name == name) is { } field)
                fields.Add(field);
            else
                given.Refuse<string>($"There is no field \"{name}\": {Right(name)}");
        }
        return fields.Count > 0 ? fields : [.. ExportField.All];
    }

    private static string Right(string name) => Spelling.Nearest(name, ExportField.All.Select(f => f.Name)) is { } meant
        ? $"did you mean {meant}?"
        : $"there are {string.Join(", ", ExportField.All.Select(f => f.Name))}.";
}
