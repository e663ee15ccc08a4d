using EventHistory.Core.Queries;

namespace EventHistory.Core.Tests.Queries;

public sealed class EventListQueryTests
{
    [Fact]
    public void Without_parameters_the_latest_come_first() =>
        Assert.Equal((false, null, null, 100), Parse().Value switch { { } q => (q.Ascending, q.After, q.Before, q.Limit), _ => default });

    [Fact]
    public void Whoever_follows_the_log_reads_it_forwards() => Assert.True(Parse(("after", "0")).Value!.Ascending);

    [Theory]
    [InlineData("after", "-1", "after \"-1\" is not a position: write a whole number from 0.")]
    [InlineData("before", "0", "before \"0\" is not a position: write a whole number from 1.")]
    [InlineData("after", "9223372036854775808", "after \"9223372036854775808\" is not a position: write a whole number from 0.")]
    [InlineData("order", "up", "order \"up\" is not known: write asc (by position) or desc (the latest first).")]
    [InlineData("limit", "0", "limit \"0\" is not a number from 1 to 1000.")]
    [InlineData("from", "soon", "from \"soon\" is not a time: write ISO 8601")]
    [InlineData("type", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", "21 values of type are too many for one question: at most 20.")]
    public void What_cannot_be_understood_is_said(string name, string value, string sentence) =>
        Assert.StartsWith(sentence, Parse((name, value)).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("after", "7", "before", "7", "No position is after 7 and before 7.")]
    [InlineData("from", "2026-11-21T10:00:00Z", "to", "2026-11-21T10:00:00Z", "from (2026-11-21T10:00:00Z) is not before to")]
    [InlineData("source", "a", "source", "b", "source is given twice, but takes one value.")]
    public void What_contradicts_itself_is_said(string name, string value, string other, string otherValue, string sentence) =>
        Assert.StartsWith(sentence, Parse((name, value), (other, otherValue)).Problem, StringComparison.Ordinal);

    private static Parsed<EventListQuery> Parse(params (string Name, string Value)[] parameters) =>
        EventListQuery.Parse(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)), Given.At("12:00:00"));
}
