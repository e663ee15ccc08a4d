using System.Text.RegularExpressions;
using EventHistory.Core.Search;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests;

/// <summary>What docs/search.md shows is understood, asked of a database, or refused as it says.</summary>
public sealed partial class SearchDocsTests(Postgres postgres)
{
    private static readonly DateTime _now = Say.At("12:00:00");

    private static readonly string _text = File.ReadAllText(Repository.Path("docs", "search.md"));

    private static string Between(string from, string to) => _text[_text.IndexOf(from, StringComparison.Ordinal).._text.IndexOf(to, StringComparison.Ordinal)];

    [Fact]
    public async Task Every_term_is_understood_and_can_be_asked_for()
    {
        var examples = Rows().Matches(Between("## Terms", "## As parameters")).Select(row => row.Groups[1].Value)
            .Append(Block().Match(_text).Groups[1].Value).ToList();
        Assert.InRange(examples.Count, 25, 100);
        await using var history = await History.Create(postgres);
        foreach (var example in examples)
        {
            var (filter, problem) = SearchQuery.Parse(example, _now);
            Assert.True(filter is not null, $"{example}: {problem}");
            await history.Tasks.Total(filter, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Every_qualifier_is_told_of() =>
        Assert.All(FilterParameters.Names.Except([FilterParameters.Query, FilterParameters.From, FilterParameters.To]),
            name => Assert.Contains($"{name}:", Between("## Terms", "## As parameters"), StringComparison.Ordinal));

    [Fact]
    public void What_is_refused_is_refused_in_these_words()
    {
        var rows = Rows().Matches(Between("## When it is not understood", "## From Flower"));
        Assert.InRange(rows.Count, 5, 20);
        Assert.All(rows, row => Assert.Equal(row.Groups[2].Value, SearchQuery.Parse(row.Groups[1].Value, _now).Problem));
    }

    [GeneratedRegex(@"(?m)^\| `([^`]+)` \| (.*) \|$")]
    private static partial Regex Rows();

    [GeneratedRegex("```\n(.*)\n```")]
    private static partial Regex Block();
}
