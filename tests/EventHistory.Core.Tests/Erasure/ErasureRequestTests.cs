using EventHistory.Core.Erasure;

namespace EventHistory.Core.Tests.Erasure;

public sealed class ErasureRequestTests
{
    private static readonly DateTime _now = Given.At("10:00:00");

    [Fact]
    public void A_request_names_tasks_or_a_filter()
    {
        var (byId, _) = ErasureJson.Parse(Given.Utf8("""{"ids": ["a", "b", "a"], "by": " ann ", "why": "ticket 17"}"""), _now);
        Assert.Equal(["a", "b"], byId!.Ids.Select(id => id.ToString()));
        Assert.Equal((null, "ann", "ticket 17", false), (byId.Filter, byId.By, byId.Why, byId.Unfinished));

        var (byFilter, _) = ErasureJson.Parse(Given.Utf8("""{"q": "kwargs:user=42", "limit": 20, "by": "ann", "why": "x", "unfinished": true}"""), _now);
        Assert.Equal(("kwargs:user=42", 20, true), (byFilter!.Filter!.ToString(), byFilter.Limit, byFilter.Unfinished));
        Assert.Empty(byFilter.Ids);
    }

    [Theory]
    [InlineData("""{"by": "ann", "why": "x"}""", "Say which tasks: either their ids, or q")]
    [InlineData("""{"ids": ["a"], "q": "state:FAILURE", "by": "ann", "why": "x"}""", "Say which tasks: either their ids, or q")]
    [InlineData("""{"ids": [], "by": "ann", "why": "x"}""", "Say which tasks")]
    [InlineData("""{"ids": ["a"], "limit": 3, "by": "ann", "why": "x"}""", "limit belongs to q.")]
    [InlineData("""{"ids": ["a"], "why": "x"}""", "by is missing: say who asks for it.")]
    [InlineData("""{"ids": ["a"], "by": "ann", "why": " "}""", "why is missing: say for what reason")]
    [InlineData("""{"ids": "a", "by": "ann", "why": "x"}""", "ids is not a list.")]
    [InlineData("""{"ids": [1], "by": "ann", "why": "x"}""", "ids is not a list of texts of at most")]
    [InlineData("""{"q": "state:", "by": "ann", "why": "x"}""", "q is not understood: ")]
    [InlineData("""{"q": "state:FAILURE", "limit": 10001, "by": "ann", "why": "x"}""", "limit is not a whole number from 1 to 10000.")]
    [InlineData("""{"q": "state:FAILURE", "by": "ann", "why": "x", "unfinished": 1}""", "unfinished is neither true nor false.")]
    [InlineData("""{"id": "a", "by": "ann", "why": "x"}""", "There is no member \"id\": did you mean ids?")]
    [InlineData("[]", "The body is not an object: write {\"ids\":")]
    [InlineData("{", "The body is not JSON")]
    public void What_is_not_understood_is_refused_with_a_sentence(string json, string sentence)
    {
        var (request, problem) = ErasureJson.Parse(Given.Utf8(json), _now);
        Assert.Null(request);
        Assert.StartsWith(sentence, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_cannot_be_erased_by_mistake()
    {
        Assert.Equal("q is empty: say which tasks are to be erased.", ErasureRequest.Of([], "  ", null, "ann", "x", false, _now).Problem);
        Assert.StartsWith("No more than 10000 tasks", ErasureRequest.Of([.. Enumerable.Range(0, 10_001).Select(n => $"{n}")], null, null, "ann", "x", false, _now).Problem, StringComparison.Ordinal);
    }
}
