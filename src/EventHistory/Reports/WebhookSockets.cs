using System.Net;
using System.Net.Sockets;
using EventHistory.Core.Reports;
using EventHistory.Settings;

namespace EventHistory.Reports;

/// <summary>Connections to webhooks. What a name leads to is looked up once, looked at, and connected to: nothing can change in between.</summary>
internal sealed class WebhookSockets(EventHistorySettings settings)
{
    /// <summary>For who waits for an answer.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Addresses(host, ct);
        if (Refusal(host, addresses) is { } sentence)
            throw new DeliveryException(sentence);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Looks at once where a webhook leads. A name that is not known yet may be later.</summary>
    /// <returns>Why it may not lead there, as a sentence; null: nothing is known against it.</returns>
    public async Task<string?> Problem(Uri url, CancellationToken ct)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(ct);
        soon.CancelAfter(_patience);
        try
        {
            return Refusal(url.IdnHost, await Addresses(url.IdnHost, soon.Token));
        }
        catch (Exception e) when (e is SocketException or ArgumentException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<IPAddress[]> Addresses(string host, CancellationToken ct) =>
        IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host, ct);

    private string? Refusal(string host, IPAddress[] addresses) =>
        settings.Reports.AllowPrivateTargets || addresses.FirstOrDefault(a => !PublicAddress.Is(a)) is not { } address ? null
        : $"{host} leads to {address}, which is this machine or a private network: {WebhookAddress.Refusal}.";
}
