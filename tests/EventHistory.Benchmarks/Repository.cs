namespace EventHistory.Benchmarks;

/// <summary>The checkout that this runs in: the folder with the solution, above the program or the working directory.</summary>
internal static class Repository
{
    public static string File(string path) => Path.Combine(
        (Above(AppContext.BaseDirectory) ?? Above(Environment.CurrentDirectory)
            ?? throw new InvalidOperationException("Run this inside a checkout: no EventHistory.sln is above here.")).FullName, path);

    private static DirectoryInfo? Above(string folder)
    {
        var at = new DirectoryInfo(folder);
        while (at is not null && !System.IO.File.Exists(Path.Combine(at.FullName, "EventHistory.sln")))
            at = at.Parent;
        return at;
    }
}
