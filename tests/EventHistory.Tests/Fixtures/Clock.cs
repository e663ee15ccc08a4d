namespace EventHistory.Tests.Fixtures;

/// <summary>A clock that stands until the test moves it.</summary>
internal sealed class Clock(DateTime now) : TimeProvider
{
    public DateTime Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
