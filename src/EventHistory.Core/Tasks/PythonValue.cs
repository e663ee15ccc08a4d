namespace EventHistory.Core.Tasks;

public enum PythonKind
{
    /// <summary>A string or bytes, with its quotes.</summary>
    Text,
    Number,
    /// <summary>None, True, False.</summary>
    Word,
    /// <summary>What only looks like code: <c>Decimal('1.5')</c>, <c>&lt;Order 17&gt;</c>.</summary>
    Other,
    List,
    Tuple,
    Set,
    Dict,
}

/// <summary>A value as Python writes it, taken apart so that it can be shown as a tree.</summary>
/// <param name="Source">As it was written; every digit of a number is there.</param>
/// <param name="Items">Of a collection.</param>
public sealed record PythonValue(PythonKind Kind, string Source, IReadOnlyList<PythonItem> Items)
{
    public bool IsCollection => Kind >= PythonKind.List;

    /// <returns>Null if the text is not one whole value, as one that was cut is not.</returns>
    public static PythonValue? Parse(string text) => PythonReader.Read(text);
}

/// <param name="Key">Of a dict; as it was written.</param>
public sealed record PythonItem(string? Key, PythonValue Value);
