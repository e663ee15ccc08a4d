using EventHistory.Core.Search;

namespace EventHistory.Core.Tests.Search;

public sealed class EventMatchTests
{
    [Theory]
    [InlineData("id:" + Given.Id, true)]
    [InlineData("id:d93e*01", true)]
    [InlineData("id:d93e*02", false)]
    [InlineData("name:PAY", true)]
    [InlineData("name:=shop.pay", true)]
    [InlineData("name:=shop.PAY", false)]
    [InlineData("name:s*p*y", true)]
    [InlineData("name:shop.pay*shop.pay", false)]
    [InlineData("state:failure", true)]
    [InlineData("state:SUCCESS,FAILURE", true)]
    [InlineData("worker:celery@W1", true)]
    [InlineData("queue:celery", false)]
    [InlineData("-queue:celery", true)]
    [InlineData("exception:valueerror traceback:orders.py", true)]
    [InlineData("exception:keyerror OR name:pay", true)]
    [InlineData("NOT (exception:keyerror OR name:pay)", false)]
    [InlineData("retries:>2", false)]
    [InlineData("runtime:>=1.5s", true)]
    [InlineData("runtime:<1.5s", false)]
    [InlineData("has:exception", true)]
    [InlineData("has:result", false)]
    [InlineData("is:finished", true)]
    [InlineData("is:root", false)]
    [InlineData("shop", true)]
    [InlineData("celery@w", true)]
    [InlineData("nothing", false)]
    [InlineData("", true)]
    public void A_filter_is_asked_of_one_event(string query, bool expected)
    {
        var e = Given.Event("task-failed", Given.At("10:00:00"),
            more: [("exception", "ValueError('no')"), ("traceback", "File \"shop/orders.py\""), ("runtime", 1.5)]);
        var filter = SearchQuery.Parse(query, Given.At("12:00:00")).Value!;

        Assert.Null(EventMatch.Problem(filter));
        Assert.Equal(expected, EventMatch.Matches(filter, e, "shop.pay"));
    }

    [Theory]
    [InlineData("group:f1d2d2f924e986ac")]
    [InlineData("wait:>1s")]
    [InlineData("started:-7d")]
    [InlineData("kwargs:user=42")]
    [InlineData("has:wait")]
    [InlineData("is:truncated")]
    [InlineData("name:pay OR -is:open")]
    public void What_a_single_event_cannot_know_is_refused(string query) =>
        Assert.Contains(" cannot be answered by a single event", EventMatch.Problem(SearchQuery.Parse(query, Given.At("12:00:00")).Value!), StringComparison.Ordinal);
}
