using System.Buffers;
using EventHistory.Core.Log;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// The log of one source, folded again into the tables of the session's <c>search_path</c>. While one chunk is being written the next is
/// already being read and folded.
/// </summary>
internal sealed class Replay(NpgsqlConnection session, NpgsqlConnection lookups, NpgsqlDataSource database, LogSource source)
{
    private const int ChunkEvents = 10_000;
    private const long ChunkBytes = 8_000_000;

    private readonly HashSet<DateOnly> _days = [];
    private readonly RecordedTasks _recorded = RecordedTasks.None();
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
            await foreach (var segment in new LogReader(database).Read(source.Id, Next, last, ct))
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

    private ReadModels Models => _models ??= new ReadModels(lookups, new LogReader(database), source.Id, new Labels(database), _recorded);

    private async Task Fold(Chunk chunk, LogSegment segment, CancellationToken ct)
    {
        foreach (var part in segment.Parts)
            await EnsurePartition(DateOnly.FromDateTime(part.RecordedAt), ct);
        await Models.Fold(segment with { Body = chunk.Keep(segment.Body) }, ct);
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

        public ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> body)
        {
            var copy = ArrayPool<byte>.Shared.Rent(body.Length);
            body.CopyTo(copy);
            _bodies.Add(copy);
            Bytes += body.Length;
            return copy.AsMemory(0, body.Length);
        }

        public void Release()
        {
            foreach (var body in _bodies)
                ArrayPool<byte>.Shared.Return(body);
        }
    }
}
