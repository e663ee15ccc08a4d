using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EventHistory.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Ingest;

/// <summary>Connects to the broker and declares what recording needs: Celery's event exchange, our stream, and the binding between them.</summary>
internal static class BrokerConnection
{
    public static async Task<IConnection> Open(EventHistorySettings settings, CancellationToken ct)
    {
        var url = BrokerUrl.Parse(settings.Broker);
        var factory = new ConnectionFactory
        {
            HostName = url.Host,
            Port = url.Port,
            UserName = url.User,
            Password = url.Password,
            VirtualHost = url.VirtualHost,
            RequestedHeartbeat = settings.Heartbeat,
            AutomaticRecoveryEnabled = false, // after a break the stream is looked at anew, see StreamContinuity
            ClientProvidedName = $"eventhistory {settings.Source.Name}",
        };
        if (url.Tls)
            factory.Ssl = TlsOf(settings.Tls, url.Host);
        var connection = await factory.CreateConnectionAsync(ct);
        try
        {
            BrokerVersion.Require(connection);
            await Declare(connection, settings, ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task Declare(IConnection connection, EventHistorySettings settings, CancellationToken ct)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "stream",
            ["x-max-length-bytes"] = settings.Stream.MaxLengthBytes,
            ["x-stream-max-segment-size-bytes"] = settings.Stream.SegmentBytes,
        };
        if (settings.Stream.MaxAge is { } age)
            arguments["x-max-age"] = $"{(long)age.TotalSeconds}s";

        await UnlessThere(connection, "'type'",
            c => c.ExchangeDeclareAsync(settings.Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: ct), ct);
        if (await UnlessThere(connection, "x-queue-type", c => DeclareQueue(c, arguments), ct))
        {
            // which difference the broker names is by chance: asked for a stream without bounds, it names the type if that is the one
            await UnlessThere(connection, "x-queue-type", c => DeclareQueue(c, new() { ["x-queue-type"] = "stream" }), ct);
        }
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await channel.QueueBindAsync(settings.Stream.Name, settings.Exchange, "#", cancellationToken: ct);

        Task DeclareQueue(IChannel channel, Dictionary<string, object?> with) =>
            channel.QueueDeclareAsync(settings.Stream.Name, durable: true, exclusive: false, autoDelete: false, with, cancellationToken: ct);
    }

    /// <summary>Declares. What is there with other properties is used as it is, unless the one that matters differs. A refusal costs its channel.</summary>
    /// <returns>True if it is there, and otherwise than declared.</returns>
    private static async Task<bool> UnlessThere(IConnection connection, string matters, Func<IChannel, Task> declare, CancellationToken ct)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            await declare(channel);
            return false;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed } reason
            && reason.ReplyText.Contains("inequivalent arg", StringComparison.Ordinal)
            && !reason.ReplyText.Contains(matters, StringComparison.Ordinal))
        {
            return true;
        }
    }

    private static SslOption TlsOf(TlsSettings tls, string host)
    {
        var option = new SslOption(tls.ServerName ?? host, enabled: true);
        if (tls.CertificateFile is { } certificate)
            option.Certs = [X509Certificate2.CreateFromPemFile(certificate, tls.KeyFile)];
        if (tls.AllowUntrusted)
            option.AcceptablePolicyErrors = SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable;
        else if (tls.CaFile is { } authority)
            option.CertificateValidationCallback = (_, certificate, _, errors) => IsSignedBy(authority, certificate, errors);
        return option;
    }

    private static bool IsSignedBy(string authorityFile, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorityFile);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // a private authority publishes no revocations
        using var server = new X509Certificate2(certificate);
        return chain.Build(server);
    }
}
