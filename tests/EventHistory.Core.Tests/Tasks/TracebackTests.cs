using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Tasks;

public sealed class TracebackTests
{
    private const string Frames = "Traceback (most recent call last):\n  File \"/app/shop.py\", line 12, in pay\n    charge(order)\n";

    private const string During = "\n\nDuring handling of the above exception, another exception occurred:\n\n";
    private const string Cause = "\n\nThe above exception was the direct cause of the following exception:\n\n";

    private static string? Joined(Traceback traceback) => Traceback.Join(traceback.Frames, traceback.End).Text();

    // As it stands in a message: with escapes
    private static EventText Json(string text) =>
        EventText.OfJson(Given.Utf8(System.Text.Json.JsonSerializer.Serialize(text)[1..^1]), escaped: true);

    [Theory]
    [InlineData(Frames, "ValueError: no")]
    [InlineData(Frames, "")]
    [InlineData(Frames, "ValueError: no\nmore\n  of it\n")]
    [InlineData(Frames, "\nDuring handling of the above exception, another exception occurred:\n\n" + Frames + "KeyError: 'größe'")] // no blank line above
    [InlineData(Frames, "KeyError: 1" + During + "no frames")]
    [InlineData(Frames, "KeyError: \u001e" + During + Frames + "ValueError: no")]
    [InlineData(Frames, "KeyError: \\n\nDuring handling of the above exception, another exception occurred:\n\n" + Frames + "ValueError: no")]
    [InlineData(null, "")]
    [InlineData(null, "ValueError: no")]
    [InlineData(null, "Traceback (most recent call last):")]
    [InlineData("Traceback (most recent call last):\n", "ValueError: no")]
    [InlineData(null, " " + Frames)]
    public void Frames_end_where_a_line_does_not_begin_with_a_blank(string? frames, string end)
    {
        foreach (var text in new[] { EventText.Of(frames + end), Json(frames + end) })
        {
            var traceback = Traceback.Of(text);
            Assert.Equal((frames, end), (traceback.Frames, traceback.End.Text()));
            Assert.Equal(frames + end, Joined(traceback));
        }
    }

    [Theory]
    [InlineData("KeyError: 1", "ValueError: größe\nmore")]
    [InlineData("KeyError: \\", "")]
    [InlineData("", "ValueError: no\n")]
    public void Of_a_chain_the_frames_of_each_exception_are_shared(string cause, string end)
    {
        var text = Frames + cause + During + Frames + end + Cause + Frames + end;
        foreach (var form in new[] { EventText.Of(text), Json(text) })
        {
            var traceback = Traceback.Of(form);
            Assert.Equal($"{Frames}{Traceback.Seam}{During}{Frames}{Traceback.Seam}{Cause}{Frames}", traceback.Frames);
            Assert.Equal($"{cause}{Traceback.Seam}{end}{Traceback.Seam}{end}", traceback.End.Text());
            Assert.Equal(text, Joined(traceback));
        }
    }

    [Fact]
    public void No_traceback_is_none()
    {
        Assert.Equal((null, true), (Traceback.Of(default).Frames, Traceback.Of(default).End.IsNone));
        Assert.Null(Joined(Traceback.Of(default)));
    }

    [Fact]
    public void The_same_frames_are_one_string()
    {
        var (first, second) = (Traceback.Of(EventText.Of(Frames + "ValueError: 1")), Traceback.Of(EventText.Of(Frames + "ValueError: 2")));
        Assert.Same(first.Frames, second.Frames);
        Assert.NotEqual(first.End.Text(), second.End.Text());
    }

    [Fact]
    public void Frames_of_any_length_are_kept_and_only_short_ones_are_shared()
    {
        var deep = Frames + string.Concat(Enumerable.Repeat("  File \"/app/shop.py\", line 12, in pay\n", 1000)) + "RecursionError";
        var traceback = Traceback.Of(EventText.Of(deep));
        Assert.Equal((null, deep), (traceback.Frames, Joined(traceback)));
    }

    [Fact]
    public void Every_traceback_of_the_captures_is_the_same_again()
    {
        var texts = Given.SampleEvents("celery-events.jsonl").Concat(Given.SampleEvents("nasty.jsonl")).Select(e => e.Traceback).Where(t => !t.IsNone).ToList();
        Assert.All(texts, text => Assert.Equal(text.Text(), Joined(Traceback.Of(text))));
        Assert.True(texts.Count(text => Traceback.Of(text).Frames is not null) > texts.Count / 2);
    }

    private static readonly Gen<string> _text = Gen.Elements(During, During + "Traceback \n", During + "Traceback \n", Cause + "Traceback :\n  File\n", "\u001e",
        "\n", "\n", "\n  File ", "\\", "\\n", "\0", "\ud83d", "\ude00", "😀", "\u2028", "é", "\"", " ", "n", "ValueError", "\t")
        .ListOf().Select(parts => "Traceback " + string.Concat(parts));

    [Fact]
    public void Cut_and_joined_it_is_what_it_was() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(_text.ToArbitrary(), text =>
    {
        var json = string.Concat(text.Select(c => c is '\n' ? "\\n" : c is '"' or '\\' ? $"\\{c}" : c is 'é' || (char.IsAscii(c) && !char.IsControl(c) && c != 't') ? $"{c}" : $"\\u{(int)c:x4}"));
        var escaped = EventText.OfJson(Given.Utf8(json), json.Contains('\\'));
        Assert.Equal(JsonText.Storable(text), escaped.Text());
        Assert.Equal(JsonText.Storable(text), Joined(Traceback.Of(escaped)));
        Assert.Equal(JsonText.Storable(text), Joined(Traceback.Of(EventText.Of(JsonText.Storable(text)))));
    }));
}
