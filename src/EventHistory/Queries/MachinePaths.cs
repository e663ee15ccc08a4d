namespace EventHistory.Queries;

/// <summary>Where programs ask: whatever goes wrong there is said in JSON, and anywhere else on a page.</summary>
internal static class MachinePaths
{
    private static readonly string[] _roots = ["/api", "/openapi", "/healthz", "/readyz", "/metrics"];

    public static bool Contain(PathString path) => _roots.Any(root => path.StartsWithSegments(root));
}
