using EventHistory.Core.Search;

namespace EventHistory.Core.Tests.Search;

public sealed class SearchPartsTests
{
    private static readonly DateTime _now = Given.At("12:00:00");

    [Theory]
    [InlineData("", "")]
    [InlineData("state:FAILURE  name:shop.*", "state:FAILURE|name:shop.*")]
    [InlineData("state:FAILURE AND finished:-7d", "state:FAILURE|finished:-7d")]
    [InlineData("name:\"a b\" -(worker:w1 OR worker:w2) mail", "name:\"a b\"|-(worker:w1 OR worker:w2)|mail")]
    [InlineData("NOT name:a (queue:q1 queue:q2)", "NOT name:a|(queue:q1 queue:q2)")]
    [InlineData("mail OR pay", "mail OR pay")]
    [InlineData("name:\"shop", "name:\"shop")]
    public void A_query_is_the_conditions_that_must_all_hold_in_their_own_words(string query, string parts) =>
        Assert.Equal(parts, string.Join('|', SearchParts.Of(query).Texts));

    [Theory]
    [InlineData("state:FAILURE name:shop.* runtime:>1s")]
    [InlineData("-name:a (queue:q1 OR queue:q2) \"x y\"")]
    [InlineData("mail OR pay AND name:shop")]
    public void Put_together_again_it_is_the_same_question(string query) =>
        Assert.Equal(SearchQuery.Parse(query, _now).Value, SearchQuery.Parse(SearchParts.Of(query).ToString(), _now).Value);

    [Fact]
    public void What_is_added_to_an_either_must_hold_of_both()
    {
        var parts = SearchParts.Of("mail OR pay").Toggle(TextField.State, "FAILURE", _now);

        Assert.Equal("(mail OR pay) state:FAILURE", parts.ToString());
        Assert.Equal("(mail OR pay)", SearchParts.Of(parts.ToString()).Without(1).ToString());
    }

    [Fact]
    public void A_value_is_taken_in_and_out_where_the_condition_stands()
    {
        var failed = SearchParts.Of("started:-7d mail").Toggle(TextField.State, "FAILURE", _now);
        var both = failed.Toggle(TextField.State, "RETRY", _now).Toggle(TextField.Name, "shop, pay", _now);

        Assert.Equal("started:-7d mail state:FAILURE,RETRY name:=\"shop, pay\"", both.ToString());
        Assert.Equal(["FAILURE", "RETRY"], both.Values(TextField.State, _now));
        Assert.Equal("started:-7d mail state:RETRY name:=\"shop, pay\"", both.Toggle(TextField.State, "FAILURE", _now).ToString());
        Assert.Equal("started:-7d mail", failed.Toggle(TextField.State, "FAILURE", _now).ToString());
    }

    [Fact]
    public void A_pattern_is_no_choice_of_values() =>
        Assert.Equal("name:shop.* name:=shop.pay", SearchParts.Of("name:shop.*").Toggle(TextField.Name, "shop.pay", _now).ToString());

    [Fact]
    public void A_text_that_is_too_long_for_a_query_is_not_taken_apart()
    {
        var text = "(" + string.Concat(Enumerable.Repeat("a ", 100_000)) + ")";

        Assert.Equal([text], SearchParts.Of(text).Texts);
    }
}
