using System.Globalization;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Celery;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Celery;

public sealed class EventTextTests
{
    private static readonly Gen<string> _unit = Gen.OneOf(
        Gen.Elements("\\n", "\\t", "\\r", "\\b", "\\f", "\\/", "\\\\", "\\\"", "\\u0000", "\\u002e", "\\u002E", ".", "...", "u0000", "x", "é", "☃", "😀"),
        Gen.Elements("\\ud83d", "\\ude00", "\\uD83D", "\\uDE00", "\\ud83d\\ude00", "\\udbff\\udfff", "\\ud800", "\\udc00", "\\uffff", "\\u0001", "\\u00e9"),
        Gen.Choose(0, 0xFFFF).Select(c => $"\\u{c:x4}"),
        Gen.Choose(' ', '~').Where(c => c is not '"' and not '\\').Select(c => ((char)c).ToString()));

    private static readonly Gen<string> _json = _unit.ListOf().Select(string.Concat);

    private static EventText Json(string json) => EventText.OfJson(Given.Utf8(json), json.Contains('\\'));

    [Theory]
    [InlineData("0123456789", 5, "0123456789")]
    [InlineData("0123456789", 3, "012\n789")]
    [InlineData("0\\u003123456789", 5, "0123456789")] // it is the text that counts, not how it was written
    [InlineData("aéb234567éb", 2, "a\ufffd\n\ufffdb")]
    public void Of_a_long_text_an_excerpt_has_both_ends(string json, int most, string excerpt) => Assert.Equal(excerpt, Json(json).Excerpt(most));

    [Theory]
    [InlineData("", "")]
    [InlineData("(1, 2)", "(1, 2)")]
    [InlineData("größe ☃ 😀", "größe ☃ 😀")]
    [InlineData("\\n\\t\\r\\b\\f\\/\\\\\\\"", "\n\t\r\b\f/\\\"")]
    [InlineData("\\u00e9\\u2603", "é☃")]
    [InlineData("\\u0001\\uffff", "\u0001\uffff")]
    [InlineData("\\u0000", "\\u0000")]
    [InlineData("a\\u0000\\u0000b", "a\\u0000\\u0000b")]
    [InlineData("\\\\u0000", "\\u0000")]
    [InlineData("\\ud83d\\ude00", "\ud83d\ude00")]
    [InlineData("\\uDBFF\\uDFFF", "\udbff\udfff")]
    [InlineData("\\ud800", "\\ud800")]
    [InlineData("\\uDFFF", "\\udfff")]
    [InlineData("\\ud83d\\ud83d\\ude00\\ude00", "\\ud83d\ud83d\ude00\\ude00")]
    [InlineData("\\ud83dx\\ude00", "\\ud83dx\\ude00")]
    [InlineData("\\ud83d\\\\ude00", "\\ud83d\\ude00")]
    public void What_stands_between_quotes_becomes_a_text_that_PostgreSQL_can_hold(string json, string text)
    {
        Assert.Equal(text, Json(json).Text());
        Assert.Equal(text, Written(Json(json)));
        Assert.Equal(text, Json(json).Detached().Text());
        Assert.Equal(json.Length == 0, Json(json).IsEmpty);
        Assert.False(Json(json).IsNone);
    }

    [Fact]
    public void The_text_is_the_one_that_the_decoder_reads() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(_json.ToArbitrary(), json =>
    {
        var text = Read(json);
        Assert.Equal(JsonText.Storable(Unescaped(json)), text);
        Assert.Equal(text, Json(json).Text());
        Assert.Equal(text, Written(Json(json)));
        Assert.True(!text.Contains("...", StringComparison.Ordinal) || Json(json).MayHoldDots());
    }));

    [Fact]
    public void So_it_is_for_every_string_of_the_captures()
    {
        var strings = 0;
        foreach (var message in Given.Sample("celery-events.jsonl").Concat(Given.Sample("nasty.jsonl")))
        {
            var reader = new Utf8JsonReader(message);
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                    continue;
                strings++;
                var text = EventText.OfJson(reader.ValueSpan.ToArray(), reader.ValueIsEscaped);
                Assert.Equal(JsonText.Read(ref reader), text.Text());
                Assert.Equal(text.Text(), Written(text));
            }
        }
        Assert.True(strings > 10_000);
    }

    [Fact]
    public void No_text_is_not_an_empty_one()
    {
        Assert.Equal((true, true, null), (default(EventText).IsNone, default(EventText).IsEmpty, default(EventText).Text()));
        Assert.Equal((true, null), (EventText.Of(null).IsNone, EventText.Of(null).Detached().Text()));
        Assert.Equal((false, true, ""), (EventText.Of("").IsNone, EventText.Of("").IsEmpty, EventText.Of("").Detached().Text()));
        Assert.False(default(EventText).TryGetPlain(out _));
        Assert.False(default(EventText).MayHoldDots());
    }

    [Fact]
    public void A_text_that_is_no_JSON_is_taken_as_it_is()
    {
        Assert.Equal("\\u0041\\n \"é", EventText.Of("\\u0041\\n \"é").Text());
        Assert.Equal("\\u0041\\n \"é", EventText.OfUtf8(Given.Utf8("\\u0041\\n \"é")).Text());
    }

    [Fact]
    public void Bytes_are_handed_out_only_if_they_are_the_text()
    {
        Assert.True(Json("größe").TryGetPlain(out var utf8));
        Assert.Equal("größe", Encoding.UTF8.GetString(utf8));
        Assert.False(Json("gr\\u00f6ße").TryGetPlain(out _));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("(1, 2)", false)]
    [InlineData("..\\n.", false)]
    [InlineData("a...", true)]
    [InlineData("\\u00e9...", true)]
    [InlineData("\\u002e\\u002E.", true)]
    [InlineData("..\\u002e", true)]
    public void Dots_are_not_overlooked(string json, bool dots) => Assert.Equal(dots, Json(json).MayHoldDots());

    // The decoder's own reading of a string value
    private static string Read(string json)
    {
        var reader = new Utf8JsonReader(Given.Utf8($"\"{json}\""));
        reader.Read();
        return JsonText.Read(ref reader);
    }

    private static string Written(EventText text)
    {
        var utf8 = new byte[text.MaxBytes];
        return Encoding.UTF8.GetString(utf8, 0, text.CopyTo(utf8));
    }

    // Told the slow way: unit by unit
    private static string Unescaped(string json)
    {
        var text = new StringBuilder();
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] != '\\')
            {
                text.Append(json[i]);
                continue;
            }
            switch (json[++i])
            {
                case 'u':
                    text.Append((char)int.Parse(json.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 4;
                    break;
                case var escape:
                    text.Append("bfnrt".Contains(escape) ? "\b\f\n\r\t"["bfnrt".IndexOf(escape)] : escape);
                    break;
            }
        }
        return text.ToString();
    }
}
