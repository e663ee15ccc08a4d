using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Ingest;
using EventHistory.Projections;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Tests.Projections;

/// <summary>The recorder's own writer on a test's database, without a broker before it. Whoever disposes it while rows wait has killed it.</summary>
internal sealed class Scribe : IAsyncDisposable
{
    private readonly WriterElection _election;
    private readonly NpgsqlConnection _session;
    private readonly NpgsqlConnection _lookups;
    private readonly BatchWriter _writer;
    private readonly EventPool _events = new();
    private long _offset;

    private Scribe(WriterElection election, NpgsqlConnection session, NpgsqlConnection lookups, BatchWriter writer) =>
        (_election, _session, _lookups, _writer, _offset) = (election, session, lookups, writer, (writer.Source.LastOffset ?? -1) + 1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>As the last commit left it.</summary>
    public SourceState Source => _writer.Source;

    public static async Task<Scribe> On(TestDatabase database, TimeProvider? time = null)
    {
        var settings = new EventHistorySettings();
        var election = new WriterElection(database.ConnectionString, settings, NullLoggerFactory.Instance);
        var session = await election.Win(() => { }, Ct);
        var lookups = await election.OpenAnother(Ct);
        var recorded = RecordedTasks.Unread();
        await recorded.Load(lookups, Ct);
        var source = await SourceState.Load(session, settings.Source.Name, Ct);
        var writer = new BatchWriter(session, lookups, new LogReader(database.Data), source, new Labels(database.Data), recorded, time ?? TimeProvider.System);
        await writer.CatchUp(Ct);
        return new Scribe(election, session, lookups, writer);
    }

    /// <summary>Records messages as one batch.</summary>
    public Task Record(params IEnumerable<string> messages) => Record(messages.Select(Encoding.UTF8.GetBytes));

    /// <param name="messages">Each is an event, or a list of them.</param>
    /// <param name="isFull">More waits, so rows of open tasks can wait, too.</param>
    public async Task Record(IEnumerable<byte[]> messages, bool isFull = false)
    {
        var batch = new Batch(_events) { Epoch = 1, IsFull = isFull };
        foreach (var body in messages)
            batch.Add(new Delivery(_offset++, 1, "task.multi", body, "application/json", "utf-8", null, null, null));
        var prepared = await _writer.Prepare(batch, Ct);
        await _writer.Write(prepared, Ct);
        _writer.Committed(prepared);
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _lookups.DisposeAsync();
        await _election.DisposeAsync();
    }
}
