using System.Globalization;
using System.Reflection;

namespace EventHistory.Store;

/// <summary>One step of the schema: <c>migrations/0001_what_it_does.sql</c>, embedded in the program.</summary>
internal sealed record Migration(int Version, string Name, string Sql)
{
    private const string Folder = "migrations/";

    /// <summary>All steps this program knows, the oldest first.</summary>
    public static IReadOnlyList<Migration> Embedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(r => r.StartsWith(Folder, StringComparison.Ordinal))
            .Select(r => Read(assembly, r))
            .OrderBy(m => m.Version)];
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var file = resource[Folder.Length..^".sql".Length];
        return new Migration(int.Parse(file[..4], CultureInfo.InvariantCulture), file[5..], reader.ReadToEnd());
    }
}
