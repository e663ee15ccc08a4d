using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

public sealed class PythonValueTests
{
    [Theory]
    [InlineData("None", "None")]
    [InlineData("-12345678901234567890.5e3", "-12345678901234567890.5e3")]
    [InlineData("'it\\'s (not) [closed'", "'it\\'s (not) [closed'")]
    [InlineData("()", "()")]
    [InlineData("(1,)", "(1)")]
    [InlineData("[1, 'a', [True], b'x']", "[1 'a' [True] b'x']")]
    [InlineData("{}", "{}")]
    [InlineData("{1, 2}", "{1 2}")]
    [InlineData("{'user': 42, 'tags': ('a', 'b'), 3: {}}", "{'user'=42 'tags'=('a' 'b') 3={}}")]
    [InlineData("{'price': Decimal('1.50'), 'order': <Order: 17, open>, 'at': datetime.datetime(2026, 1, 2)}",
        "{'price'=Decimal('1.50') 'order'=<Order: 17, open> 'at'=datetime.datetime(2026, 1, 2)}")]
    [InlineData("['\u202eright to left', '<script>']", "['\u202eright to left' '<script>']")]
    public void A_value_is_taken_apart(string text, string expected) => Assert.Equal(expected, Written(PythonValue.Parse(text)!));

    [Theory]
    [InlineData("")]
    [InlineData("[1, 2")]
    [InlineData("[1, ...]")]
    [InlineData("{'a': '0123...")]
    [InlineData("{'a': 1, 2}")]
    [InlineData("[1 2] 3]")]
    [InlineData("(1, 2")]
    [InlineData("[,]")]
    [InlineData("1, 2")]
    public void What_is_not_one_whole_value_stays_a_text(string text) => Assert.Null(PythonValue.Parse(text));

    [Theory]
    [InlineData('[', ']')]
    [InlineData('(', ')')]
    public void What_is_nested_beyond_reason_stays_a_text(char open, char close) =>
        Assert.Null(PythonValue.Parse(new string(open, 100_000) + new string(close, 100_000)));

    [Theory]
    [InlineData("'text'", PythonKind.Text)]
    [InlineData("b'bytes'", PythonKind.Text)]
    [InlineData("0.5", PythonKind.Number)]
    [InlineData("False", PythonKind.Word)]
    [InlineData("<object at 0x7f>", PythonKind.Other)]
    public void Each_kind_is_told_apart(string text, PythonKind kind) => Assert.Equal(kind, PythonValue.Parse(text)!.Kind);

    private static string Written(PythonValue value) => !value.IsCollection ? value.Source
        : value.Source[0] + string.Join(' ', value.Items.Select(item => (item.Key is null ? "" : item.Key + "=") + Written(item.Value))) + value.Source[^1];
}
