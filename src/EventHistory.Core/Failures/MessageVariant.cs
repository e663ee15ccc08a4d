namespace EventHistory.Core.Failures;

/// <summary>What some exceptions of a group say, but for numbers, ids and quoted values.</summary>
/// <param name="Sample">The latest of them.</param>
/// <param name="Count">How many.</param>
public sealed record MessageVariant(string Sample, int Count)
{
    /// <param name="exceptions">The latest first.</param>
    public static IReadOnlyList<MessageVariant> Of(IEnumerable<string> exceptions) =>
        [.. exceptions.GroupBy(MessageShape.Of, StringComparer.Ordinal)
            .Select(variant => new MessageVariant(variant.First(), variant.Count()))
            .OrderByDescending(variant => variant.Count)];
}
