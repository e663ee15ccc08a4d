using System.Runtime.CompilerServices;

namespace EventHistory.Tests.Fixtures;

/// <summary>Where the scripts and samples of the checkout are.</summary>
internal static class Repository
{
    /// <summary>The folder of EventHistory.sln, above the folder that the tests run in.</summary>
    public static string Root { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find([CallerFilePath] string here = "")
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "EventHistory.sln")))
                return folder.FullName;
        }

        // built with --artifacts-path elsewhere: beside this source file
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "..", "..", ".."));
    }
}
