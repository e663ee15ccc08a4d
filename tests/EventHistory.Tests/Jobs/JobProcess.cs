using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Jobs;

/// <summary>Processes that do nothing but jobs, and of those only what a test lets them.</summary>
internal static class JobProcess
{
    public const string Seldom = "0 0 1 1 *";
    public const string EverySecond = "* * * * * ?";

    private static readonly string[] _jobs = ["MergeSegments", "IndexDays", "MakePartitions", "FindStuck", "WatchWorkers", "WatchFailures", "MeasureStorage"];

    /// <param name="database">Of the test.</param>
    /// <param name="schedules">By the setting's name; the other jobs run when they are asked to.</param>
    public static Service Start(TestDatabase database, params (string Job, string Cron)[] schedules)
    {
        var environment = _jobs.ToDictionary(job => $"EventHistory__Jobs__{job}", _ => (string?)Seldom);
        foreach (var (job, cron) in schedules)
            environment[$"EventHistory__Jobs__{job}"] = cron;
        environment["EVENTHISTORY_ROLES"] = "web,jobs";
        return Service.Start(["serve", "--port", "0", "--database", database.ConnectionString], environment);
    }

    /// <summary>One value of a row, as text; null: there is no row.</summary>
    public static async Task<string?> Ask(TestDatabase database, string sql)
    {
#pragma warning disable CA2100 // of the tests
        await using var command = database.Data.CreateCommand(sql);
#pragma warning restore CA2100
        try
        {
            return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable)
        {
            return null; // Quartz has not made it yet
        }
    }

    public static Task Until(TestDatabase database, string sql, string expected, int seconds = 60) =>
        Fixtures.Until.True(async () => await Ask(database, sql) == expected, $"{expected} from {sql}", seconds);
}
