using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace EventHistory.Settings;

/// <summary>
/// Reads the two ways to name a database: <c>postgres://user:password@host:port/database?sslmode=require</c> (as libpq,
/// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS) and Npgsql's <c>Host=…;Database=…</c>.
/// </summary>
internal static partial class PostgresUrl
{
    private const string Right = "a URL such as postgres://user:password@host:5432/database or an Npgsql connection string "
        + "such as Host=host;Database=database;Username=user;Password=password";

    // libpq's names, where Npgsql's differ
    private static readonly Dictionary<string, string> _npgsqlNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
        ["gssencmode"] = "GSS Encryption Mode",
    };

    /// <exception cref="FormatException">What the text must be, to end the sentence "… but must be".</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var url = Url().Match(text.Trim());
        if (!url.Success && text.Contains("://", StringComparison.Ordinal))
            throw new FormatException(Right);

        var builder = url.Success ? FromUrl(url) : FromConnectionString(text);
        return builder.Host is null or "" ? throw new FormatException(Right + "; the host is missing") : builder;
    }

    /// <summary>The database as messages show it: without password and options.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder database) => string.Create(CultureInfo.InvariantCulture,
        $"postgres://{database.Username}@{database.Host}:{database.Port}/{database.Database ?? database.Username}");

    private static NpgsqlConnectionStringBuilder FromConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw new FormatException($"{Right}; as a connection string it says \"{OneLine(e)}\"");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUrl(Match url)
    {
        var builder = new NpgsqlConnectionStringBuilder { Host = "localhost" };
        if (url.Groups["user"].Value is not "" and var user)
            builder.Username = Decode(user);
        if (url.Groups["password"].Value is not "" and var password)
            builder.Password = Decode(password);
        if (url.Groups["database"].Value is not "" and var database)
            builder.Database = Decode(database);
        if (url.Groups["hosts"].Value is not "" and var hosts)
            SetHosts(builder, hosts);
        foreach (var pair in url.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
            SetParameter(builder, pair.Split('=', 2));
        return builder;
    }

    private static void SetHosts(NpgsqlConnectionStringBuilder builder, string hosts)
    {
        if (hosts.Contains(',', StringComparison.Ordinal))
        {
            builder.Host = Decode(hosts);
            return;
        }

        var host = Host().Match(hosts);
        if (!host.Success)
            throw new FormatException(Right);
        if (host.Groups["name"].Value is not "" and var name)
            builder.Host = Decode(name.Trim('[', ']'));
        if (host.Groups["port"].Value is not "" and var port)
        {
            builder.Port = int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65_535
                ? number
                : throw new FormatException($"{Right}; \"{port}\" is not a port");
        }
    }

    private static void SetParameter(NpgsqlConnectionStringBuilder builder, string[] pair)
    {
        var name = Decode(pair[0]);
        var value = pair is [_, var text] ? Decode(text) : "";
        try
        {
            // verify-full and read-write are VerifyFull and ReadWrite in Npgsql
            var isSymbol = name.Equals("sslmode", StringComparison.OrdinalIgnoreCase);
            builder[_npgsqlNames.GetValueOrDefault(name, name)] = isSymbol ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw new FormatException($"{Right}; its parameter {name} is not understood");
        }
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");

    [GeneratedRegex(@"^postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^/?@]*)(?:/(?<database>[^?]*))?(?:\?(?<query>.*))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Url();

    [GeneratedRegex(@"^(?<name>\[[0-9a-fA-F:.]+\]|[^:\[\]]*)(?::(?<port>[^:]*))?$")]
    private static partial Regex Host();
}
