using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

public sealed class AttemptTests
{
    [Theory]
    [InlineData("10:00:00", "10:00:01.5", 1.5)]
    [InlineData("10:00:00", "09:59:59.5", 0.0)]  // task-sent is stamped after publishing
    [InlineData("10:00:00", "09:59:58", null)]   // clocks that contradict each other
    [InlineData("10:00:00", null, null)]
    [InlineData(null, "10:00:00", null)]
    public void A_wait_is_what_two_times_tell_or_unknown(string? from, string? to, double? seconds)
    {
        DateTime? begin = from is null ? null : Given.At(from), end = to is null ? null : Given.At(to);
        Assert.Equal(seconds, new Attempt(0, "", default, begin, end, null, null, null, null, 0).QueueWait?.TotalSeconds);
        Assert.Equal(seconds, new Attempt(0, "", default, null, begin, end, null, null, null, 0).WorkerWait?.TotalSeconds);
    }

    [Theory]
    [InlineData("task-progress", "PROGRESS")]
    [InlineData("task-step-2/ä", "STEP-2/Ä")]
    [InlineData("task-x", "X")]
    public void A_custom_event_gives_a_state_of_its_own(string type, string state) => Assert.Equal(state, TaskStates.OfCustom(type));

    [Fact]
    public void A_states_name_is_bounded_and_never_half_a_character()
    {
        Assert.Equal(new string('A', 99) + "…", TaskStates.OfCustom("task-" + new string('a', 5000)));
        Assert.Equal(new string('A', 98) + "…", TaskStates.OfCustom("task-" + new string('a', 98) + "😀😀"));
    }
}
