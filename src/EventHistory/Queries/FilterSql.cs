using EventHistory.Core.Search;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>
/// A filter as a condition over <c>eventhistory.task t</c>. Texts that are stored as labels, and states, are looked up first, so rows compare numbers
/// and indexes are of use. All that anybody gave is a parameter; the text of the condition is ours.
/// </summary>
internal sealed class FilterSql
{
    private readonly FilterLabels _labels;
    private readonly Dictionary<Filter, object> _chosen = new(ReferenceEqualityComparer.Instance);

    private FilterSql(Filter filter, FilterLabels labels) => (Filter, _labels) = (filter, labels);

    public Filter Filter { get; }

    public static async Task<FilterSql> Of(Filter filter, NpgsqlConnection connection, CancellationToken ct) =>
        new(filter, await FilterLabels.Find(filter, connection, ct));

    /// <summary>The numbers of the labels that a term of the filter is about.</summary>
    public int[] Numbers(TextTerm term) => _labels.Numbers(term);

    /// <summary>The condition, in parentheses if it needs them; its parameters are added behind those that are there.</summary>
    public string Condition(NpgsqlParameterCollection parameters) => new ConditionWriter(_labels, parameters, _chosen).Write(Filter);

    /// <summary>
    /// The same filter as several, of which each is about one state and one name of those that it asks for: only then does an index give rows in
    /// their order. Just this one if it asks for none, or for too many combinations; none if nothing can match.
    /// </summary>
    public IReadOnlyList<FilterSql> Walks(int most)
    {
        var conditions = Filter.Conditions.OfType<TextTerm>().ToList();
        List<FilterSql> walks = [this];
        if (conditions.Find(term => term.Field == TextField.State) is { } state)
            walks = Split(walks, state, [.. _labels.States(state.Patterns)]);
        if (conditions.Find(term => term.Field == TextField.Name) is { } name)
            walks = Split(walks, name, [.. _labels.Numbers(name).Cast<object>()]);
        return walks.Count <= most ? walks : [this];
    }

    private static List<FilterSql> Split(List<FilterSql> walks, Filter term, object[] values) =>
        [.. walks.SelectMany(walk => values.Select(value => walk.With(term, value)))];

    private FilterSql With(Filter term, object value)
    {
        var walk = new FilterSql(Filter, _labels);
        foreach (var (other, chosen) in _chosen)
            walk._chosen[other] = chosen;
        walk._chosen[term] = value;
        return walk;
    }
}
