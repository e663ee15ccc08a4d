using EventHistory.Core.Celery;
using EventHistory.Core.Coverage;

namespace EventHistory.Core.Tests.Coverage;

public sealed class SentTimeTests
{
    private static List<CeleryEvent> At(params string[] times) => [.. times.Select(time => Given.Event("worker-heartbeat", Given.At(time)))];

    [Fact]
    public void The_neighbours_of_a_place_tell_when_it_was_passed()
    {
        var events = At("10:00:00", "10:00:01", "10:00:02", "10:30:00", "10:30:01", "10:30:02");

        Assert.Equal(Given.At("10:00:01"), SentTime.Last(events, 3));
        Assert.Equal(Given.At("10:30:01"), SentTime.First(events, 3));
    }

    [Fact]
    public void One_sender_whose_clock_is_wrong_does_not_decide() =>
        Assert.Equal(Given.At("10:00:01"), SentTime.First(At("03:00:00", "10:00:01", "10:00:01", "23:00:00", "10:00:01")));

    [Fact]
    public void Without_usable_times_it_is_unknown()
    {
        Assert.Null(SentTime.First([]));
        Assert.Null(SentTime.Last([Given.Decoded("""{"type": "x"}""")], 1));
    }

    [Fact]
    public void A_stream_read_to_its_end_is_read_up_to_now() =>
        Assert.Equal(Given.At("10:00:05"), SentTime.ReadUpTo(At("10:00:00"), Given.At("10:00:05"), Given.At("10:00:06")));

    [Fact]
    public void What_came_while_a_batch_waited_for_company_is_read_too() =>
        Assert.Equal(Given.At("10:00:05.1"), SentTime.ReadUpTo(At("10:00:05.1"), Given.At("10:00:05"), Given.At("10:00:06")));

    [Fact]
    public void A_backlog_is_read_up_to_where_its_events_are() =>
        Assert.Equal(Given.At("07:00:00"), SentTime.ReadUpTo(At("07:00:00"), null, Given.At("10:00:06")));

    [Fact]
    public void A_broker_that_pauses_in_a_backlog_is_not_at_its_end() =>
        Assert.Equal(Given.At("07:00:00"), SentTime.ReadUpTo(At("07:00:00"), Given.At("10:00:05"), Given.At("10:00:06")));

    [Fact]
    public void Senders_ahead_of_us_do_not_move_it_into_the_future() =>
        Assert.Equal(Given.At("10:00:06"), SentTime.ReadUpTo(At("13:00:00"), null, Given.At("10:00:06")));

    [Fact]
    public void Nothing_is_known_of_a_batch_without_events_in_a_backlog() => Assert.Null(SentTime.ReadUpTo([], null, Given.At("10:00:06")));
}
