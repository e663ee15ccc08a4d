using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Tests.Store;

/// <summary>A log as a quiet system leaves it: real events, a few a segment, over some hours.</summary>
internal static class SmallSegments
{
    public static readonly DateTime AllClosed = new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly string[] _messages =
    [
        .. Sample("celery-events.jsonl"),
        .. Sample("nasty.jsonl"),
        "{\"type\":\"task-received\",\"uuid\":\"pretty\",\n \"name\": \"x\",\n \"args\": [\n  {},\n{\"a\":1}\n ],\"timestamp\":1795253400}", // an event with lines of its own
    ];

    private static IEnumerable<string> Sample(string name) =>
        File.ReadLines(Repository.Path("tests", "EventHistory.Core.Tests", "Celery", "Samples", name)).Where(HasEvents);

    private static bool HasEvents(string message)
    {
        var events = new List<CeleryEvent>();
        Message.Decode("application/json", "utf-8", null, Encoding.UTF8.GetBytes(message), events);
        return events.Count > 0;
    }

    /// <summary>Records the real samples, one to three messages a segment.</summary>
    public static async Task<History> Record(Postgres postgres, int segments = 240, int segmentsPerHour = 60, DateTime? from = null)
    {
        var clock = new SetClock();
        var start = from ?? clock.Now;
        var history = await History.Create(postgres, clock);
        var random = new Random(7);
        var next = 0;
        for (var i = 0; i < segments; i++)
        {
            clock.Now = start + (TimeSpan.FromHours(1) / segmentsPerHour * i) + TimeSpan.FromMicroseconds(random.Next(1_000_000));
            await history.Record(Enumerable.Range(0, random.Next(1, 4)).Select(_ => _messages[next++ % _messages.Length]));
        }
        return history;
    }

    public static SegmentMerger Merger(NpgsqlDataSource data) => new(data, NullLogger<SegmentMerger>.Instance);

    public static Task<MergeCount> Merge(this History history, DateTime? closedBefore = null) =>
        Merger(history.Data).Merge(closedBefore ?? AllClosed, TestContext.Current.CancellationToken);

    private const string SegmentsSql = "select first_position, event_count, part_counts is null from eventhistory.event_segment where source_id = 1 order by first_position";

    public static Task<List<(long First, int Count, bool IsSingle)>> Segments(this History history) =>
        history.Data.All(SegmentsSql, row => (row.GetInt64(0), row.GetInt32(1), row.GetBoolean(2)));

    /// <summary>Proves the whole log with its tasks.</summary>
    public static async Task<LogVerdict> Verify(this History history, VerifyRequest? request = null) =>
        Assert.Single(await new LogVerification(history.Data, _ => { }).Run(request ?? new VerifyRequest(null, null, null, null), TestContext.Current.CancellationToken));

    public static async Task Change(this History history, string sql)
    {
#pragma warning disable CA2100 // a test's own
        await using var command = history.Data.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
