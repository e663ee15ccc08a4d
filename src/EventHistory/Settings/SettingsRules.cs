using System.Net;
using EventHistory.Core.Reports;
using EventHistory.Core.Retention;

namespace EventHistory.Settings;

/// <summary>The bounds of the settings. A setting outside of them stops the start with a sentence that names it, its value and what is allowed.</summary>
internal static class SettingsRules
{
    public static void Check(EventHistorySettings settings)
    {
        Reachable(settings);
        Within("Port", settings.Port, 0, 65_535);
        Anonymous(settings);
        Named("Exchange", settings.Exchange);
        Named("Source:Name", settings.Source.Name);
        Within("Heartbeat", settings.Heartbeat, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));
        Stream(settings.Stream);
        Tls(settings.Tls, settings.Broker);
        Within("Batch:Events", settings.Batch.Events, 1, 50_000);
        Within("Batch:Bytes", settings.Batch.Bytes, 64_000, 256_000_000);
        Within("Batch:Linger", settings.Batch.Linger, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Within("Backoff:First", settings.Backoff.First, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Within("Backoff:Max", settings.Backoff.Max, settings.Backoff.First, TimeSpan.FromHours(1));
        Retention(settings.Retention);
        Stuck(settings.Stuck);
        if (settings.Storage.Capacity is { } capacity)
            Within("Storage:Capacity", capacity, 1_000_000, long.MaxValue);
        Reports(settings.Reports);
        Smtp(settings.Smtp);
    }

    /// <summary>The address to bind; <c>localhost</c> is its IPv4 form.</summary>
    public static IPAddress Listen(EventHistorySettings settings) =>
        settings.Address.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(settings.Address, out var address) ? address
        : throw Bad("Address", settings.Address, "an IP address such as 127.0.0.1 or 0.0.0.0, or localhost");

    private static void Reachable(EventHistorySettings settings)
    {
        try
        {
            BrokerUrl.Parse(settings.Broker);
        }
        catch (FormatException e)
        {
            throw Bad("Broker", Secrets.Mask(settings.Broker), e.Message);
        }

        try
        {
            if (settings.Database is not null)
                PostgresUrl.Parse(settings.Database);
        }
        catch (FormatException e)
        {
            throw Bad("Database", Secrets.Mask(settings.Database!), e.Message);
        }
    }

    private static void Anonymous(EventHistorySettings settings)
    {
        if (!IPAddress.IsLoopback(Listen(settings)) && !settings.AllowAnonymousOnNetwork)
        {
            throw Bad("Address", settings.Address,
                "a loopback address, because everybody who reaches it can read everything without signing in; "
                + "if that is wanted, set EventHistory:AllowAnonymousOnNetwork (EVENTHISTORY_ALLOW_ANONYMOUS_ON_NETWORK) to true");
        }
    }

    private static void Stream(StreamSettings stream)
    {
        Named("Stream:Name", stream.Name);
        Within("Stream:MaxLengthBytes", stream.MaxLengthBytes, 1_000_000, 1_000_000_000_000_000);
        Within("Stream:SegmentBytes", stream.SegmentBytes, 100_000, stream.MaxLengthBytes / 2);
        Within("Stream:Prefetch", stream.Prefetch, 1, 65_535);
        if (stream.MaxAge is { } age)
            Within("Stream:MaxAge", age, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650));
    }

    private static void Retention(RetentionSettings retention)
    {
        Within("Retention:MaxTasks", retention.MaxTasks, 0, long.MaxValue);
        if (retention.MaxBytes is { } bytes)
            Within("Retention:MaxBytes", bytes, RetentionPolicyJson.LeastBytes, long.MaxValue);
        if (AgeRulesText.Parse(retention.MaxAge ?? "").Problem is not null)
            throw Bad("Retention:MaxAge", retention.MaxAge, $"{AgeRulesText.Rule}; of an age, {AgeText.Rule}");
        foreach (var (key, age) in new[]
                 {
                     ("Retention:WorkerHeartbeats", retention.WorkerHeartbeats), ("Retention:Rollups", retention.Rollups),
                     ("Retention:RejectedMessages", retention.RejectedMessages),
                 })
        {
            if (!string.IsNullOrEmpty(age) && AgeText.Parse(age) is null)
                throw Bad(key, age, $"an age: {AgeText.Rule}");
        }
    }

    private static void Stuck(StuckSettings stuck)
    {
        var (shortest, longest) = (TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
        Within("Stuck:NeverReceived", stuck.NeverReceived, shortest, longest);
        Within("Stuck:Prefetched", stuck.Prefetched, shortest, longest);
        Within("Stuck:EtaOverdue", stuck.EtaOverdue, shortest, longest);
        Within("Stuck:Retry", stuck.Retry, shortest, longest);
        Within("Stuck:Running", stuck.Running, shortest, longest);
        Within("Stuck:RunningFactor", stuck.RunningFactor, 1, 1000);
    }

    private static void Tls(TlsSettings tls, string broker)
    {
        if (tls != new TlsSettings() && !BrokerUrl.Parse(broker).Tls)
            throw Bad("Broker", Secrets.Mask(broker), "an amqps:// URL, because the settings under EventHistory:Tls are of no use without");
        Exists("Tls:CaFile", tls.CaFile);
        Exists("Tls:CertificateFile", tls.CertificateFile);
        Exists("Tls:KeyFile", tls.KeyFile);
        if (tls.KeyFile is not null && tls.CertificateFile is null)
            throw Bad("Tls:KeyFile", tls.KeyFile, "left out, or accompanied by EventHistory:Tls:CertificateFile");
    }

    private static void Reports(ReportSettings reports)
    {
        if (reports.Folder is not null && !Directory.Exists(reports.Folder))
            throw Bad("Reports:Folder", reports.Folder, "a folder that exists");
        if (reports.Site is not null && !(Uri.TryCreate(reports.Site, UriKind.Absolute, out var site) && site.Scheme is "https" or "http"))
            throw Bad("Reports:Site", reports.Site, "an address such as https://history.example.com");
        Within("Reports:Timeout", reports.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Within("Reports:RetryFirst", reports.RetryFirst, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Within("Reports:RetryMax", reports.RetryMax, reports.RetryFirst, TimeSpan.FromDays(1));
        Within("Reports:Attempts", reports.Attempts, 1, 100);
        Within("Reports:Keep", reports.Keep, TimeSpan.FromDays(1), TimeSpan.FromDays(3650));
    }

    private static void Smtp(SmtpSettings smtp)
    {
        Within("Smtp:Port", smtp.Port, 1, 65_535);
        if (smtp.Security is not ("starttls" or "none"))
            throw Bad("Smtp:Security", smtp.Security, "starttls or none");
        if (smtp.Host is not null && smtp.From is null)
            throw Bad("Smtp:From", "", "the address that mails come from, because Smtp:Host names a server");
        if (smtp.From is not null && !MailAddress.IsOne(smtp.From))
            throw Bad("Smtp:From", smtp.From, "an address such as eventhistory@example.com");
        if (smtp.Password is not null && smtp.User is null)
            throw Bad("Smtp:User", "", "the name to sign in with, because Smtp:Password is set");
    }

    private static void Exists(string key, string? file)
    {
        if (file is not null && !File.Exists(file))
            throw Bad(key, file, "a file that exists");
    }

    // AMQP's short strings end at 255 bytes, and names that begin with amq. belong to the broker
    private static void Named(string key, string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 200 || name.StartsWith("amq.", StringComparison.Ordinal))
            throw Bad(key, name, "a name of 1 to 200 characters that does not begin with amq.");
    }

    private static void Within<T>(string key, T value, T from, T to) where T : IComparable<T>
    {
        if (value.CompareTo(from) < 0 || value.CompareTo(to) > 0)
            throw Bad(key, value.ToString(), FormattableString.Invariant($"from {from} to {to}"));
    }

    private static StartException Bad(string key, string? value, string right) =>
        new($"{SettingAlias.NamesOf(key)} is {(value is [] ? "empty" : $"\"{value}\"")}, but must be {right}.", StartException.BadSettings);
}
