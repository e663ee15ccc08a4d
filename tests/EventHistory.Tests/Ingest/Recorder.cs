using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Ingest;

/// <summary>The real program between a test's feed and a test's database.</summary>
internal static class Recorder
{
    /// <param name="more">Further settings: <c>("Stream__Prefetch", "10")</c>.</param>
    public static Service Start(TestFeed feed, string database, params (string Key, string Value)[] more) => Start(feed, feed.Url, database, more);

    public static Service Start(TestFeed feed, string broker, string database, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["EventHistory__Exchange"] = feed.Exchange,
            ["EventHistory__Stream__Name"] = feed.Stream,
            ["EventHistory__Backoff__Max"] = "00:00:02", // tests do not wait for a server longer than they must
        };
        foreach (var (key, value) in more)
            settings[$"EventHistory__{key}"] = value;
        return Service.Start(["serve", "--port", "0", "--broker", broker, "--database", database], settings);
    }
}
