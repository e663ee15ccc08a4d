using EventHistory.Core.Coverage;

namespace EventHistory.Core.Tests.Coverage;

public sealed class CoverageQueryTests
{
    private static readonly DateTime _now = Given.At("12:00:00");

    private static (CoverageQuery? Query, string? Problem) Parse(params (string, string)[] given)
    {
        var (query, problem) = CoverageQuery.Parse(given.Select(p => KeyValuePair.Create(p.Item1, p.Item2)), _now);
        return (query, problem);
    }

    [Fact]
    public void Without_a_range_it_is_about_the_last_24_hours() =>
        Assert.Equal(new CoverageQuery(_now.AddDays(-1), _now, null), Parse(("from", ""), ("source", "")).Query);

    [Fact]
    public void Only_an_end_means_the_24_hours_before_it() =>
        Assert.Equal(new CoverageQuery(Given.At("10:00:00").AddDays(-1), Given.At("10:00:00"), null), Parse(("to", "2026-11-21T10:00:00Z")).Query);

    [Fact]
    public void Only_a_start_means_until_now() =>
        Assert.Equal(new CoverageQuery(Given.At("10:00:00"), _now, "shop"), Parse(("from", "-2h"), ("source", "shop")).Query);

    [Theory]
    [InlineData("from", "yesterday", "from \"yesterday\" is not a time: write ISO 8601 with a zone")]
    [InlineData("to", "2026-11-21T10:00:00", "to \"2026-11-21T10:00:00\" is not a time:")]
    [InlineData("from", "2026-11-21T13:00:00Z", "from (2026-11-21T13:00:00Z) is not before to (2026-11-21T12:00:00Z):")]
    public void What_is_not_understood_is_told_what_would_be_right(string name, string value, string problem) =>
        Assert.StartsWith(problem, Parse((name, value)).Problem, StringComparison.Ordinal);

    [Fact]
    public void One_value_twice_is_refused() =>
        Assert.Equal("source is given twice, but takes one value.", Parse(("source", "a"), ("source", "b")).Problem);
}
