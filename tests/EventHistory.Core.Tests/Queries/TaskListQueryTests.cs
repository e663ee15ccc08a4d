using EventHistory.Core.Queries;

namespace EventHistory.Core.Tests.Queries;

public sealed class TaskListQueryTests
{
    private static readonly DateTime _now = Given.At("10:00:00");

    [Fact]
    public void Nothing_given_is_every_task()
    {
        var query = Understood();

        Assert.Equal(1, query.Filter.Combinations);
        Assert.Null(query.Filter.From);
        Assert.Null(query.After);
        Assert.Equal(TaskListQuery.DefaultLimit, query.Limit);
    }

    [Fact]
    public void A_set_is_repeated_or_separated_by_commas()
    {
        var query = Understood(("state", "failure,retry"), ("state", "REVOKED"), ("state", "failure"), ("name", "a"), ("name", "b"));

        Assert.Equal(["FAILURE", "RETRY", "REVOKED"], query.Filter.States);
        Assert.Equal(["a", "b"], query.Filter.Names);
        Assert.Equal(6, query.Filter.Combinations);
    }

    [Fact]
    public void A_value_may_hold_a_comma()
    {
        var query = Understood(("name", TaskListQuery.Escape("odd, name") + ",plain"));

        Assert.Equal(["odd, name", "plain"], query.Filter.Names);
    }

    [Fact]
    public void Empty_fields_of_a_form_count_as_not_given()
    {
        var query = Understood(("state", ""), ("from", ""), ("limit", ""), ("cursor", ""), ("name", ",,"));

        Assert.Empty(query.Filter.States);
        Assert.Empty(query.Filter.Names);
    }

    [Fact]
    public void Characters_that_no_table_holds_are_looked_for_as_they_were_stored()
    {
        var query = Understood(("name", "a\0b"));

        Assert.Equal(["a\\u0000b"], query.Filter.Names);
    }

    [Fact]
    public void Times_may_be_relative()
    {
        var query = Understood(("from", "-2h"), ("to", "-1h"));

        Assert.Equal((Given.At("08:00:00"), Given.At("09:00:00")), (query.Filter.From, query.Filter.To));
    }

    [Theory]
    [InlineData("from", "yesterday", "from \"yesterday\" is not a time: write ISO 8601 with a zone")]
    [InlineData("to", "2026-11-21T09:30:00", "to \"2026-11-21T09:30:00\" is not a time")]
    [InlineData("cursor", "abc", "cursor \"abc\" is not one that this list gave")]
    [InlineData("limit", "0", "limit \"0\" is not a number from 1 to 500.")]
    [InlineData("limit", "501", "limit \"501\" is not a number from 1 to 500.")]
    [InlineData("limit", "ten", "limit \"ten\" is not a number from 1 to 500.")]
    [InlineData("limit", "-1", "limit \"-1\" is not a number from 1 to 500.")]
    public void What_is_wrong_is_said(string name, string value, string sentence) =>
        Assert.StartsWith(sentence, Problem((name, value)), StringComparison.Ordinal);

    [Fact]
    public void A_range_that_ends_before_it_starts_is_refused() =>
        Assert.StartsWith("from (2026-11-21T09:00:00Z) is not before to (2026-11-21T08:00:00Z)", Problem(("from", "-1h"), ("to", "-2h")), StringComparison.Ordinal);

    [Fact]
    public void One_value_is_not_two() => Assert.Equal("limit is given twice, but takes one value.", Problem(("limit", "1"), ("limit", "2")));

    [Fact]
    public void Too_many_combinations_are_refused()
    {
        var names = string.Join(',', Enumerable.Range(0, 101));

        Assert.StartsWith("202 combinations", Problem(("name", names), ("state", "FAILURE,RETRY")), StringComparison.Ordinal);
    }

    private static TaskListQuery Understood(params (string, string)[] parameters)
    {
        var (query, problem) = Parse(parameters);
        Assert.Null(problem);
        return query!;
    }

    private static string Problem(params (string, string)[] parameters)
    {
        var (query, problem) = Parse(parameters);
        Assert.Null(query);
        return problem!;
    }

    private static Parsed<TaskListQuery> Parse((string Name, string Value)[] parameters) =>
        TaskListQuery.Parse(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)), _now);
}
