using EventHistory.Tests.Api;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ui;

/// <summary>A history that the test fills, and the pages over it.</summary>
internal sealed record Site(History History, TestWeb Web) : IAsyncDisposable
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Site> Open(Postgres postgres, TimeProvider? time = null)
    {
        var history = await History.Create(postgres, time);
        return new Site(history, await TestWeb.Start(history.Data, time));
    }

    /// <summary>A form as a browser sends it from one of our own pages.</summary>
    public Task<HttpResponseMessage> Post(string path, params (string Name, string Value)[] fields) => PostFrom("same-origin", path, fields);

    /// <param name="site">What the browser says of the page that the form is on.</param>
    public async Task<HttpResponseMessage> PostFrom(string site, string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Web.Http.BaseAddress!, path))
        {
            Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))),
        };
        request.Headers.Add("Sec-Fetch-Site", site);
        return await Web.Http.SendAsync(request, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Web.DisposeAsync();
        await History.DisposeAsync();
    }
}
