using System.Text;
using RabbitMQ.Client;

namespace EventHistory.Ingest;

/// <summary>Streams came with RabbitMQ 3.9.</summary>
internal static class BrokerVersion
{
    private static readonly Version _streams = new(3, 9);

    /// <exception cref="StartException">The broker is too old for streams, or no RabbitMQ.</exception>
    public static void Require(IConnection connection)
    {
        var product = Text(connection, "product");
        var version = Text(connection, "version");
        if (product != "RabbitMQ")
            throw new StartException($"The broker is {product ?? "unknown"}, and recording needs streams: use RabbitMQ 3.9 or newer.");
        var number = version?.Split('-', '+')[0];
        if (Version.TryParse(number, out var parsed) && parsed < _streams)
            throw new StartException($"The broker is RabbitMQ {version}, which has no streams: upgrade it to 3.9 or newer.");
    }

    private static string? Text(IConnection connection, string property) =>
        connection.ServerProperties?.TryGetValue(property, out var value) == true && value is byte[] text ? Encoding.UTF8.GetString(text) : null;
}
