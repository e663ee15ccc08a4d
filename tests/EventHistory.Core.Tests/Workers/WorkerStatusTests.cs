using EventHistory.Core.Workers;

namespace EventHistory.Core.Tests.Workers;

public sealed class WorkerStatusTests
{
    [Theory]
    [InlineData(2.0, 0, false, "online")]
    [InlineData(2.0, 6, false, "online")]
    [InlineData(2.0, 7, false, "silent")]
    [InlineData(null, 6, false, "online")]
    [InlineData(null, 7, false, "silent")]
    [InlineData(0.1, 6, false, "online")]   // never less patience than this
    [InlineData(-5.0, 6, false, "online")]
    [InlineData(60.0, 180, false, "online")]
    [InlineData(60.0, 181, false, "silent")]
    [InlineData(1e300, 3601, false, "silent")]
    [InlineData(2.0, 0, true, "offline")]
    [InlineData(2.0, -3600, false, "online")] // heard in the future: clocks
    public void A_worker_is_online_while_it_is_heard_in_time(double? freq, int silence, bool saidGoodbye, string status) =>
        Assert.Equal(status, WorkerStatus.Of(Given.At("10:00:00"), freq, saidGoodbye, Given.At("10:00:00").AddSeconds(silence)));
}
