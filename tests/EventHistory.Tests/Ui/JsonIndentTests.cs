using EventHistory.Ui;

namespace EventHistory.Tests.Ui;

public sealed class JsonIndentTests
{
    [Fact]
    public void Strings_and_numbers_stay_as_they_were_sent() => Assert.Equal(
        "{\n  \"a\\\"{b\": [\n    1.50,\n    {}\n  ],\n  \"c\": \"\\ud800\\u0000 , :\",\n  \"d\": []\n}",
        JsonIndent.Of("""{"a\"{b":[1.50,{ }] , "c" :"\ud800\u0000 , :","d":[]}"""));

    [Theory]
    [InlineData("1")]
    [InlineData("\"open")]
    [InlineData("\"\\")]
    [InlineData("")]
    public void What_cannot_be_indented_stays(string json) => Assert.Equal(json, JsonIndent.Of(json));
}
