namespace EventHistory.Tests.Fixtures;

/// <summary>A clock that stands until it is set.</summary>
internal sealed class SetClock(DateTime? now = null) : TimeProvider
{
    /// <summary>UTC.</summary>
    public DateTime Now { get; set; } = now ?? new(2026, 11, 20, 8, 0, 0, DateTimeKind.Utc);

    public override DateTimeOffset GetUtcNow() => new(Now);
}
