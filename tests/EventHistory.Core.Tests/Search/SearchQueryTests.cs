using EventHistory.Core.Search;

namespace EventHistory.Core.Tests.Search;

public sealed class SearchQueryTests
{
    private static readonly DateTime _now = Given.At("10:00:00");

    // a query and what is written for the filter that it means
    [Theory]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("mail", "mail")]
    [InlineData("shop mail", "shop mail")]
    [InlineData("shop AND mail", "shop mail")]
    [InlineData("shop OR mail AND fetch", "shop OR mail fetch")]
    [InlineData("(shop OR mail) fetch", "(shop OR mail) fetch")]
    [InlineData("((shop)) (mail (fetch))", "shop mail fetch")]
    [InlineData("shop OR (mail OR shop)", "shop OR mail")]
    [InlineData("-shop", "-shop")]
    [InlineData("NOT shop", "-shop")]
    [InlineData("NOT NOT shop", "shop")]
    [InlineData("--shop", "shop")]
    [InlineData("-(shop mail)", "-(shop mail)")]
    [InlineData("NOT (shop OR mail) fetch", "-(shop OR mail) fetch")]
    [InlineData("-name:shop", "-name:shop")]
    [InlineData("NAME:shop State:failure", "name:shop state:FAILURE")]
    [InlineData("name:shop.*,*.mail", "name:shop.*,*.mail")]
    [InlineData("name:*mail*", "name:mail")]
    [InlineData("name:=shop.mail", "name:=shop.mail")]
    [InlineData("name:\"with blank\"", "name:\"with blank\"")]
    [InlineData("name:wi\"th bl\"ank", "name:\"with blank\"")]
    [InlineData("name:\"a,b c\"", "name:\"a,b c\"")]
    [InlineData("state:FAILURE,RETRY,failure", "state:FAILURE,RETRY")]
    [InlineData("state:re*", "state:RE*")]
    [InlineData("worker:celery@w1", "worker:celery@w1")]
    [InlineData("args:\"(1, 2)\"", "args:\"(1, 2)\"")]
    [InlineData("args:1,2", "args:1,2")]
    [InlineData("\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\"")]
    [InlineData("\"c:\\\\temp\"", "\"c:\\\\temp\"")]
    [InlineData("\"name:shop\"", "\"name:shop\"")]
    [InlineData("\"OR\"x", "ORx")]
    [InlineData("\"AND\" \"-x y\"", "\"AND\" \"-x y\"")]
    [InlineData("10:30", "\"10:30\"")]
    [InlineData("\"5 * 3\"", "\"5 * 3\"")]
    [InlineData("kwargs:user=42", "kwargs:user=42")]
    [InlineData("kwargs:\"name=John Smith\"", "kwargs:name=\"John Smith\"")]
    [InlineData("kwargs:email=*@shop.example", "kwargs:email=*@shop.example")]
    [InlineData("kwargs:*\"user=4\"*", "kwargs:*user=4*")]
    [InlineData("kwargs:\"http://x?a=b\"", "kwargs:http://x?a=b")]
    [InlineData("id:d93e7b96*,other", "id:d93e7b96*,other")]
    [InlineData("retries:>2", "retries:>2")]
    [InlineData("retries:2", "retries:2")]
    [InlineData("retries:=2", "retries:2")]
    [InlineData("retries:2..5", "retries:2..5")]
    [InlineData("retries:..5", "retries:<=5")]
    [InlineData("runtime:>1.50s", "runtime:>1.5s")]
    [InlineData("runtime:>=1500ms", "runtime:>=1.5s")]
    [InlineData("wait:10..2m", "wait:10s..120s")]
    [InlineData("queue_wait:<1h worker_wait:<=0.000001ms", "queue_wait:<3600s worker_wait:<=0.000000001s")]
    [InlineData("started:-2h", "started:>=2026-11-21T08:00:00Z")]
    [InlineData("started:-2h..-1h", "started:2026-11-21T08:00:00Z..2026-11-21T09:00:00Z")]
    [InlineData("started:2026-03-01", "started:2026-03-01T00:00:00Z..2026-03-02T00:00:00Z")]
    [InlineData("started:2026-12", "started:2026-12-01T00:00:00Z..2027-01-01T00:00:00Z")]
    [InlineData("started:2026-03-01..2026-03-31", "started:2026-03-01T00:00:00Z..2026-04-01T00:00:00Z")]
    [InlineData("started:>2026-03-01", "started:>=2026-03-02T00:00:00Z")]
    [InlineData("started:<=2026-03-01", "started:<2026-03-02T00:00:00Z")]
    [InlineData("finished:>2026-03-01T10:00:00Z", "finished:>=2026-03-01T10:00:00.000001Z")]
    [InlineData("finished:2026-03-01T10:00Z..", "finished:>=2026-03-01T10:00:00Z")]
    [InlineData("sent:..now", "sent:<2026-11-21T10:00:00Z")]
    [InlineData("has:traceback,exception is:truncated", "has:traceback,exception is:truncated")]
    [InlineData("has:Traceback IS:root", "has:traceback is:root")]
    public void A_query_means_a_filter(string query, string written)
    {
        var (filter, problem) = SearchQuery.Parse(query, _now);

        Assert.Null(problem);
        Assert.Equal(written, filter!.ToString());
        Assert.Equal(filter, SearchQuery.Parse(written, _now).Value);
    }

    // what is wrong, in Flower's words where Flower has some, and where
    [Theory]
    [InlineData("name:\"shop", "Unterminated quoted phrase at position 5.")]
    [InlineData("  \"\"", "Empty search term at position 0.")]
    [InlineData("shop -", "'-' must be followed by a search term at position 5.")]
    [InlineData("shop NOT", "NOT must be followed by a search term at position 5.")]
    [InlineData("name:", "Search qualifier requires a value at position 0.")]
    [InlineData("shop name:\"\"", "Search qualifier requires a value at position 5.")]
    [InlineData("ab", "Substring search terms must contain at least 3 characters at position 0.")]
    [InlineData("name:\"a  \"", "Substring search terms must contain at least 3 characters at position 6.")]
    [InlineData("name:mail,ab", "Substring search terms must contain at least 3 characters at position 10.")]
    [InlineData("args:a*", "Substring search terms must contain at least 3 characters at position 5.")]
    [InlineData("name:abc,,x", "Empty search term at position 9.")]
    [InlineData("shop OR", "OR must be followed by a search term at position 5.")]
    [InlineData("shop AND OR mail", "AND must be followed by a search term at position 5.")]
    [InlineData("shop ()", "Empty group at position 5.")]
    [InlineData("shop (mail", "Missing closing parenthesis at position 5.")]
    [InlineData("OR shop", "Expected a search term at position 0.")]
    [InlineData("(shop OR)", "OR must be followed by a search term at position 6.")]
    [InlineData("shop)", "Unexpected ')' at position 4.")]
    [InlineData(") shop", "Unexpected ')' at position 0.")]
    [InlineData("shop nam:x", "Unknown qualifier \"nam\" at position 5: did you mean name:? Text that has a colon in it must be quoted.")]
    [InlineData("zebra:x", "Unknown qualifier \"zebra\" at position 0: there are id, name, state, worker")]
    [InlineData("root:abc*", "A wildcard is not possible at position 5: root: takes whole values")]
    [InlineData("retries:many", "\"many\" is not a number at position 8: write a whole number (2), a comparison (>2, <=5) or a range (2..5).")]
    [InlineData("retries:>", "\">\" is not a number at position 8")]
    [InlineData("retries:..", "\"..\" is not a number at position 8")]
    [InlineData("retries:5..2", "\"5..2\" ends before it begins at position 8")]
    [InlineData("runtime:>1y", "\">1y\" is not a duration at position 8: write a comparison (>1.5s, <=250ms)")]
    [InlineData("runtime:>99999999999999s", "\">99999999999999s\" is not a duration at position 8")]
    [InlineData("started:yesterday", "\"yesterday\" is not a time at position 8: write a day (2026-03-01)")]
    [InlineData("started:2026-03-01T10:00:00", "\"2026-03-01T10:00:00\" is not a time at position 8")]
    [InlineData("started:9999-12-31", "\"9999-12-31\" is not a time at position 8")]
    [InlineData("started:2026-03-01T10:00Z", "\"2026-03-01T10:00Z\" is a moment at position 8: write a day")]
    [InlineData("started:-1h..-2h", "\"-1h..-2h\" ends before it begins at position 8")]
    [InlineData("has:tracebak", "Unknown value \"tracebak\" at position 4: did you mean traceback?")]
    [InlineData("is:root,lost", "Unknown value \"lost\" at position 8: there are truncated, root, open, finished.")]
    public void What_is_wrong_is_said_with_its_place(string query, string sentence)
    {
        var (filter, problem) = SearchQuery.Parse(query, _now);

        Assert.Null(filter);
        Assert.StartsWith(sentence, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_much_is_refused_at_once()
    {
        Assert.Equal("Query exceeds 8192 characters.", SearchQuery.Parse(new string('x', 100_000), _now).Problem);
        Assert.Equal("Query exceeds 512 tokens.", SearchQuery.Parse(string.Concat(Enumerable.Repeat("abc ", 513)), _now).Problem);
        Assert.Equal("Query nesting exceeds 32 levels at position 32.", SearchQuery.Parse(new string('(', 33) + "abc" + new string(')', 33), _now).Problem);
        Assert.Equal("Query nesting exceeds 32 levels at position 128.", SearchQuery.Parse(string.Concat(Enumerable.Repeat("NOT ", 40)) + "abc", _now).Problem);
        Assert.Null(SearchQuery.Parse(new string('(', 32) + "abc" + new string(')', 32), _now).Problem);
        Assert.Null(SearchQuery.Parse(new string('-', 8000) + "abc", _now).Problem);
    }

    [Fact]
    public void Characters_that_no_database_text_holds_are_looked_for_as_they_are_stored()
    {
        var (filter, _) = SearchQuery.Parse("name:a\0b\ud800c", _now);

        Assert.Equal(new TextTerm(TextField.Name, [TextPattern.Containing(@"a\u0000b\ud800c")]), filter);
    }
}
