using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.EndToEnd;

/// <summary>The verbs of the real program that end by themselves.</summary>
internal static class Verb
{
    public static Service Start(string verb, string database, params string[] more) => Service.Start([verb, "--database", database, .. more]);

    /// <summary>Runs it to its end, which must be a good one.</summary>
    /// <returns>What it said.</returns>
    public static async Task<string> Succeeds(string verb, string database, params string[] more)
    {
        await using var process = Start(verb, database, more);
        var code = await process.Exited();
        Assert.True(code == 0, $"{verb} ended with {code}: {process.Output}{process.Errors}");
        return process.Output;
    }
}
