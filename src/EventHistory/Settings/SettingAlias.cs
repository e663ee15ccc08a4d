namespace EventHistory.Settings;

/// <summary>The short names of a setting: an option of the command line, an environment variable.</summary>
internal sealed record SettingAlias(string Key, string Variable, string? Option = null, string Argument = "", string Description = "")
{
    public static readonly SettingAlias Broker = new("Broker", "EVENTHISTORY_BROKER", "--broker", "URL",
        "The broker of the Celery cluster, amqp:// or amqps:// [default: amqp://guest:guest@127.0.0.1:5672/%2F]");

    public static readonly SettingAlias Database = new("Database", "EVENTHISTORY_DATABASE", "--database", "URL",
        "A postgres:// URL or an Npgsql connection string [default: a private PostgreSQL under --data]");

    public static readonly SettingAlias Address = new("Address", "EVENTHISTORY_ADDRESS", "--address", "A",
        "The IP address to listen on [default: 127.0.0.1]");

    public static readonly SettingAlias Port = new("Port", "EVENTHISTORY_PORT", "--port", "N",
        "The port to listen on, 0 for any free one [default: 5555]");

    public static readonly SettingAlias Data = new("Data", "EVENTHISTORY_DATA", "--data", "DIR",
        "The folder of the private PostgreSQL [default: .data]");

    public static readonly IReadOnlyList<SettingAlias> All =
    [
        Broker, Database, Address, Port, Data,
        new("Roles", "EVENTHISTORY_ROLES"),
        new("AllowAnonymousOnNetwork", "EVENTHISTORY_ALLOW_ANONYMOUS_ON_NETWORK"),
    ];

    /// <summary>All names of a setting, for a message: <c>EventHistory:Port (--port, EVENTHISTORY_PORT)</c>.</summary>
    public static string NamesOf(string key)
    {
        var alias = All.FirstOrDefault(a => a.Key == key);
        return $"{EventHistorySettings.Section}:{key}" + alias switch
        {
            null => "",
            { Option: null } => $" ({alias.Variable})",
            _ => $" ({alias.Option}, {alias.Variable})",
        };
    }
}
