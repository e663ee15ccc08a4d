using System.Diagnostics;
using System.Threading.Channels;
using EventHistory.Ingest;
using EventHistory.Projections;
using EventHistory.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>
/// Records a load as the recorder would have recorded it while it happened, without a broker and without waiting: through the
/// recorder's own <see cref="BatchWriter"/>, whose clock stands at the last event of each batch.
/// </summary>
internal sealed class Seeding : TimeProvider
{
    private const int BatchEvents = 10_000;

    private DateTime _now = DateTime.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => new(_now, TimeSpan.Zero);

    /// <param name="database">An empty one.</param>
    /// <returns>How many events.</returns>
    public static async Task<long> Record(CeleryLoad load, string database, CancellationToken ct)
    {
        await using var data = NpgsqlDataSource.Create(database);
        await new Migrator(data, Migration.Embedded(), NullLogger<Migrator>.Instance).Migrate(ct);
        await using var sessions = WriterElection.Sessions(database, "default", NullLoggerFactory.Instance);
        await using var session = await sessions.OpenConnectionAsync(ct);
        await using var lookups = await sessions.OpenConnectionAsync(ct);
        var clock = new Seeding();
        var writer = new BatchWriter(session, lookups, new LogReader(data), await SourceState.Load(session, "default", ct), new Labels(data),
            RecordedTasks.None(), clock);
        var (inFlight, writing) = (default(PreparedBatch), Task.CompletedTask);

        var batches = Channel.CreateBounded<Batch>(4);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var decoding = Task.Run(() => Decode(load, batches.Writer, end.Token), end.Token);
        try
        {
            var progress = new Progress(load.Tasks * CeleryLoad.EventsPerTask);
            await foreach (var batch in batches.Reader.ReadAllAsync(ct))
            {
                if (batch.Events.Count > 0 && batch.Events.Max(e => e.At) is { } last && last > clock._now)
                    clock._now = last;
                var prepared = await writer.Prepare(batch, ct);
                await writing;
                if (inFlight is not null)
                    writer.Committed(inFlight);
                (inFlight, writing) = (prepared, writer.Write(prepared, ct));
                progress.Say(writer.Source.NextPosition - 1);
            }
            await writing;
        }
        finally
        {
            await end.CancelAsync();
            await decoding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await decoding;
        return inFlight!.To.NextPosition - 1;
    }

    private static async Task Decode(CeleryLoad load, ChannelWriter<Batch> to, CancellationToken ct)
    {
        var (batch, offset) = (new Batch { Epoch = 1 }, 0L);
        foreach (var message in load.Messages())
        {
            batch.Add(new Delivery(offset++, 1, message.RoutingKey, message.Body, "application/json", "utf-8", null, null, null));
            if (batch.Events.Count < BatchEvents)
                continue;
            batch.IsFull = true;
            await to.WriteAsync(batch, ct);
            batch = new Batch { Epoch = 1 };
        }
        await to.WriteAsync(batch, ct); // not full: all rows are brought up to date
        to.Complete();
    }

    private sealed class Progress(double all)
    {
        private const double Step = 30; // seconds

        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private double _next = Step;

        public void Say(long events)
        {
            if (_watch.Elapsed.TotalSeconds < _next)
                return;
            _next += Step;
            var rate = events / _watch.Elapsed.TotalSeconds;
            Bench.Say($"stored {events:N0} of {all:N0} events, {rate:N0} events/s, {(all - events) / rate:N0} s to go");
        }
    }
}
