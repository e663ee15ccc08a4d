using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests.Celery;

public sealed class JsonTextTests
{
    // An attribute cannot hold these texts
    private static readonly (string Text, string Expected)[] _storable =
    [
        ("", ""), ("größe ☃ 😀", "größe ☃ 😀"), ("\uffff\u0001", "\uffff\u0001"), ("a\0", "a\\u0000"), ("\ud83d", "\\ud83d"),
        ("\ude00\ud83d", "\\ude00\\ud83d"), ("\ud83d\ud83d\ude00", "\\ud83d\ud83d\ude00"),
    ];

    [Fact]
    public void A_text_becomes_one_that_PostgreSQL_can_hold()
    {
        Assert.Equal(_storable.Select(t => t.Expected), _storable.Select(t => JsonText.Storable(t.Text)));
        Assert.Equal(_storable.Select(t => t.Expected), _storable.Select(t => JsonText.Storable(t.Expected))); // once is enough
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("\\", false)]
    [InlineData("\\u", false)]
    [InlineData("\\u000", false)]
    [InlineData("\\u0000", true)]
    [InlineData("\\\\\\\\u0000", false)]
    [InlineData("\\\\\\\\\\u0000", true)]
    [InlineData("\\u0041\\u0000", true)]
    [InlineData("\\\\u0041\\u0000", true)]
    [InlineData("\\\\u\\ud83d\\ude00", false)]
    [InlineData("\\ud83d\\ude00\\ude00", true)]
    [InlineData("\\ud83d", true)]
    [InlineData("\\ud83d\\n\\ude00", true)]
    public void Escapes_that_PostgreSQL_refuses_are_found(string json, bool odd) => Assert.Equal(odd, JsonText.HasOddEscape(Given.Utf8(json)));
}
