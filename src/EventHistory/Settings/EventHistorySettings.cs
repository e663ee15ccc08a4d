using EventHistory.Core.Retention;

namespace EventHistory.Settings;

/// <summary>
/// Everything that can be configured, in the section <c>EventHistory</c>. Sizes are bytes, durations are <c>hh:mm:ss</c>;
/// the bounds are checked at start by <see cref="SettingsRules"/>.
/// </summary>
internal sealed record EventHistorySettings
{
    public const string Section = "EventHistory";

    /// <summary>The Celery cluster's broker: <c>amqp://</c> or <c>amqps://</c>.</summary>
    public string Broker { get; init; } = "amqp://guest:guest@127.0.0.1:5672/%2F";

    /// <summary>A <c>postgres://</c> URL or an Npgsql connection string; null = a private PostgreSQL, started from the local binaries.</summary>
    public string? Database { get; init; }

    /// <summary>The IP address (or <c>localhost</c>) that the API and the pages listen on.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>0 to 65535; 0 = any free port.</summary>
    public int Port { get; init; } = 5555;

    /// <summary>The folder of the private PostgreSQL; relative to the working directory, absolute once read.</summary>
    public string Data { get; init; } = ".data";

    /// <summary>The parts that this process runs, separated by commas.</summary>
    public Roles Roles { get; init; } = Roles.Ingest | Roles.Web | Roles.Jobs;

    /// <summary>Whether anybody who reaches a non-loopback <see cref="Address"/> may read everything.</summary>
    public bool AllowAnonymousOnNetwork { get; init; }

    /// <summary>The topic exchange that Celery's workers publish their events to.</summary>
    public string Exchange { get; init; } = "celeryev";

    public SourceSettings Source { get; init; } = new();

    public StreamSettings Stream { get; init; } = new();

    public TlsSettings Tls { get; init; } = new();

    /// <summary>Of the AMQP connection; 5 s to 10 min.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    public BatchSettings Batch { get; init; } = new();

    public BackoffSettings Backoff { get; init; } = new();

    public RetentionSettings Retention { get; init; } = new();

    public JobSettings Jobs { get; init; } = new();

    public StuckSettings Stuck { get; init; } = new();

    public StorageSettings Storage { get; init; } = new();

    public ReportSettings Reports { get; init; } = new();

    public SmtpSettings Smtp { get; init; } = new();
}

/// <summary>The parts of the process; any of them can be switched off.</summary>
[Flags]
internal enum Roles
{
    /// <summary>Records: broker to database.</summary>
    Ingest = 1,

    /// <summary>Answers: API and pages.</summary>
    Web = 2,

    /// <summary>Does what is due at its time: housekeeping, watching, pruning, reports.</summary>
    Jobs = 4,
}

/// <summary>What the log calls this broker; it may never change, for the stored offset belongs to it.</summary>
internal sealed record SourceSettings
{
    public string Name { get; init; } = "default";
}

/// <summary>Our own RabbitMQ stream. A stream that exists keeps the bounds it was declared with.</summary>
internal sealed record StreamSettings
{
    private const long LargestUsefulSegment = 50_000_000;
    private readonly long? _segmentBytes;

    public string Name { get; init; } = "eventhistory";

    /// <summary>The broker drops the oldest messages beyond this; 1 MB to 1 PB.</summary>
    public long MaxLengthBytes { get; init; } = 5_000_000_000;

    /// <summary>The broker drops messages older than this; 1 min to 10 years, null = only the size counts.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>What the broker drops at a time: 100 kB to half of <see cref="MaxLengthBytes"/>; by default 50 MB or a quarter of it.</summary>
    public long SegmentBytes
    {
        get => _segmentBytes ?? Math.Min(LargestUsefulSegment, MaxLengthBytes / 4);
        init => _segmentBytes = value;
    }

    /// <summary>Messages on their way to us and not yet committed; 1 to 65535.</summary>
    public int Prefetch { get; init; } = 5000;
}

/// <summary>For <c>amqps://</c> brokers. Files are PEM.</summary>
internal sealed record TlsSettings
{
    /// <summary>The name on the broker's certificate; null = the host of the URL.</summary>
    public string? ServerName { get; init; }

    /// <summary>The authorities to trust; null = those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>Our own certificate, for brokers that ask for one.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The key of <see cref="CertificateFile"/>; null = it is in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Takes any certificate: the connection is then encrypted but may end at a stranger.</summary>
    public bool AllowUntrusted { get; init; }
}

/// <summary>A batch is one transaction; it ends at whichever bound is met first.</summary>
internal sealed record BatchSettings
{
    /// <summary>1 to 50,000.</summary>
    public int Events { get; init; } = 10_000;

    /// <summary>64 kB to 256 MB of message bodies.</summary>
    public int Bytes { get; init; } = 8_000_000;

    /// <summary>How long the first event of a batch waits for company; 1 ms to 10 s.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>How long to wait before trying a broken connection again: doubling from <see cref="First"/> to <see cref="Max"/>.</summary>
internal sealed record BackoffSettings
{
    /// <summary>10 ms to 1 min.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary><see cref="First"/> to 1 h.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What is kept, unless a policy was set over the API. Ages are written as <c>36h</c>, <c>30d</c>, <c>8w</c>, <c>2y</c>; null = for ever.</summary>
internal sealed record RetentionSettings
{
    /// <summary>The newest so many finished tasks are kept; 0 = all.</summary>
    public long MaxTasks { get; init; } = RetentionPolicy.DefaultMaxTasks;

    /// <summary>How old finished tasks may become, by state and name; see <see cref="AgeRulesText"/>.</summary>
    public string? MaxAge { get; init; }

    /// <summary>What the database may take on disk; from 100 MB, null = anything.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Of heartbeats.</summary>
    public string? WorkerHeartbeats { get; init; }

    /// <summary>Of rollups.</summary>
    public string? Rollups { get; init; }

    /// <summary>Of messages that could not be read.</summary>
    public string? RejectedMessages { get; init; }

    /// <summary>The same as a policy; the settings have been checked.</summary>
    public RetentionPolicy Policy() => new()
    {
        MaxTasks = MaxTasks == 0 ? null : MaxTasks,
        MaxAge = AgeRulesText.Parse(MaxAge ?? "").Value!,
        MaxBytes = MaxBytes,
        WorkerHeartbeats = Age(WorkerHeartbeats),
        Rollups = Age(Rollups),
        RejectedMessages = Age(RejectedMessages),
    };

    private static TimeSpan? Age(string? text) => string.IsNullOrEmpty(text) ? null : AgeText.Parse(text);
}

/// <summary>When the housekeeping is due: cron expressions of five fields (minute, hour, day of month, month, day of week); empty = only when it is asked for.</summary>
internal sealed record JobSettings
{
    /// <summary>An IANA name: the zone that the cron expressions are read in.</summary>
    public string TimeZone { get; init; } = "UTC";

    public string? MergeSegments { get; init; } = "6 * * * *";

    public string? IndexDays { get; init; } = "12 * * * *";

    public string? MakePartitions { get; init; } = "40 */6 * * *";

    public string? FindStuck { get; init; } = "* * * * *";

    public string? WatchWorkers { get; init; } = "* * * * *";

    public string? WatchFailures { get; init; } = "*/5 * * * *";

    public string? MeasureStorage { get; init; } = "50 * * * *";

    public string? Prune { get; init; } = "25 3 * * *";
}

/// <summary>When a task counts as stuck; each 1 s to 30 days.</summary>
internal sealed record StuckSettings
{
    /// <summary>It was sent, or its ETA has passed, so long ago, and no worker has received it.</summary>
    public TimeSpan NeverReceived { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A worker received it so long ago and has not started it, though it need not wait.</summary>
    public TimeSpan Prefetched { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Its worker has it, its ETA has passed so long ago, and it has not started.</summary>
    public TimeSpan EtaOverdue { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>It was to be tried again, so long ago, and was not.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>It has run for so many times the 99th percentile of its kind's last week; 1 to 1000.</summary>
    public int RunningFactor { get; init; } = 3;

    /// <summary>And at least for so long.</summary>
    public TimeSpan Running { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>What the forecast of the storage is measured against.</summary>
internal sealed record StorageSettings
{
    /// <summary>Bytes that the database may take; null = the disk that the private PostgreSQL is on.</summary>
    public long? Capacity { get; init; }
}

/// <summary>Where reports may go, how often that is tried, and how long they are kept.</summary>
internal sealed record ReportSettings
{
    /// <summary>What is delivered to folders goes below it; null = nothing is.</summary>
    public string? Folder { get; init; }

    /// <summary>Where people reach these pages, for the links in reports: <c>https://history.example.com</c>; null = no links.</summary>
    public string? Site { get; init; }

    /// <summary>Whether webhooks may lead to this machine and to private networks: whoever may write a report can then send requests there.</summary>
    public bool AllowPrivateTargets { get; init; }

    /// <summary>For one attempt to deliver; 1 s to 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after the first attempt that failed; it doubles with each. 1 s to 1 h.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><see cref="RetryFirst"/> to 1 day.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromHours(6);

    /// <summary>After so many, a delivery is given up; 1 to 100.</summary>
    public int Attempts { get; init; } = 12;

    /// <summary>How long runs, files and deliveries are kept; 1 day to 10 years.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(90);
}

/// <summary>The server that takes our mails.</summary>
internal sealed record SmtpSettings
{
    /// <summary>Its name or address; null = nothing is sent by mail.</summary>
    public string? Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public int Port { get; init; } = 587;

    /// <summary>starttls, or none.</summary>
    public string Security { get; init; } = "starttls";

    /// <summary>null = without signing in.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>The address that mails come from.</summary>
    public string? From { get; init; }
}
