using EventHistory.Core.Search;

namespace EventHistory.Core.Tests.Search;

public sealed class KeywordKeysTests
{
    [Theory]
    [InlineData("{'user': 42, 'items': ['a', {'b': 1}], 'price.net': Decimal('1.5')}", "user items price.net")]
    [InlineData("{\"user\": 42, \"note\": \"it's: 'so'\", \"last\": {}}", "user note last")]
    [InlineData("{'a': 'x\\'y', 'b': 1, 'c': '...", "a b c")] // cut by its sender
    [InlineData("{'a': 1, 'b", "a")]
    [InlineData("{'order id': 1, '': 2, 3: 4, 'ok' : 5}", "ok")] // what kwargs:key=value cannot say is not offered
    [InlineData("{}", "")]
    [InlineData("", "")]
    [InlineData("'text': 1", "")]
    [InlineData("}}}'a': {'b': 1", "")]
    public void Keys_of_the_top_level_are_found(string kwargs, string keys) => Assert.Equal(keys, string.Join(' ', KeywordKeys.Of(kwargs)));
}
