using System.Text.RegularExpressions;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Reports;

/// <summary>What deliveries may do, by the settings.</summary>
/// <param name="HasFolder">Whether there is a folder for reports.</param>
/// <param name="HasMail">Whether there is a mail server.</param>
/// <param name="AllowsPrivate">Whether webhooks may lead to this machine and to private networks.</param>
public sealed record DeliveryRules(bool HasFolder, bool HasMail, bool AllowsPrivate);

/// <summary>Where a report shall go, as it is sent: <c>{"kind": "mail", "addresses": ["ops@example.com"]}</c>.</summary>
internal static partial class DeliveryTargetJson
{
    public const string Example = "{\"kind\": \"mail\", \"addresses\": [\"ops@example.com\"]}";
    public const int MaxAddresses = 50;
    public const int MaxFolder = 200;

    public static readonly IReadOnlyList<string> Known = ["kind", "folder", "addresses", "url", "secret"];

    private static readonly Dictionary<string, string[]> _members = new()
    {
        [DeliveryTarget.ToFolder] = ["folder"],
        [DeliveryTarget.ToMail] = ["addresses"],
        [DeliveryTarget.ToWebhook] = ["url", "secret"],
    };

    public static DeliveryTarget? Read(JsonMembers members, DeliveryRules rules)
    {
        var kind = members.Required("kind", 20, "there are folder, mail and webhook");
        if (kind is null)
            return null;
        if (!_members.TryGetValue(kind, out var own))
            return members.Refuse<DeliveryTarget>($"kind \"{kind}\" is not understood: there are {string.Join(", ", DeliveryTarget.Kinds)}.");
        if (Known.Skip(1).FirstOrDefault(name => !own.Contains(name) && members.Has(name)) is { } stranger)
            return members.Refuse<DeliveryTarget>($"{stranger} does not belong to {kind}: give {string.Join(" and ", own)}.");
        return kind switch
        {
            DeliveryTarget.ToFolder => Folder(members, rules),
            DeliveryTarget.ToMail => Mail(members, rules),
            _ => Webhook(members, rules),
        };
    }

    private static DeliveryTarget? Folder(JsonMembers members, DeliveryRules rules)
    {
        var folder = members.Text("folder", MaxFolder) ?? "";
        return !rules.HasFolder ? members.Refuse<DeliveryTarget>("Reports go to no folder before the setting Reports:Folder names one.")
            : folder.Length > 0 && !FolderPattern().IsMatch(folder) ? members.Refuse<DeliveryTarget>(
                $"folder \"{folder}\" is not one below the folder for reports: write names of letters, digits, dots, - and _, each beginning with a letter or a digit, with / between them.")
            : new DeliveryTarget(DeliveryTarget.ToFolder, Folder: folder);
    }

    private static DeliveryTarget? Mail(JsonMembers members, DeliveryRules rules)
    {
        var addresses = members.Texts("addresses", MaxAddresses, MailAddress.MaxLength);
        return !rules.HasMail ? members.Refuse<DeliveryTarget>("Reports go to nobody by mail before the settings Smtp:Host and Smtp:From name a server and a sender.")
            : addresses.Count == 0 ? members.Refuse<DeliveryTarget>("addresses is missing: say who is to get it.")
            : addresses.FirstOrDefault(a => !MailAddress.IsOne(a)) is { } wrong ? members.Refuse<DeliveryTarget>($"\"{wrong}\" is not a mail address: write it as ops@example.com.")
            : new DeliveryTarget(DeliveryTarget.ToMail, Addresses: addresses);
    }

    private static DeliveryTarget? Webhook(JsonMembers members, DeliveryRules rules)
    {
        var text = members.Required("url", WebhookAddress.MaxLength, "say where it is to be sent");
        if (text is null)
            return null;
        var (url, problem) = WebhookAddress.Parse(text, rules.AllowsPrivate);
        var secret = members.Text("secret", 200);
        if (secret is not (null or DeliveryTarget.Masked) && WebhookSignature.Key(secret) is null)
            return members.Refuse<DeliveryTarget>(WebhookSignature.Rule);
        return url is null ? members.Refuse<DeliveryTarget>($"url \"{text}\" {problem}")
            : new DeliveryTarget(DeliveryTarget.ToWebhook, Url: url.AbsoluteUri, Secret: secret == DeliveryTarget.Masked ? null : secret);
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")]
    private static partial Regex FolderPattern();
}
