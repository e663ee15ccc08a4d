using System.Collections;
using System.Runtime.CompilerServices;

namespace EventHistory.Core.Search;

/// <summary>Values in an order. Two are equal when they hold equal values in the same order, so that records which hold them compare as a whole.</summary>
[CollectionBuilder(typeof(Values), nameof(Values.Of))]
public sealed class Values<T> : IReadOnlyList<T>, IEquatable<Values<T>>
{
    private readonly T[] _items;

    internal Values(T[] items) => _items = items;

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    public bool Equals(Values<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => Equals(obj as Values<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

public static class Values
{
    public static Values<T> Of<T>(ReadOnlySpan<T> items) => new(items.ToArray());

    /// <summary>Each value once, where it comes first.</summary>
    public static Values<T> Distinct<T>(IEnumerable<T> items) => new([.. items.Distinct()]);
}
