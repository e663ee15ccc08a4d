using System.Text.Json.Serialization;

namespace EventHistory.Core.Reports;

/// <summary>Where a report goes: a folder, mail addresses, or a webhook; the members of the other kinds are null.</summary>
/// <param name="Kind">folder, mail or webhook.</param>
/// <param name="Folder">Below the one that the settings name.</param>
/// <param name="Addresses">Of people.</param>
/// <param name="Url">Of a webhook.</param>
/// <param name="Secret">What a webhook's calls are signed with.</param>
public sealed record DeliveryTarget(string Kind, string? Folder = null, IReadOnlyList<string>? Addresses = null, string? Url = null, string? Secret = null)
{
    public const string ToFolder = "folder";
    public const string ToMail = "mail";
    public const string ToWebhook = "webhook";

    /// <summary>What stands in answers instead of a secret; sent back, it leaves the secret as it is.</summary>
    public const string Masked = "***";

    public static readonly IReadOnlyList<string> Kinds = [ToFolder, ToMail, ToWebhook];

    /// <summary>What is delivered on its own: each reader of a mail for himself, so that a wrong address keeps it from nobody else.</summary>
    [JsonIgnore]
    public IEnumerable<DeliveryTarget> Each => Addresses is null ? [this] : Addresses.Select(address => this with { Addresses = [address] });

    /// <summary>As answers show it.</summary>
    public DeliveryTarget WithoutSecret() => Secret is null ? this : this with { Secret = Masked };

    /// <summary>Whom it has to wait for: what goes to the same place goes one after the other, and holds up nothing that goes elsewhere.</summary>
    [JsonIgnore]
    public string Place => Kind == ToWebhook ? new Uri(Url!).GetLeftPart(UriPartial.Authority) : Kind;

    /// <summary>In a few words.</summary>
    [JsonIgnore]
    public string Description => Kind switch
    {
        ToFolder => $"folder {(Folder!.Length == 0 ? "/" : Folder)}",
        ToMail => $"mail to {string.Join(", ", Addresses!)}",
        _ => $"webhook {new Uri(Url!).GetLeftPart(UriPartial.Path)}",
    };
}
