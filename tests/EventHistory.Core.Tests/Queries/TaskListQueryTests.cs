using EventHistory.Core.Queries;
using EventHistory.Core.Search;

namespace EventHistory.Core.Tests.Queries;

public sealed class TaskListQueryTests
{
    private static readonly DateTime _now = Given.At("10:00:00");

    [Fact]
    public void Nothing_given_is_every_task()
    {
        var query = Understood();

        Assert.True(query.Filter.IsEverything);
        Assert.Null(query.Place);
        Assert.Equal(TaskListQuery.DefaultLimit, query.Limit);
    }

    [Fact]
    public void A_set_is_repeated_or_separated_by_commas() =>
        Assert.Equal("name:=a,=b state:FAILURE,RETRY,REVOKED", Filter(("state", "failure,retry"), ("state", "REVOKED"), ("state", "failure"), ("name", "a"), ("name", "b")));

    [Fact]
    public void A_value_may_hold_a_comma() => Assert.Equal("name:=\"odd, name\",=plain", Filter(("name", FilterParameters.Escape("odd, name") + ",plain")));

    [Fact]
    public void Empty_fields_of_a_form_count_as_not_given() =>
        Assert.True(Understood(("q", ""), ("state", ""), ("from", ""), ("limit", ""), ("cursor", ""), ("name", ",,")).Filter.IsEverything);

    [Fact]
    public void Characters_that_no_table_holds_are_looked_for_as_they_were_stored() => Assert.Equal("name:=\"a\\\\u0000b\"", Filter(("name", "a\0b")));

    [Fact]
    public void Times_may_be_relative() => Assert.Equal("first_seen:2026-11-21T08:00:00Z..2026-11-21T09:00:00Z", Filter(("from", "-2h"), ("to", "-1h")));

    [Fact]
    public void Every_qualifier_is_a_parameter_with_its_values_as_they_are() =>
        Assert.Equal(Filter(("q", "id:a queue:=celery args:\"(1, \\\"x\\\")\" kwargs:user=42 retries:>2 started:-2h has:traceback")),
            Filter(("id", "a"), ("queue", "celery"), ("args", "(1, \"x\")"), ("kwargs", "user=42"), ("retries", ">2"), ("started", "-2h"), ("has", "traceback")));

    [Fact]
    public void The_language_and_plain_parameters_must_both_hold() =>
        Assert.Equal("(shop OR mail) state:FAILURE", Filter(("q", "shop OR mail"), ("state", "FAILURE")));

    [Fact]
    public void An_order_and_fields_may_be_asked_for()
    {
        var query = Understood(("sort", "runtime"), ("order", "asc"), ("fields", "id,queue_wait"), ("total", "true"));

        Assert.Equal(new TaskOrder(TaskSort.Runtime, IsDescending: false), query.Order);
        Assert.Equal(["id", "queue_wait"], query.Fields);
        Assert.True(query.IsCounted);
        Assert.Equal((TaskOrder.Newest, null, false), (Understood().Order, Understood().Fields, Understood().IsCounted));
    }

    [Theory]
    [InlineData("sort", "name", "sort \"name\" is not understood: there are first_seen, finished, received, started, runtime, wait.")]
    [InlineData("order", "up", "order \"up\" is not understood: there are desc, asc.")]
    [InlineData("fields", "id,runtim", "A task has no field \"runtim\": did you mean runtime?")]
    [InlineData("total", "yes", "total \"yes\" is not understood: there are true, false.")]
    [InlineData("from", "yesterday", "from \"yesterday\" is not a time: write ISO 8601 with a zone")]
    [InlineData("to", "2026-11-21T09:30:00", "to \"2026-11-21T09:30:00\" is not a time")]
    [InlineData("q", "name:", "Search qualifier requires a value at position 0.")]
    [InlineData("runtime", ">x", "runtime: \">x\" is not a duration: write a comparison")]
    [InlineData("args", "ab", "args: Substring search terms must contain at least 3 characters.")]
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

    private static string Filter(params (string, string)[] parameters) => Understood(parameters).Filter.ToString();

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
