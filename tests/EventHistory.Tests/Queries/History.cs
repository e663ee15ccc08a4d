using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Ingest;
using EventHistory.Projections;
using EventHistory.Queries;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Tests.Queries;

/// <summary>A database of its own, with a recorder to fill it: the real one, without a broker before it.</summary>
internal sealed class History : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly WriterElection _election;
    private readonly NpgsqlConnection _session;
    private readonly NpgsqlConnection _lookups;
    private readonly TimeProvider _time;
    private readonly string _source;
    private readonly bool _ownsDatabase;
    private readonly EventPool _events = new();
    private readonly Dictionary<Batch, List<byte[]>> _bodies = [];
    private BatchWriter _writer = null!;
    private CurrentRun _run = null!;
    private Task _writing = Task.CompletedTask;
    private PreparedBatch? _inFlight;
    private long _offset;

    private History(TestDatabase database, WriterElection election, NpgsqlConnection session, NpgsqlConnection lookups, TimeProvider time, string source, bool ownsDatabase) =>
        (_database, _election, _session, _lookups, _time, _source, _ownsDatabase) = (database, election, session, lookups, time, source, ownsDatabase);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public NpgsqlDataSource Data => _database.Data;

    public string ConnectionString => _database.ConnectionString;

    public TaskQueries Tasks => new(Data, new DayTables(_time));

    public TaskDetailQueries Details => new(Data);

    public WorkerQueries Workers => new(Data);

    public CoverageQueries Coverage => new(Data);

    /// <summary>As the last commit left it.</summary>
    public SourceState Source => _writer.Source;

    /// <summary>Which tasks the writer believes to have rows.</summary>
    public RecordedTasks Recorded { get; private set; } = RecordedTasks.None();

    public bool IsBehind => _writer.IsBehind;

    public bool IsOvergrown => _writer.IsOvergrown;

    /// <summary>Starts that were counted, in all commits.</summary>
    public List<Stamp> Starts { get; } = [];

    public static async Task<History> Create(Postgres postgres, TimeProvider? time = null) =>
        await Open(await postgres.CreateDatabase(), time ?? TimeProvider.System, "default", ownsDatabase: true);

    /// <summary>Another source of the same database, with a recorder of its own.</summary>
    public Task<History> Another(string source) => Open(_database, _time, source, ownsDatabase: false);

    /// <summary>Records messages as one batch, and all of them at once show in the rows: each is an event, or a list of them.</summary>
    public Task Record(params IEnumerable<string> messages) => Record(Batch(messages, isFull: false));

    /// <summary>The same in a backlog: more waits, so rows of open tasks can wait, too.</summary>
    public Task RecordInBacklog(params IEnumerable<string> messages) => Record(Batch(messages, isFull: true));

    /// <summary>The same, and behind it our own events that wait.</summary>
    /// <returns>How many these were.</returns>
    public async Task<int> RecordOwn(params IEnumerable<string> messages)
    {
        var batch = Batch(messages, isFull: false);
        batch.Own = await OwnEventRows.Waiting(Data, Source.Id, Ct);
        await Record(batch);
        return batch.Own.Count;
    }

    /// <summary>Records an event behind messages that the broker had dropped.</summary>
    public Task RecordAfterGap(long messages, string message)
    {
        var batch = new Batch { Epoch = 1 };
        batch.Add(new StreamGap(StreamGap.Truncated, 1, _offset - 1, _offset += messages, messages));
        batch.Add(new Delivery(_offset++, 1, "task.multi", Encoding.UTF8.GetBytes(message), "application/json", "utf-8", null, null, null));
        return Record(batch);
    }

    /// <summary>Folds a batch while the one before is being written, as recording does; <see cref="Finished"/> waits for the last.</summary>
    public async Task RecordAhead(bool isFull, IEnumerable<string> messages)
    {
        var prepared = await _writer.Prepare(Batch(messages, isFull), Ct);
        await Finished();
        (_inFlight, _writing) = (prepared, Task.Run(() => _writer.Write(prepared, Ct), Ct));
    }

    /// <summary>Waits for what <see cref="RecordAhead"/> left under way.</summary>
    public async Task Finished()
    {
        await _writing;
        if (_inFlight is { } done)
            Committed(done);
        (_inFlight, _writing) = (null, Task.CompletedTask);
    }

    /// <summary>Folds a batch, and is killed before it is written; another recorder is to take over.</summary>
    public async Task KilledBefore(bool isFull, IReadOnlyCollection<string> messages)
    {
        var offset = _offset;
        await _writer.Prepare(Batch(messages, isFull), Ct);
        await Finished();
        _offset = offset;
    }

    /// <summary>A new writer that knows no names, as when the one before knows too many.</summary>
    public async Task StartOver()
    {
        await Record();
        _writer = NewWriter(_writer.Source);
    }

    /// <summary>The recorder is killed, and another one goes on from what the database says.</summary>
    /// <param name="reads">Whether it has read which tasks there are.</param>
    public async Task TakeOver(bool reads)
    {
        Recorded = RecordedTasks.Unread();
        if (reads)
            await Read(Recorded);
        await Restart();
    }

    /// <summary>Reads which tasks have a row.</summary>
    public Task Read(RecordedTasks recorded) => recorded.Load(_lookups, Ct);

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _lookups.DisposeAsync();
        await _election.DisposeAsync();
        if (_ownsDatabase)
            await _database.DisposeAsync();
    }

    private static async Task<History> Open(TestDatabase database, TimeProvider time, string source, bool ownsDatabase)
    {
        var election = new WriterElection(database.ConnectionString, new EventHistorySettings { Source = new() { Name = source } }, NullLoggerFactory.Instance);
        var session = await election.Win(() => { }, Ct);
        var history = new History(database, election, session, await election.OpenAnother(Ct), time, source, ownsDatabase);
        await history.Restart();
        return history;
    }

    private async Task Restart()
    {
        var source = await SourceState.Load(_session, _source, Ct);
        _run = await CurrentRun.Begin(_session, Data, source, _time.GetUtcNow().UtcDateTime, _time, Ct);
        _writer = NewWriter(source);
        await _writer.CatchUp(Ct);
    }

    private BatchWriter NewWriter(SourceState source) => new(_session, _lookups, new LogReader(Data), source, new Labels(Data), Recorded, _time, _run);

    private async Task Record(Batch batch)
    {
        var prepared = await _writer.Prepare(batch, Ct);
        await _writer.Write(prepared, Ct);
        Committed(prepared);
    }

    private void Committed(PreparedBatch batch)
    {
        Starts.AddRange(batch.Rows.Tasks.Starts);
        _writer.Committed(batch);
        foreach (var body in _bodies.Remove(batch.Batch, out var used) ? used : [])
            body.AsSpan().Fill((byte)'?'); // from now on the memory may hold other messages
    }

    private Batch Batch(IEnumerable<string> messages, bool isFull)
    {
        var batch = new Batch(_events) { Epoch = 1, IsFull = isFull };
        var bodies = _bodies[batch] = [.. messages.Select(Encoding.UTF8.GetBytes)];
        foreach (var body in bodies)
            batch.Add(new Delivery(_offset++, 1, "task.multi", body, "application/json", "utf-8", null, null, null));
        return batch;
    }
}
