using EventHistory.Core.Queries;

namespace EventHistory.Core.Tests.Queries;

public sealed class CursorTests
{
    private static readonly Guid _key = Guid.Parse("d93e7b96-3b5e-4d57-9a3c-000000000001");

    private static readonly TaskOrder _slowest = new(TaskSort.Runtime, IsDescending: true);

    [Fact]
    public void A_cursor_survives_being_written()
    {
        var newest = new Cursor(TaskOrder.Newest, true, Given.At("10:00:00.123456").Ticks, _key, 7);
        var slowest = new Cursor(_slowest, false, BitConverter.DoubleToInt64Bits(-0.25), _key, 7);

        Assert.Equal(newest, Cursor.Parse(newest.ToString(), TaskOrder.Newest));
        Assert.Equal(Given.At("10:00:00.123456"), newest.Time);
        Assert.Equal(slowest, Cursor.Parse(slowest.ToString(), _slowest));
        Assert.Equal(-0.25, slowest.Seconds);
        Assert.Matches("^[A-Za-z0-9_-]{39}$", newest.ToString());
    }

    [Fact]
    public void A_cursor_of_another_order_is_none()
    {
        var cursor = new Cursor(TaskOrder.Newest, false, 5, _key, 1).ToString();

        Assert.Null(Cursor.Parse(cursor, _slowest));
        Assert.Null(Cursor.Parse(cursor, TaskOrder.Newest with { IsDescending = false }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("EAjeKEUz0kAAAAAAAAAAQACAAAAAAAAAAQAAAAEx")]
    [InlineData("EAjeKEUz0kAAAAAAAAAAQACAAAAAAAAAAQAAAA!")]
    [InlineData("EP________8AAAAAAABAAIAAAAAAAAABAAAAAAE")] // before the first time there is
    [InlineData("UAjeKEUz0kAAAAAAAAAAQACAAAAAAAAAAQAAAAE")] // bits that nothing means
    public void A_text_that_no_list_gave_is_no_cursor(string text) => Assert.Null(Cursor.Parse(text, TaskOrder.Newest));
}
