using EventHistory.Core.Failures;

namespace EventHistory.Core.Tests.Failures;

public sealed class FailureDecisionTests
{
    private static readonly DateTime _now = Given.At("10:00:00");
    private static readonly FailureDecision _resolved = new(FailureDecision.Resolved, _now, "ann", null, null, null);

    [Theory]
    [InlineData(null, "resolved")]
    [InlineData("09:59:59", "resolved")]
    [InlineData("10:00:00", "resolved")]
    [InlineData("10:00:01", "regressed")]
    public void What_was_resolved_is_regressed_when_it_fails_again(string? lastFailed, string state) =>
        Assert.Equal(state, FailureDecision.StateOf(_resolved, lastFailed is null ? null : Given.At(lastFailed), 0, _now.AddDays(1)));

    [Theory]
    [InlineData(null, null, 1_000_000, "ignored")]
    [InlineData("12:00:00", null, 1_000_000, "ignored")]
    [InlineData("11:00:00", null, 0, "open")]
    [InlineData(null, 10L, 9, "ignored")]
    [InlineData(null, 10L, 10, "open")]
    [InlineData("12:00:00", 10L, 10, "open")]
    public void What_is_ignored_is_open_again_at_its_time_or_count(string? until, long? untilCount, long failed, string state) => Assert.Equal(state,
        FailureDecision.StateOf(new(FailureDecision.Ignored, _now, "ann", null, until is null ? null : Given.At(until), untilCount), _now.AddMinutes(1), failed, Given.At("11:00:00")));

    [Fact]
    public void Without_a_decision_it_is_open()
    {
        Assert.Equal(FailureDecision.Open, FailureDecision.StateOf(null, null, 0, _now));
        Assert.Equal(FailureDecision.Open, FailureDecision.StateOf(_resolved with { State = FailureDecision.Open }, _now.AddDays(1), 9, _now));
    }

    [Fact]
    public void A_decision_is_read_as_it_is_sent()
    {
        var (decision, problem) = FailureDecisionJson.Parse(Given.Utf8(
            """{"state": "ignored", "by": " ann ", "reason": "bank\u0000 down", "until": "2026-11-22T00:00:00Z", "until_count": 100}"""), _now);
        Assert.Null(problem);
        Assert.Equal(new FailureDecision("ignored", _now, "ann", "bank\\u0000 down", Given.At("00:00:00").AddDays(1), 100), decision);
    }

    [Theory]
    [InlineData("", "The body is not JSON")]
    [InlineData("state=resolved", "The body is not JSON")]
    [InlineData("[[[[[[[[]]]]]]]]", "The body is not JSON")]
    [InlineData("[]", "The body is not an object")]
    [InlineData("""{"state":"resolved"}""", "by is missing")]
    [InlineData("""{"state":"resolved","by":"  "}""", "by is missing")]
    [InlineData("""{"state":"resolved","by":7}""", "by is not a text")]
    [InlineData("""{"by":"ann"}""", "state must be open, resolved or ignored")]
    [InlineData("""{"by":"ann","state":"regressed"}""", "state must be open, resolved or ignored")]
    [InlineData("""{"by":"ann","state":"resolved","untill":null}""", "There is no member \"untill\"")]
    [InlineData("""{"by":"ann","state":"resolved","until":"2027-01-01T00:00:00Z"}""", "until and until_count belong to the state ignored")]
    [InlineData("""{"by":"ann","state":"ignored","until":"tomorrow"}""", "until \"tomorrow\" is not a time")]
    [InlineData("""{"by":"ann","state":"ignored","until":"-1d"}""", "until \"-1d\" is over already")]
    [InlineData("""{"by":"ann","state":"ignored","until_count":0}""", "until_count is not a whole number")]
    [InlineData("""{"by":"ann","state":"ignored","until_count":1.5}""", "until_count is not a whole number")]
    [InlineData("""{"by":"ann","state":"ignored","until_count":1e30}""", "until_count is not a whole number")]
    [InlineData("""{"by":"\ud800","state":"resolved"}""", "The body has a text with half a character")]
    [InlineData("""{"\ud800":1}""", "The body has a text with half a character")]
    public void Anything_else_is_refused_with_what_would_be_right(string json, string problem)
    {
        var parsed = FailureDecisionJson.Parse(Given.Utf8(json), _now);
        Assert.Null(parsed.Value);
        Assert.StartsWith(problem, parsed.Problem, StringComparison.Ordinal);
    }
}
