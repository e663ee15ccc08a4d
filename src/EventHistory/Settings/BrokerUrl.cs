using System.Globalization;

namespace EventHistory.Settings;

/// <summary>
/// A broker's URL, read as Celery (kombu) reads it: no path, <c>/</c>, <c>//</c> and <c>/%2F</c> all mean the virtual host <c>/</c>.
/// </summary>
internal sealed record BrokerUrl(bool Tls, string Host, int Port, string User, string Password, string VirtualHost)
{
    private const string Right = "one amqp:// or amqps:// URL such as amqp://user:password@host:5672/vhost";

    /// <exception cref="FormatException">What the URL must be, to end the sentence "… but must be".</exception>
    public static BrokerUrl Parse(string text)
    {
        var isList = text.Contains(';', StringComparison.Ordinal); // kombu's form for a failover between several brokers
        if (isList || !Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host is "")
            throw new FormatException(Right);
        if (uri.Query is not "" || uri.Fragment is not "")
            throw new FormatException(Right + ", without ? and # (in a password, write %3F and %23)");

        var tls = uri.Scheme is "amqps";
        var login = uri.UserInfo.Split(':', 2);
        var path = Uri.UnescapeDataString(uri.AbsolutePath is ['/', .. var rest] ? rest : "");
        return new BrokerUrl(
            tls,
            uri.IdnHost,
            uri.Port > 0 ? uri.Port : tls ? 5671 : 5672,
            login is ["", ..] ? "guest" : Uri.UnescapeDataString(login[0]),
            login is [_, var password] ? Uri.UnescapeDataString(password) : "guest",
            path is "" ? "/" : path);
    }

    /// <summary>Without the password: this is what messages show.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Tls ? "amqps" : "amqp")}://{Uri.EscapeDataString(User)}@{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}/{Uri.EscapeDataString(VirtualHost)}");
}
