using System.Text.RegularExpressions;

namespace EventHistory.Core.Failures;

/// <summary>A file that a Python traceback names, as far as it tells whose code it is.</summary>
/// <param name="Name">Its last two parts: the rest differs from machine to machine and from release to release.</param>
/// <param name="Package">The library it belongs to; null: it is the application's own.</param>
/// <param name="IsPython">True if that library came with Python itself.</param>
public readonly partial record struct PythonFile(string Name, string? Package, bool IsPython)
{
    // what runs every task, and says nothing about any
    private static readonly HashSet<string> _plumbing = new(StringComparer.Ordinal) { "celery", "billiard", "kombu", "vine", "amqp" };

    /// <summary>True if it is part of Celery.</summary>
    public bool IsPlumbing => Package is not null && _plumbing.Contains(Package);

    public static PythonFile Of(string path)
    {
        var parts = path.Split('/', '\\');
        var name = parts.Length < 2 ? path : $"{parts[^2]}/{parts[^1]}";
        return Library().Match(path) is { Success: true } library
            ? new PythonFile(name, Named(library.Groups["package"].Value), !library.Groups["installed"].Success)
            : new PythonFile(name, null, false);
    }

    private static string Named(string package) => package.EndsWith(".py", StringComparison.Ordinal) ? package[..^3] : package;

    [GeneratedRegex(@"^<frozen (?<package>[^.>]+)|^.*(?<installed>[/\\](site|dist)-packages)[/\\](?<package>[^/\\]+)"
        + @"|^.*[/\\](lib(64)?[/\\]python[0-9.]+|Lib)[/\\](?<package>[^/\\]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Library();
}
