using System.Net;
using System.Text.Json;
using EventHistory.Core.Reports;

namespace EventHistory.Reports;

/// <summary>To a webhook: one POST of a JSON object that has the files as texts, signed as <see cref="WebhookSignature"/> says. Redirects are not followed.</summary>
internal sealed class WebhookDelivery(WebhookSockets sockets, TimeProvider time) : IDelivery, IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // where it leads was not looked at
        UseProxy = false,          // a proxy would look up the name itself
        UseCookies = false,
        ConnectCallback = sockets.Connect,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    { Timeout = Timeout.InfiniteTimeSpan }; // the caller's token ends it

    public string Kind => DeliveryTarget.ToWebhook;

    public async Task Send(Parcel parcel, CancellationToken ct)
    {
        var body = Body(parcel.Content);
        var (id, at) = (parcel.Id.ToString(), time.GetUtcNow().ToUnixTimeSeconds());
        using var request = new HttpRequestMessage(HttpMethod.Post, parcel.Target.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.UserAgent.Add(new("EventHistory", null));
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimeHeader, FormattableString.Invariant($"{at}"));
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Sign(WebhookSignature.Key(parcel.Target.Secret!)!, id, at, body));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (!answer.IsSuccessStatusCode)
            throw new DeliveryException(Refused(answer.StatusCode));
    }

    public void Dispose() => _http.Dispose();

    private static string Refused(HttpStatusCode status) => (int)status is >= 300 and < 400
        ? $"It answered {(int)status}: redirects are not followed, give the report the address that it leads to."
        : $"It answered {(int)status}.";

    private static byte[] Body(ParcelContent content) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type = "report.made",
        report = new { id = content.Report, name = content.Name, kind = content.Kind },
        run = content.Run,
        due_at = content.DueAt,
        from = content.From,
        to = content.To,
        complete = content.Complete,
        rows = content.Rows,
        files = content.Files.Select(f => new { format = f.Format, name = f.Name, media_type = ReportForm.MediaType(f.Format), content = System.Text.Encoding.UTF8.GetString(f.Content) }),
    });
}
