using System.Net;
using System.Net.Sockets;

namespace EventHistory.Tests.Fixtures;

/// <summary>A port of this machine that leads to a server while it is open: what is behind a closed door is down.</summary>
internal sealed class Door : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly List<Socket> _passing = [];
    private TcpListener? _listener;

    private Door(Uri server, int port) => (_server, Port) = (server, port);

    public int Port { get; }

    /// <summary>A closed one.</summary>
    public static Door To(string host, int port) => new(new Uri($"tcp://{host}:{port}"), FreePort());

    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = Accept(_listener);
    }

    /// <summary>Refuses who comes, and cuts off who is passing.</summary>
    public void Close()
    {
        _listener?.Stop();
        lock (_passing)
        {
            foreach (var socket in _passing)
                socket.Dispose();
            _passing.Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async Task Accept(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                lock (_passing)
                    _passing.AddRange([client, server]);
                await server.ConnectAsync(_server.Host, _server.Port);
                _ = Pass(client, server);
                _ = Pass(server, client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // closed
        }
    }

    private static async Task Pass(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
            {
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            to.Dispose();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
