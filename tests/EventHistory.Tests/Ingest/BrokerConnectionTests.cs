using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventHistory.Ingest;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Tests.Ingest;

/// <summary>A broker behind TLS, with a certificate of a private authority, and a virtual host whose name needs escaping.</summary>
public sealed class BrokerConnectionTests : IAsyncLifetime
{
    private const string VirtualHost = "shop/production";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort();
    private RabbitMqNode? _node;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        MakeCertificates(_folder.Path);
        _node = await RabbitMqNode.Start($"""
            listeners.ssl.1 = 127.0.0.1:{_port}
            ssl_options.cacertfile = {_folder.Path}/ca.pem
            ssl_options.certfile = {_folder.Path}/server.pem
            ssl_options.keyfile = {_folder.Path}/server.key
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = true
            default_vhost = {VirtualHost}
            default_user = recorder
            default_pass = s3cret/?@
            """);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_broker_with_TLS_and_a_virtual_host_is_connected_and_its_certificate_checked()
    {
        await using (var connection = await BrokerConnection.Open(Settings(Tls()), Ct))
            Assert.True(connection.IsOpen);

        await Assert.ThrowsAsync<BrokerUnreachableException>(() => BrokerConnection.Open(Settings(Tls() with { CaFile = null }), Ct));
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => BrokerConnection.Open(Settings(Tls() with { ServerName = "somebody.else" }), Ct));
        await Assert.ThrowsAnyAsync<Exception>(() => BrokerConnection.Open(Settings(Tls() with { CertificateFile = null, KeyFile = null }), Ct));

        await using var trusting = await BrokerConnection.Open(Settings(Tls() with { CaFile = null, ServerName = "somebody.else", AllowUntrusted = true }), Ct);
        Assert.True(trusting.IsOpen);
    }

    private EventHistorySettings Settings(TlsSettings tls) => new()
    {
        Broker = $"amqps://recorder:s3cret%2F%3F%40@127.0.0.1:{_port}/{Uri.EscapeDataString(VirtualHost)}",
        Tls = tls,
    };

    private TlsSettings Tls() => new()
    {
        ServerName = "rabbit.test",
        CaFile = Path.Combine(_folder.Path, "ca.pem"),
        CertificateFile = Path.Combine(_folder.Path, "client.pem"),
        KeyFile = Path.Combine(_folder.Path, "client.key"),
    };

    private static void MakeCertificates(string folder)
    {
        using var authorityKey = RSA.Create(2048);
        var authority = new CertificateRequest("CN=EventHistory test authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = authority.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), root.ExportCertificatePem());
        foreach (var name in new[] { "server", "client" })
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("rabbit.test");
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(root, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
            File.WriteAllText(Path.Combine(folder, $"{name}.pem"), certificate.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, $"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
