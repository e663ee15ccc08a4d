using EventHistory.Core.Queries;

namespace EventHistory.Core.Tests.Queries;

public sealed class CursorTests
{
    [Fact]
    public void A_cursor_survives_being_written()
    {
        var cursor = new Cursor(Given.At("10:00:00.123456"), Guid.Parse("d93e7b96-3b5e-4d57-9a3c-000000000001"));

        Assert.Equal(cursor, Cursor.Parse(cursor.ToString()));
        Assert.Matches("^[A-Za-z0-9_-]{32}$", cursor.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("CN9Hs6e9vLRVgKMUy8KAAL4dLO9W2OhGx")]
    [InlineData("CN9Hs6e9vLRVgKMUy8KAAL4dLO9W2Oh!")]
    [InlineData("________________________________")]
    [InlineData("CN9Hs6e9vLRVgKMUy8KAAL4dLO9W2Oh=")]
    public void A_text_that_no_list_gave_is_no_cursor(string text) => Assert.Null(Cursor.Parse(text));
}
