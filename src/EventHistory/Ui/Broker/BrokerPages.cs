using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using EventHistory.Core.Statistics;
using EventHistory.Queries;
using EventHistory.Settings;
using EventHistory.Telemetry;

namespace EventHistory.Ui.Broker;

/// <summary><c>/broker</c>: the stream, how far it is recorded, and the queues.</summary>
internal static class BrokerPages
{
    private const string DefaultRange = "24h";
    private const int MaxQueues = 200;
    private const int SparkBuckets = 32;

    public static async Task<IResult> Page(HttpRequest request, BrokerQueries brokers, ThroughputQueries throughput, RuntimesQueries runtimes,
        EventHistorySettings settings, RecorderStatus recorder, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (range, problem) = TimeRange.Read(request.Query, now, DefaultRange);
        if (range is null)
            return PageProblems.NotUnderstood(problem!);
        var open = brokers.Queues(ct);
        var finished = throughput.Ask(new ThroughputQuery(Filter.Everything, range.From, range.To, RollupDimension.Queue, range.Bucket(SparkBuckets), MaxQueues), ct);
        var waited = runtimes.Ask(new RuntimesQuery(Filter.Everything, range.From, range.To, [Measure.QueueWait], RollupDimension.Queue, null, MaxQueues), ct);
        var streams = await brokers.Streams(now, ct);
        return new Html<BrokerPage>((nameof(BrokerPage.Model), new BrokerModel(range, Connection(settings, recorder), streams,
            Rows(await open, (await finished).Groups, (await waited).Groups), (await open).Sum(q => q.Waiting + q.Received + q.Running + q.ToRetry) >= QueueView.MaxTasks)));
    }

    private static BrokerConnectionView? Connection(EventHistorySettings settings, RecorderStatus recorder) => recorder.State == "disabled" ? null : new(
        BrokerUrl.Parse(settings.Broker).ToString(), recorder.BrokerConnected, recorder.LagSeconds, settings.Source.Name, settings.Stream.Name, settings.Exchange,
        settings.Stream.MaxLengthBytes, settings.Stream.MaxAge, settings.Stream.Prefetch);

    // those with something waiting first, then the busy ones
    private static List<QueueRow> Rows(IReadOnlyList<QueueView> open, IReadOnlyList<ThroughputGroup> finished, IReadOnlyList<RuntimesGroup> waited)
    {
        var done = finished.Where(g => g.Label is not null).ToDictionary(g => g.Label!);
        var waits = waited.Where(g => g.Label is not null).ToDictionary(g => g.Label!, g => g.QueueWait!);
        return [.. open.Concat(done.Keys.Except(open.Select(q => q.Name).OfType<string>()).Select(name => new QueueView(name, 0, 0, 0, 0, null)))
            .Select(queue => queue.Name is { } name && done.GetValueOrDefault(name) is { } group ? Row(queue, group, waits.GetValueOrDefault(name)) : new QueueRow(queue, 0, [], null))
            .OrderBy(row => row.Now.Name is null).ThenByDescending(row => row.Now.Waiting).ThenByDescending(row => row.Finished).ThenBy(row => row.Now.Name, StringComparer.Ordinal)];
    }

    private static QueueRow Row(QueueView queue, ThroughputGroup done, Distribution? wait) => new(queue, done.Finished,
        [.. done.Succeeded.Zip(done.Failed, done.Revoked).Zip(done.Rejected, (three, fourth) => three.First + three.Second + three.Third + fourth)], wait is { Count: > 0 } ? wait : null);
}
