namespace EventHistory.Core.Search;

/// <summary>
/// Which tasks are meant: one type for the API, the pages, exports and whatever is saved. A closed tree of <see cref="AndFilter"/>, <see cref="OrFilter"/>,
/// <see cref="NotFilter"/> and terms, made by <see cref="AllOf"/>, <see cref="AnyOf"/> and <see cref="Negate"/>, which keep it in one normal form:
/// no group directly in one of its own kind, no part twice, no group of one, no double negation.
/// </summary>
public abstract record Filter
{
    private protected Filter() { }

    /// <summary>Every task.</summary>
    public static readonly Filter Everything = new AndFilter([]);

    public bool IsEverything => this is AndFilter { Parts.Count: 0 };

    public static Filter AllOf(params IEnumerable<Filter> parts)
    {
        var all = Values.Distinct(parts.SelectMany(part => part is AndFilter and ? and.Parts : (IEnumerable<Filter>)[part]));
        return all.Count == 1 ? all[0] : new AndFilter(all);
    }

    /// <param name="parts">At least one.</param>
    public static Filter AnyOf(params IEnumerable<Filter> parts)
    {
        var all = Values.Distinct(parts.SelectMany(part => part is OrFilter or ? or.Parts : (IEnumerable<Filter>)[part]));
        ArgumentOutOfRangeException.ThrowIfZero(all.Count, nameof(parts));
        return all.Count == 1 ? all[0] : new OrFilter(all);
    }

    public static Filter Negate(Filter part) => part is NotFilter not ? not.Part : new NotFilter(part);

    /// <summary>The conditions that must all hold.</summary>
    public IReadOnlyList<Filter> Conditions => this is AndFilter and ? and.Parts : [this];

    /// <summary>All terms in it, wherever they stand.</summary>
    public IEnumerable<Filter> Terms => this switch
    {
        AndFilter and => and.Parts.SelectMany(part => part.Terms),
        OrFilter or => or.Parts.SelectMany(part => part.Terms),
        NotFilter not => not.Part.Terms,
        _ => [this],
    };

    /// <summary>As <see cref="SearchQuery.Parse"/> reads it: the same filter comes out.</summary>
    public sealed override string ToString() => FilterText.Of(this);
}

public sealed record AndFilter : Filter
{
    internal AndFilter(Values<Filter> parts) => Parts = parts;

    /// <summary>None: every task.</summary>
    public Values<Filter> Parts { get; }
}

public sealed record OrFilter : Filter
{
    internal OrFilter(Values<Filter> parts) => Parts = parts;

    public Values<Filter> Parts { get; }
}

public sealed record NotFilter : Filter
{
    internal NotFilter(Filter part) => Part = part;

    public Filter Part { get; }
}
