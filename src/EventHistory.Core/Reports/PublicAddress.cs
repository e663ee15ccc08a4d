using System.Net;
using System.Net.Sockets;

namespace EventHistory.Core.Reports;

/// <summary>
/// Tells addresses of the Internet from those of this machine and of private networks, which a stranger's webhook must not reach: the
/// registries https://www.iana.org/assignments/iana-ipv4-special-registry and https://www.iana.org/assignments/iana-ipv6-special-registry.
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] _special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork _translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork _assigned = IPNetwork.Parse("2000::/3");

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return Is(address.MapToIPv4());
        if (_translated.Contains(address)) // what a network without IPv4 makes of an IPv4 address: the last four bytes
            return Is(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return !_special.Any(network => network.Contains(address)) && (address.AddressFamily == AddressFamily.InterNetwork || _assigned.Contains(address));
    }
}
