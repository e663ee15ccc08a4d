using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Export;
using EventHistory.Core.Tasks;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Where a field of an export is in <c>eventhistory.task t</c>, and how its value gets from a row into a file.</summary>
/// <param name="Sql">What is selected; two columns for a text that begins with a label.</param>
/// <param name="IsLabel">Whether the first of them is the number of a label.</param>
/// <param name="Write">Writes what is not null, given the row and its first column.</param>
internal sealed record ExportColumn(string Sql, bool IsLabel, Action<NpgsqlDataReader, int, ExportTexts, IRowWriter> Write)
{
    private const string InPieces = "t.frames_id, t.traceback";

    public int Width => Sql == InPieces ? 2 : 1;

    public static ExportColumn Of(ExportField field) => field.Name switch
    {
        "id" => new("coalesce(t.id, t.key::text)", false, Text),
        "root_id" or "parent_id" => new($"coalesce(t.{field.Name}, t.{field.Name.Replace("_id", "_key", StringComparison.Ordinal)}::text)", false, Text),
        "finished" => new("case when t.settled < 'infinity' then t.state_at end", false, Time),
        "name" or "worker" or "client" or "queue" or "exchange" or "routing_key" => new($"t.{field.Name}_id", true, Label),
        "group" => new("t.failure_id", true, (row, at, texts, to) => to.Text(texts.Digest(row.GetInt32(at)))),
        "traceback" => new(InPieces, true, WithFrames),
        "runtime" => new("t.runtime", false, (row, at, _, to) => to.Number(row.GetDouble(at))),
        "queue_wait" or "worker_wait" => new($"t.{field.Name}", false, (row, at, _, to) => to.Number(TaskRecord.Wait(row, at)!.Value)),
        "clock" => new("t.clock", false, (row, at, _, to) => to.Number(row.GetInt64(at))),
        _ => new($"t.{field.Name}", false, field.Kind switch
        {
            ExportKind.Text => Text,
            ExportKind.Time => Time,
            ExportKind.Number => (row, at, _, to) => to.Number((long)row.GetInt32(at)),
            _ => (row, at, _, to) => to.Flag(row.GetBoolean(at)),
        }),
    };

    /// <summary>Whether there is no value: of a traceback, what follows its label is what counts.</summary>
    public bool IsNull(NpgsqlDataReader row, int at) => row.IsDBNull(at + Width - 1);

    private static void Text(NpgsqlDataReader row, int at, ExportTexts texts, IRowWriter to) => to.Text(row.GetFieldValue<byte[]>(at));

    private static void Label(NpgsqlDataReader row, int at, ExportTexts texts, IRowWriter to) => to.Text(texts[row.GetInt32(at)]);

    private static void WithFrames(NpgsqlDataReader row, int at, ExportTexts texts, IRowWriter to)
    {
        var frames = row.IsDBNull(at) ? null : Encoding.UTF8.GetString(texts[row.GetInt32(at)]);
        to.Text(Encoding.UTF8.GetBytes(Traceback.Join(frames, EventText.OfUtf8(row.GetFieldValue<byte[]>(at + 1))).Text()!));
    }

    // the writer's mark for a time that no event of the task bears
    private static void Time(NpgsqlDataReader row, int at, ExportTexts texts, IRowWriter to)
    {
        if (TaskRecord.Known(row.GetDateTime(at)) is { } time)
            to.Time(time);
        else
            to.Null();
    }
}
