namespace EventHistory.Core.Log;

/// <summary>The positions of events that stand behind each other: without gaps, unless something between them was taken out.</summary>
/// <param name="first">Of the first of them.</param>
/// <param name="left">All of them; empty: there are no gaps.</param>
public readonly struct EventPositions(long first, ReadOnlyMemory<long> left = default)
{
    public long this[int index] => left.IsEmpty ? first + index : left.Span[index];
}
