using EventHistory.Core.Queries;

namespace EventHistory.Core.Search;

/// <summary>
/// A filter given in a query string: as text in <see cref="Query"/>, as parameters named after the qualifiers of the language, or both; all of them
/// must hold. A parameter's value is what stands behind the colon, without quotes; those of names, workers, queues, states and ids are whole
/// values, repeated or separated by commas (<c>\,</c> is a comma inside of one).
/// </summary>
public static class FilterParameters
{
    public const string Query = "q";
    public const string State = "state";
    public const string Name = "name";
    public const string Worker = "worker";
    /// <summary>First seen at or after this time.</summary>
    public const string From = "from";
    /// <summary>First seen before this time.</summary>
    public const string To = "to";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> Names = [Query, .. Qualifier.All.Select(q => q.Name), From, To];

    /// <summary>A value as it is written where several may stand.</summary>
    public static string Escape(string value) => value.Replace(",", "\\,", StringComparison.Ordinal);

    /// <summary>Reads all of them, and leaves others alone.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<Filter> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        return new(Read(given), given.Problem);
    }

    /// <returns>Null when something is wrong, which is then said.</returns>
    internal static Filter? Read(GivenParameters given)
    {
        var parts = new List<Filter>();
        if (given.One(Query) is { } text)
        {
            var (filter, problem) = SearchQuery.Parse(text, given.Now);
            parts.Add(filter ?? given.Refuse<Filter>(problem!)!);
        }
        foreach (var qualifier in Qualifier.All)
            parts.AddRange(Read(qualifier, given));
        var (from, to) = (given.Time(From), given.Time(To));
        given.RefuseUnlessBefore(from, to);
        if (from is not null || to is not null)
            parts.Add(new TimeTerm(TimeField.FirstSeen, from, to));
        return given.Problem is null ? Filter.AllOf(parts) : null;
    }

    private static IEnumerable<Filter> Read(Qualifier qualifier, GivenParameters given)
    {
        if (qualifier.Text is { } field && TextFields.TakesSet(field))
        {
            var values = given.Set(qualifier.Name).Select(value => TextFields.Normal(field, value)).ToList();
            return values.Count > 0 ? [TextTerm.Exactly(field, values)] : [];
        }
        return given[qualifier.Name].Select(value => Read(qualifier, value, given)).OfType<Filter>();
    }

    private static Filter? Read(Qualifier qualifier, string value, GivenParameters given)
    {
        var (letters, faults) = (Letters.Of(value), new SearchFaults());
        return new TermReader(given.Now, faults).Read(qualifier, letters, letters) ?? given.Refuse<Filter>(faults.First!.InParameter(qualifier.Name));
    }
}
