using System.Buffers;
using EventHistory.Core.Celery;
using EventHistory.Core.Export;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>An export under way: rows become bytes, bytes are sent when there are some, and the last row is remembered.</summary>
internal sealed class ExportProgress(NpgsqlDataSource database, IReadOnlyList<ExportField> fields, IRowWriter writer, ArrayBufferWriter<byte> buffer, Stream output)
{
    private const int BytesAtATime = 128 * 1024;

    /// <summary>What the fields are read from, behind <see cref="PlaceColumns"/>.</summary>
    public const string PlaceColumns = "t.first_seen, t.key, t.source_id, t.id";

    private const int PlaceWidth = 4;

    private readonly List<(int At, ExportColumn Column)> _columns = Placed(fields);
    private readonly ExportTexts _texts = new(database);
    private string? _oddId;

    public string Columns => string.Join(", ", _columns.Select(c => c.Column.Sql).Prepend(PlaceColumns));

    public long Rows { get; private set; }

    /// <summary>Of the last row; null: there is none.</summary>
    public (DateTime FirstSeen, Guid Key, int SourceId)? Place { get; private set; }

    public string? Cursor => Place is { } place ? ExportPlace.Write(place.FirstSeen, TaskId.Stored(place.Key, _oddId).ToString()) : null;

    public bool HasSent { get; private set; }

    public async ValueTask Add(NpgsqlDataReader row, CancellationToken ct)
    {
        await Know(row, ct);
        writer.BeginRow();
        foreach (var (at, column) in _columns)
        {
            if (column.IsNull(row, at))
                writer.Null();
            else
                column.Write(row, at, _texts, writer);
        }
        writer.EndRow();
        (Rows, Place, _oddId) = (Rows + 1, (row.GetDateTime(0), row.GetGuid(1), row.GetInt32(2)), TaskRecord.Text(row, 3));
        if (buffer.WrittenCount >= BytesAtATime)
            await Send(ct);
    }

    public async Task Send(CancellationToken ct)
    {
        HasSent = true;
        await output.WriteAsync(buffer.WrittenMemory, ct);
        buffer.ResetWrittenCount();
    }

    private async ValueTask Know(NpgsqlDataReader row, CancellationToken ct)
    {
        if (!_columns.TrueForAll(c => !c.Column.IsLabel || row.IsDBNull(c.At) || _texts.Knows(row.GetInt32(c.At))))
            await _texts.Fetch([.. _columns.Where(c => c.Column.IsLabel && !row.IsDBNull(c.At)).Select(c => row.GetInt32(c.At))], ct);
    }

    private static List<(int At, ExportColumn Column)> Placed(IReadOnlyList<ExportField> fields)
    {
        var columns = new List<(int, ExportColumn)>();
        var at = PlaceWidth;
        foreach (var column in fields.Select(ExportColumn.Of))
        {
            columns.Add((at, column));
            at += column.Width;
        }
        return columns;
    }
}
