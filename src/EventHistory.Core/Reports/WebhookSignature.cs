using System.Security.Cryptography;
using System.Text;

namespace EventHistory.Core.Reports;

/// <summary>
/// How a call of a webhook is signed: HMAC-SHA256 over its id, its time and its body, as https://www.standardwebhooks.com has it, so that
/// ready libraries can check it.
/// </summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimeHeader = "webhook-timestamp";
    public const string Header = "webhook-signature";

    private const string Prefix = "whsec_";
    private const int LeastBytes = 24;
    private const int MostBytes = 64;

    public static readonly string Rule = $"secret is not one: write {Prefix} and {LeastBytes} to {MostBytes} bytes as base64, or leave it out to be given one.";

    /// <param name="random">Nobody else's.</param>
    public static string Secret(ReadOnlySpan<byte> random) => Prefix + Convert.ToBase64String(random);

    /// <returns>Null when the text is no secret.</returns>
    public static byte[]? Key(string secret)
    {
        var key = new byte[MostBytes + 3];
        return secret.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[Prefix.Length..], key, out var length)
            && length is >= LeastBytes and <= MostBytes ? key[..length] : null;
    }

    /// <param name="key">See <see cref="Key"/>.</param>
    /// <param name="id">The same for each attempt: who has seen it can drop the others.</param>
    /// <param name="unixSeconds">Of this attempt.</param>
    /// <param name="body">As it is sent.</param>
    /// <returns>What stands in <see cref="Header"/>.</returns>
    public static string Sign(byte[] key, string id, long unixSeconds, byte[] body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(FormattableString.Invariant($"{id}.{unixSeconds}.")), .. body]));
}
