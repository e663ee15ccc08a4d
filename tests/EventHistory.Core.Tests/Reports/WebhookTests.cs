using System.Net;
using EventHistory.Core.Reports;

namespace EventHistory.Core.Tests.Reports;

public sealed class WebhookTests
{
    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)] // where clouds keep credentials
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("64:ff9b::a00:1", false)] // 10.0.0.1 behind a translator
    [InlineData("64:ff9b::101:101", true)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Addresses_of_the_Internet_are_told_from_others(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST.:8080/x")]
    [InlineData("http://a.localhost/")]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    public void Loopback_and_private_networks_are_refused_however_they_are_written(string url)
    {
        Assert.Contains(WebhookAddress.Refusal, WebhookAddress.Parse(url, allowsPrivate: false).Problem, StringComparison.Ordinal);
        Assert.NotNull(WebhookAddress.Parse(url, allowsPrivate: true).Url);
    }

    [Theory]
    [InlineData("example.com/hook")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://")]
    [InlineData("https://exa mple.com/")]
    [InlineData("https://user:password@example.com/")]
    [InlineData("https://example.com/#x")]
    [InlineData("https://example.com/\r\nX: 1")]
    public void What_is_no_address_is_refused_whatever_is_allowed(string url) => Assert.NotNull(WebhookAddress.Parse(url, allowsPrivate: true).Problem);

    [Fact]
    public void It_is_signed_as_the_standard_says() => Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", // its own example
        WebhookSignature.Sign(WebhookSignature.Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Given.Utf8("{\"test\": 2432232314}").ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64!")]
    public void A_secret_that_is_none_has_no_key(string secret) => Assert.Null(WebhookSignature.Key(secret));

    [Fact]
    public void Pauses_double_up_to_the_longest_and_end()
    {
        var plan = new RetryPlan(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), 6);
        Assert.Equal([30, 60, 120, 240, 300], Enumerable.Range(1, 5).Select(n => plan.After(n, 0)!.Value.TotalSeconds));
        Assert.Equal(37.5, plan.After(1, 1)!.Value.TotalSeconds);
        Assert.Null(plan.After(6, 0));
    }
}
