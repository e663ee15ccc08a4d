using EventHistory.Core.Retention;
using EventHistory.Core.Statistics;
using EventHistory.Core.Storage;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Storage;

/// <summary>What is stored, how that grows, what is kept, and what was pruned.</summary>
/// <param name="PolicySetAt">Null: the policy is that of the settings.</param>
/// <param name="Problem">Why a policy was not taken; null: none was refused.</param>
public sealed record StorageModel(
    StatsAnswer Stats, StorageView Storage, TimeChart Growth, PolicyForm Form, DateTime? PolicySetAt, IReadOnlyList<PruneReceipt> Receipts, string? Problem);

/// <param name="Preview">Null: it is not worked out yet, or cannot be.</param>
/// <param name="Problem">Why nobody can tell.</param>
public sealed record PreviewModel(PolicyForm Form, PrunePreview? Preview, string? Problem)
{
    /// <summary>In an address: it is to be worked out before anything is answered.</summary>
    public const string Now = "now";

    public bool IsKnown => Preview is not null || Problem is not null;

    public string Address => "/retention/preview?" + string.Join('&', Form.Fields.Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value)}")) + $"&{Now}=1";
}
