using System.Diagnostics;

namespace EventHistory.Tests.Fixtures;

/// <summary>Waits for a thing that cannot tell us: it is asked every few milliseconds, up to a limit.</summary>
internal static class Until
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits for the question to be answered with true.</summary>
    public static Task True(Func<Task<bool>> question, string what, int seconds = 30) =>
        NotNull(async () => await question() ? "yes" : null, what, seconds);

    /// <summary>Waits for the question to be answered with true.</summary>
    public static Task True(Func<bool> question, string what, int seconds = 30) => True(() => Task.FromResult(question()), what, seconds);

    /// <summary>Waits for the question to have an answer.</summary>
    public static async Task<T> NotNull<T>(Func<Task<T?>> question, string what, int seconds = 30) where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await question() is { } answer)
                return answer;
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
                throw new TimeoutException($"Waited {seconds} s in vain: {what}.");
            await Task.Delay(_pause, TestContext.Current.CancellationToken);
        }
    }
}
