using System.Buffers;
using EventHistory.Projections;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Ingest;

/// <summary>A batch as it goes to the database: everything is decided, and what remains is one transaction.</summary>
/// <param name="From">The source before it.</param>
/// <param name="To">The source after it.</param>
/// <param name="Log">The commands that append to the log.</param>
/// <param name="Taken">The one of them that takes our own events from where they waited; null: there are none.</param>
/// <param name="Bodies">Holds the bodies of its segments.</param>
/// <param name="LastEventAt">The latest time that an event of it bears.</param>
/// <param name="ReadUpTo">All that was sent before this is recorded with it; null: unknown.</param>
internal sealed record PreparedBatch(
    Batch Batch, SourceState From, SourceState To, DateTime RecordedAt, IReadOnlyList<NpgsqlBatchCommand> Log, NpgsqlBatchCommand? Taken, ReadModelChanges Rows,
    ArrayBufferWriter<byte> Bodies, DateTime? LastEventAt, DateTime? ReadUpTo)
{
    public long Events => To.NextPosition - From.NextPosition;
}
