namespace EventHistory.Telemetry;

/// <summary>What recording is doing, for health and pages. Written by the recorder, read by anybody.</summary>
internal sealed class RecorderStatus
{
    private volatile string _state = "starting";

    /// <summary>starting, connecting, standby, recording, stopped or disabled.</summary>
    public string State { get => _state; set => _state = value; }

    /// <summary>Why it does not record, as a sentence; null while it does.</summary>
    public string? Problem { get; set; }

    /// <summary>Read models whose rows were made by older rules: <c>eventhistory rebuild</c> makes them anew.</summary>
    public IReadOnlyList<string> Outdated { get; set; } = [];

    /// <summary>The latest time that a recorded event bears, by its sender's clock.</summary>
    public DateTime? LastEventAt { get; set; }

    public DateTime? LastRecordedAt { get; set; }

    public long LastPosition { get; set; }

    public long LastOffset { get; set; }

    public bool BrokerConnected { get; set; }

    public bool DatabaseConnected { get; set; }

    /// <summary>Seconds that recording is behind the broker: 0 when nothing waits.</summary>
    public double? LagSeconds { get; set; }
}
