using System.Buffers;
using EventHistory.Core.Retention;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// The log of one source, folded again into the tables of the session's <c>search_path</c>. While one chunk is being written the next is
/// already being folded, and the log is read and decoded ahead of that.
/// </summary>
/// <param name="pruned">Tasks that are to have no row though the log has events of them; null: none.</param>
internal sealed class Replay(NpgsqlConnection session, NpgsqlConnection lookups, NpgsqlDataSource database, LogSource source, PrunedTasks? pruned = null)
{
    private const int EventsPerTask = 4; // sent, received, started, succeeded
    private const int ChunkEvents = 15_000;
    private const long ChunkBytes = 8_000_000;

    private readonly DecodedLog _log = new(new LogReader(database), source.Id);
    private readonly HashSet<DateOnly> _days = [];
    private readonly RecordedTasks _recorded = RecordedTasks.None(expected: (source.Next - source.First) / EventsPerTask);
    private ReadModels? _models;
    private Chunk? _written;
    private Task _writing = Task.CompletedTask;

    public int SourceId => source.Id;

    /// <summary>The position that is folded next.</summary>
    public long Next { get; private set; } = source.First;

    /// <summary>Folds up to a position.</summary>
    /// <param name="complete">Whether rows shall show all of it; else those of open tasks may lag behind.</param>
    /// <param name="progress">Is told of every chunk how many events it holds.</param>
    public async Task UpTo(long last, bool complete, Action<long> progress, CancellationToken ct)
    {
        var chunk = new Chunk();
        try
        {
            await foreach (var segment in _log.Read(Next, last, ct))
            {
                await Fold(chunk, segment, ct);
                if (chunk.Events < ChunkEvents && chunk.Bytes < ChunkBytes)
                    continue;
                await Hand(chunk, all: false, ct);
                progress(chunk.Events);
                chunk = new Chunk();
            }
            await Hand(chunk, complete, ct);
            progress(chunk.Events);
        }
        finally
        {
            await Finished();
        }
    }

    private ReadModels Models => _models ??= new ReadModels(lookups, new LogReader(database), source.Id, new Labels(database), _recorded, pruned);

    private async Task Fold(Chunk chunk, DecodedSegment decoded, CancellationToken ct)
    {
        var segment = decoded.Segment;
        chunk.Keep(decoded.Body, segment.Body.Length);
        foreach (var part in segment.Parts)
            await EnsurePartition(DateOnly.FromDateTime(part.RecordedAt), ct);
        await Models.Fold(segment, decoded.Events, ct);
        chunk.Events += (int)(segment.LastPosition + 1 - segment.From);
        Next = segment.LastPosition + 1;
    }

    private async Task Hand(Chunk chunk, bool all, CancellationToken ct)
    {
        chunk.Rows = await Models.Changes(all || Models.IsOvergrown, Next, ct);
        await Finished();
        (_written, _writing) = (chunk, Write(chunk.Rows, ct));
        if (!Models.IsOvergrown)
            return;
        await Finished();
        _models = null;
    }

    private async Task Write(ReadModelChanges rows, CancellationToken ct)
    {
        await Task.Yield();
        await using var transaction = await session.BeginTransactionAsync(ct);
        await rows.Write(session, transaction, [], ct);
        await transaction.CommitAsync(ct);
    }

    private async Task Finished()
    {
        await _writing;
        if (_written is not { } done)
            return;
        (_written, _writing) = (null, Task.CompletedTask);
        Models.Committed(done.Rows!);
        done.Release();
    }

    private const string PartitionSql = "select eventhistory.ensure_partition('task', $1, current_schema()::text)";

    private async Task EnsurePartition(DateOnly day, CancellationToken ct)
    {
        if (!_days.Add(day))
            return;
        await Finished(); // its session is ours now
        await using var command = new NpgsqlCommand(PartitionSql, session) { Parameters = { new() { Value = day } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>What is written together. Folds keep slices of its bodies until that is done.</summary>
    private sealed class Chunk
    {
        private readonly List<byte[]> _bodies = [];

        public int Events { get; set; }

        public long Bytes { get; private set; }

        public ReadModelChanges? Rows { get; set; }

        public void Keep(byte[] body, int length)
        {
            _bodies.Add(body);
            Bytes += length;
        }

        public void Release()
        {
            foreach (var body in _bodies)
                ArrayPool<byte>.Shared.Return(body);
        }
    }
}
