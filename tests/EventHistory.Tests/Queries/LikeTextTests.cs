using EventHistory.Core.Search;
using EventHistory.Queries;

namespace EventHistory.Tests.Queries;

public sealed class LikeTextTests
{
    [Theory]
    [InlineData("orders/003403ed", "%/003403%")]
    [InlineData("order 12 of 3456", "% 3456%")]
    [InlineData("50%_1 a", "%50\\%\\_1 %")]
    [InlineData("ÄÖÜ-12-ß", "%-12-%")]
    [InlineData("-12", "%-12%")]
    [InlineData("a12", null)]
    [InlineData("timeout", null)]
    [InlineData("ⅣⅣⅣ", null)] // a letter in lower case, too
    public void The_longest_stretch_without_letters(string part, string? expected) => Assert.Equal(expected, LikeText.WithoutLetters(TextPattern.Containing(part)));

    [Fact]
    public void Stretches_do_not_go_beyond_what_may_stand_between_pieces() =>
        Assert.Equal("%4567%", LikeText.WithoutLetters(TextPattern.Like(["12", "3x4567", "89"])));
}
