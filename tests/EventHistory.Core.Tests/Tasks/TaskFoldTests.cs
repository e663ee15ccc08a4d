using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

public sealed class TaskFoldTests
{
    private static readonly DateTime _recordedAt = Given.At("12:00:00");

    public static TheoryData<string> Scripts =>
        [.. Directory.GetFiles(Given.PathOf("Tasks", "Scripts"), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_story_ends_as_its_script_says_in_any_order(string script) => Golden.Check(Given.PathOf("Tasks", "Scripts", script + ".txt"));

    [Fact]
    public void The_earliest_time_is_found_again_after_events_without_any()
    {
        var row = new Row(TaskId.Parse(Given.Id));
        row.Apply(Given.Event("task-started", Given.At("10:00:00"), more: ("timestamp", "soon")));
        row.Reload();
        row.Apply(Given.Event("task-started", Given.At("10:00:00")));
        Assert.Equal(Given.At("10:00:00"), row.Fold.FirstAt);
    }

    [Fact]
    public void Events_without_a_usable_time_count_and_say_nothing()
    {
        var row = new Row(TaskId.Parse(Given.Id));
        row.Apply(Given.Event("task-succeeded", Given.At("10:00:00"), more: ("timestamp", null)));
        Assert.Equal((TaskStates.Pending, 1, 1L), (row.State, row.Fold.EventCount, row.Fold.LastPosition));
        Assert.Null(row.Content.Result.Text());
    }

    [Fact]
    public void Of_two_events_of_a_group_the_later_one_is_shown_whichever_came_first()
    {
        var fold = new TaskFold(TaskId.Parse(Given.Id));
        fold.Apply(Given.Event("task-failed", Given.At("10:00:05"), more: ("exception", "A()")), 1, _recordedAt);
        Assert.Equal("A()", fold.Content.Exception.Text());
        fold.Apply(Given.Event("task-retried", Given.At("10:00:04"), more: ("exception", "B()")), 2, _recordedAt);
        Assert.Equal("A()", fold.Content.Exception.Text());
        fold.Apply(Given.Event("task-retried", Given.At("10:00:06"), more: ("exception", "C()")), 3, _recordedAt);
        Assert.Equal("C()", fold.Content.Exception.Text());
    }

    [Fact]
    public void What_a_loaded_row_shows_gives_way_to_what_counts_more_and_to_nothing_else()
    {
        var row = new Row(TaskId.Parse(Given.Id));
        row.Apply(Message("task-sent", "10:00:10", "n10", "q10"));
        row.Apply(Given.Event("task-failed", Given.At("10:00:10"), more: [("exception", "E10"), ("traceback", "T10")]));
        row.Apply(Given.Event("task-succeeded", Given.At("10:00:10"), more: [("result", "R10"), ("runtime", 10.0)]));
        row.Apply(Given.Event("task-revoked", Given.At("10:00:10"), more: [("terminated", true), ("signum", "S10")]));
        var shown = row.ToString();
        row.Reload();
        Assert.Equal(shown, row.ToString());

        row.Apply(Message("task-sent", "10:00:09", "n9", "q9"));
        row.Apply(Given.Event("task-retried", Given.At("10:00:09"), more: ("exception", "E9")));
        row.Apply(Given.Event("task-succeeded", Given.At("10:00:09"), more: ("result", "R9")));
        row.Apply(Given.Event("task-revoked", Given.At("10:00:09"), more: ("signum", "S9")));
        Assert.Equal(("n10", "q10", "E10", "T10", "R10", 10.0, "S10", true), Shown(row));

        row.Reload();
        row.Apply(Message("task-sent", "10:00:11", "n11", "q11"));
        row.Apply(Given.Event("task-retried", Given.At("10:00:11"), more: ("exception", "E11")));
        row.Apply(Given.Event("task-succeeded", Given.At("10:00:11"), more: ("result", "R11")));
        row.Apply(Given.Event("task-revoked", Given.At("10:00:11"), more: ("signum", "S11")));
        Assert.Equal(("n11", "q11", "E11", null, "R11", null, "S11", null), Shown(row));

        static CeleryEvent Message(string type, string at, string name, string queue) =>
            Given.Event(type, Given.At(at), more: [("name", name), ("queue", queue)]);

        static (string?, string?, string?, string?, string?, double?, string?, bool?) Shown(Row row) => (row.Content.Name, row.Content.Queue,
            row.Content.Exception.Text(), row.Content.Traceback.Text(), row.Content.Result.Text(), row.Content.Runtime, row.Content.Signal.Text(), row.Content.Terminated);
    }

    [Fact]
    public void A_position_that_the_fold_has_passed_changes_nothing()
    {
        var story = Enumerable.Range(0, 1000).Select(seed => new LifeStory(seed, skewed: true).Events).First(events => events.Count > 20);
        var row = new Row(TaskId.Parse(Given.Id));
        for (var i = 0; i < story.Count; i++)
            Assert.True(row.Fold.Apply(story[i], 100 + (i * 5), _recordedAt.AddSeconds(i)));
        var (told, fold) = (row.ToString(), row.Fold);
        Assert.Equal((story.Count, 100 + ((story.Count - 1) * 5), _recordedAt.AddSeconds(story.Count - 1)), (fold.EventCount, fold.LastPosition, fold.RecordedAt));

        foreach (var reloaded in new[] { false, true })
        {
            if (reloaded)
                row.Reload();
            for (var i = 0; i < story.Count; i++)
                Assert.False(row.Fold.Apply(Given.Event("task-failed", Given.At("23:00:00"), more: ("exception", $"{i}")), 100 + (i * 5), DateTime.MaxValue));
            Assert.Equal((told, story.Count, 100 + ((story.Count - 1) * 5)), (row.ToString(), row.Fold.EventCount, row.Fold.LastPosition));
            Assert.Equal(reloaded ? default : fold.RecordedAt, row.Fold.RecordedAt);
        }
        Assert.True(row.Fold.Apply(story[0], 100 + (story.Count * 5), _recordedAt)); // the same event, heard again
        Assert.Equal((told, story.Count + 1), (row.ToString(), row.Fold.EventCount));
    }

    [Fact]
    public void A_start_is_new_once()
    {
        var row = new Row(TaskId.Parse(Given.Id));
        var first = Given.Event("task-started", Given.At("10:00:01"), clock: 1);
        var second = Given.Event("task-started", Given.At("10:00:02"), clock: 2);
        row.Apply(Given.Event("task-received", Given.At("10:00:00")));
        Assert.Empty(row.Fold.NewStarts);
        row.Apply(first);
        row.Apply(first);
        row.Apply(second);
        row.Apply(Given.Event("task-started", Given.At("10:00:03"), more: ("timestamp", null))); // when, nobody knows
        Assert.Equal([Stamp.Of(first)!.Value, Stamp.Of(second)!.Value], row.Fold.NewStarts);

        row.Commit();
        Assert.Empty(row.Fold.NewStarts);
        row.Apply(second);
        Assert.Empty(row.Fold.NewStarts);
        row.Reload();
        row.Apply(first);
        Assert.Empty(row.Fold.NewStarts);
        var third = Given.Event("task-started", Given.At("10:00:00"), clock: 1, hostname: "celery@w2");
        row.Apply(third);
        Assert.Equal([Stamp.Of(third)!.Value], row.Fold.NewStarts);
    }

    [Fact]
    public void Content_that_is_detached_outlives_its_message()
    {
        string[] fields = ["args", "kwargs", "eta", "expires", "result", "exception", "traceback", "signum"];
        var json = $"{{\"type\":\"task-received\",{string.Join(',', fields.Select((f, i) => $"\"{f}\":\"{f}{(i % 2 == 0 ? "" : "\\n\\u0000\\ud83d\\ude00")}\""))}}}";
        var expected = fields.Select((f, i) => f + (i % 2 == 0 ? "" : "\n\\u0000😀"));
        var message = Given.Utf8(json);
        var content = Content(message);
        content.Detach();
        Array.Clear(message);
        Assert.Equal(expected, Texts(content));

        var empty = Content(Given.Utf8("""{"type":"task-received","args":"","result":null,"signum":""}"""));
        empty.Detach();
        Assert.Equal(["", null, null, null, null, null, null, ""], Texts(empty));

        static TaskContent Content(byte[] message)
        {
            var events = new List<CeleryEvent>();
            Assert.Null(EventDecoder.Decode(message, events));
            var content = new TaskContent();
            content.Define(events[0]);
            content.Succeed(events[0]);
            content.Fail(events[0]);
            content.Revoke(events[0]);
            return content;
        }

        static IEnumerable<string?> Texts(TaskContent c) =>
            new[] { c.Args, c.Kwargs, c.Eta, c.Expires, c.Result, c.Exception, c.Traceback, c.Signal }.Select(text => text.Text());
    }

    [Fact]
    public void Positions_are_remembered_up_to_a_bound_and_the_last_one_always()
    {
        var fold = new TaskFold(TaskId.Parse(Given.Id));
        for (var i = 1; i <= 1000; i++)
            fold.Apply(Given.Event("task-progress", Given.At("10:00:00").AddSeconds(i)), i * 10, _recordedAt);
        Assert.Equal((1000, 10_000L), (fold.EventCount, fold.LastPosition));
        Assert.Equal(Enumerable.Range(1, TaskFold.MaxPositions).Select(i => i * 10L), fold.Positions);
        Assert.Single(fold.Stamps);
    }
}
