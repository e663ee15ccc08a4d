namespace EventHistory.Core.Failures;

/// <summary>What somebody decided about a failure group. Nothing else is stored of its state: what follows from it, follows from the data.</summary>
/// <param name="State"><see cref="Open"/>, <see cref="Resolved"/> or <see cref="Ignored"/>.</param>
/// <param name="Until">Ignored until then; null: as long as nobody decides otherwise.</param>
/// <param name="UntilCount">Ignored until so many more tasks failed.</param>
public sealed record FailureDecision(string State, DateTime At, string By, string? Reason, DateTime? Until, long? UntilCount)
{
    public const string Open = "open";
    public const string Resolved = "resolved";
    public const string Ignored = "ignored";
    /// <summary>It was resolved, and failed again.</summary>
    public const string Regressed = "regressed";

    /// <summary>What a group can be in, the ones that want attention first.</summary>
    public static readonly IReadOnlyList<string> States = [Regressed, Open, Ignored, Resolved];

    /// <param name="decision">The last one; null: nobody has decided anything.</param>
    /// <param name="lastFailed">When a task of this group failed last, by its worker's clock.</param>
    /// <param name="failedSince">Tasks that failed since the decision.</param>
    /// <param name="now">UTC.</param>
    public static string StateOf(FailureDecision? decision, DateTime? lastFailed, long failedSince, DateTime now) => decision switch
    {
        { State: Resolved } => lastFailed > decision.At ? Regressed : Resolved,
        { State: Ignored } => now >= decision.Until || failedSince >= decision.UntilCount ? Open : Ignored,
        _ => Open,
    };
}
