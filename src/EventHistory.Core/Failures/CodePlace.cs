namespace EventHistory.Core.Failures;

/// <summary>A place in code that an exception passed. No line number: that changes with every edit.</summary>
/// <param name="File">The last two parts of its path; null: a library, whose inside does not matter.</param>
/// <param name="Name">The function, or the library.</param>
internal readonly record struct CodePlace(string? File, string Name)
{
    private const int MaxLength = 100;

    /// <summary>In the application's own code.</summary>
    public static CodePlace Own(PythonFile file, string function) => new(Cut(file.Name), Cut(function));

    /// <summary>Somewhere in a library.</summary>
    public static CodePlace Library(string package) => new(null, Cut(package));

    public override string ToString() => File is null ? $"[{Name}]" : $"{File} in {Name}";

    private static string Cut(string text) =>
        text.Length <= MaxLength ? text : text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
}
