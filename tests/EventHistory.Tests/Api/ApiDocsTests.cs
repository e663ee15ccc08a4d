using System.Net;
using System.Text.RegularExpressions;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Api;

public sealed partial class ApiDocsTests(Postgres postgres)
{
    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere_and_no_script_of_its_own()
    {
        await using var database = await postgres.CreateDatabase();
        await using var web = await TestWeb.Start(database.Data);

        Assert.Equal("docs/index.html", (await web.Get("/docs")).Headers.Location?.OriginalString);
        var answer = await web.Get("/docs/index.html");
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotMatch(InlineScript(), page);
        foreach (Match link in Link().Matches(page))
        {
            Assert.DoesNotContain("//", link.Groups[1].Value, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await web.Get("/docs/" + link.Groups[1].Value.TrimStart('.', '/'))).StatusCode);
        }
        Assert.Contains("/openapi/v1.json", await web.Text("/docs/index.js"), StringComparison.Ordinal);
    }

    [GeneratedRegex("<script(?![^>]*\\bsrc=)[^>]*>")]
    private static partial Regex InlineScript();

    [GeneratedRegex("(?:src|href)=\"([^\"#]+)\"")]
    private static partial Regex Link();
}
