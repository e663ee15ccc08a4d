using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace EventHistory.Tests.Reports;

/// <summary>An SMTP server on a port of this machine that keeps what it is given, or behaves badly.</summary>
internal sealed partial class MailServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<(IReadOnlyList<string> To, string Mail)> _taken = [];
    private readonly List<TcpClient> _clients = [];

    public MailServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = Accept();
    }

    public int Port { get; }

    /// <summary>Takes the connection, and then says nothing at all.</summary>
    public bool IsMute { get; set; }

    /// <summary>What it answers to the whole mail.</summary>
    public string Verdict { get; set; } = "250 OK";

    public int Connections { get; private set; }

    public IReadOnlyList<(IReadOnlyList<string> To, string Mail)> Taken
    {
        get
        {
            lock (_taken)
                return [.. _taken];
        }
    }

    /// <summary>The part of a mail that has this media type, decoded.</summary>
    public static string Part(string mail, string mediaType) => Encoding.UTF8.GetString(Convert.FromBase64String(
        PartPattern().Matches(mail).Single(part => part.Groups[1].Value.Contains($"Content-Type: {mediaType};", StringComparison.OrdinalIgnoreCase)).Groups[2].Value));

    public void Dispose()
    {
        _listener.Dispose();
        lock (_clients)
            _clients.ForEach(c => c.Dispose());
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                lock (_clients)
                    _clients.Add(client);
                Connections++;
                if (!IsMute)
                    _ = Talk(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // closed
        }
    }

    private async Task Talk(TcpClient client)
    {
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var to = new List<string>();
            await Say(stream, "220 here");
            while (await reader.ReadLineAsync() is { } line)
            {
                var word = line.Split(' ', ':')[0].ToUpperInvariant();
                if (word == "RCPT")
                    to.Add(line[(line.IndexOf('<') + 1)..line.IndexOf('>')]);
                if (word == "DATA")
                {
                    await Say(stream, "354 go on");
                    await Keep(reader, to);
                }
                await Say(stream, word switch { "DATA" => Verdict, "QUIT" => "221 bye", _ => "250 OK" });
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // the client has gone
        }
    }

    private async Task Keep(StreamReader reader, IReadOnlyList<string> to)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        if (!Verdict.StartsWith('2'))
            return;
        lock (_taken)
            _taken.Add((to, text.ToString()));
    }

    private static async Task Say(Stream stream, string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));

    [GeneratedRegex(@"-+boundary[^\r\n]*\r\n((?:[^\r\n]+\r\n)+)\r\n([A-Za-z0-9+/=\r\n]+?)\s*(?=-+boundary)", RegexOptions.IgnoreCase)]
    private static partial Regex PartPattern();
}
