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
    public Roles Roles { get; init; } = Roles.Ingest | Roles.Web;

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
}

/// <summary>The parts of the process; any of them can be switched off.</summary>
[Flags]
internal enum Roles
{
    /// <summary>Records: broker to database.</summary>
    Ingest = 1,

    /// <summary>Answers: API and pages.</summary>
    Web = 2,

    /// <summary>Prunes and reports.</summary>
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
