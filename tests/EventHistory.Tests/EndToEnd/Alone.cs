namespace EventHistory.Tests.EndToEnd;

/// <summary>Tests that measure time or memory, or take the whole machine: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
