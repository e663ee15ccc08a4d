using System.Text.Json;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

public sealed class PythonReprTests
{
    public static TheoryData<string, bool, string> Reprs =>
        [.. File.ReadLines(Given.PathOf("Tasks", "reprs.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Select(r =>
            (r.GetProperty("what").GetString()!, r.GetProperty("truncated").GetBoolean(), r.GetProperty("repr").GetString()!))];

    /// <summary>Texts as Celery 5.2.6 makes them: <c>saferepr(value, maxlen=1024)</c>.</summary>
    [Theory]
    [MemberData(nameof(Reprs))]
    public void Celerys_own_texts_are_told_apart(string what, bool truncated, string repr) => Assert.True(truncated == PythonRepr.IsTruncated(repr), what);

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("...", true)]
    [InlineData("'Loading...'", false)]
    [InlineData("<Order: 7...>", true)] // an object's own repr: rather one mark too many
    [InlineData("'unfinished...", false)]
    [InlineData("'a\\", false)]
    [InlineData("..", false)]
    public void Short_texts_are_judged_too(string? repr, bool truncated) => Assert.Equal(truncated, PythonRepr.IsTruncated(repr));

    [Fact]
    public void A_string_cut_back_to_its_first_word_looks_like_one_that_ends_in_dots() =>
        Assert.False(PythonRepr.IsTruncated("('intro...',)")); // saferepr(('intro ' + 'x' * 5000,)): nothing in the text tells

    [Fact]
    public void Every_text_of_the_captures_that_reached_the_limit_is_marked()
    {
        var events = Given.SampleEvents("celery-events.jsonl").Concat(Given.SampleEvents("nasty.jsonl"));
        var texts = events.SelectMany(e => new[] { e.Args, e.Kwargs, e.Result }).Where(text => !text.IsNone).ToList();
        Assert.All(texts, text => Assert.Equal(text.Text()!.Length >= 1000, PythonRepr.IsTruncated(text)));
        Assert.Contains(texts, text => text.Text()!.Length >= 1000);
    }
}
