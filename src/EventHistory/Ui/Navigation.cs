namespace EventHistory.Ui;

/// <summary>A page that can be gone to from every other one.</summary>
/// <param name="Name">What <c>Layout.Active</c> calls it.</param>
/// <param name="Key">Pressed after g, it leads there.</param>
internal sealed record NavigationEntry(string Name, string Word, string Path, char Key);

/// <summary>The pages in the order of the bar. What is looked at every day stands there; the rest is in a menu.</summary>
internal static class Navigation
{
    public static readonly IReadOnlyList<NavigationEntry> Main =
    [
        new("home", "Home", "/", 'h'),
        new("tasks", "Tasks", "/tasks", 't'),
        new("failures", "Failures", "/failures", 'f'),
        new("runtimes", "Runtimes", "/runtimes", 'r'),
        new("workers", "Workers", "/workers", 'w'),
        new("events", "Events", "/events", 'e'),
        new("coverage", "Coverage", "/coverage", 'c'),
    ];

    public static readonly IReadOnlyList<NavigationEntry> More =
    [
        new("broker", "Broker", "/broker", 'b'),
        new("stuck", "Stuck", "/stuck", 'k'),
        new("reports", "Reports", "/reports", 'p'),
        new("retention", "Retention & storage", "/retention", 'd'),
        new("jobs", "Jobs", "/jobs", 'j'),
        new("settings", "Settings", "/settings", 's'),
    ];
}
