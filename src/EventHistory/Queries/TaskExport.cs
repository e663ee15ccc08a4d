using System.Buffers;
using System.Globalization;
using EventHistory.Core.Export;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>
/// Writes tasks to a file or a connection, those first seen earliest first, in a memory that does not depend on how many there are. It asks
/// for some thousands at a time and goes on behind the last one, so that no transaction stays open while a slow client reads.
/// </summary>
internal sealed class TaskExport(NpgsqlDataSource database, CoverageQueries coverage, TimeProvider time)
{
    private const int RowsAtATime = 20_000;
    /// <summary>Seconds for the next rows: what is rare may be far away.</summary>
    private const int Patience = 120;

    private readonly ExportHeads _heads = new(database, coverage, time);

    /// <summary>Nothing is written before the first rows are there, so whatever is wrong until then is still an exception.</summary>
    /// <returns>How many rows, and where to go on.</returns>
    /// <exception cref="OperationCanceledException">Stopped; what was written is not whole.</exception>
    public async Task<ExportEnd> Write(ExportQuery query, Stream output, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var rows = Writer(query, buffer);
        rows.Begin(query.SaysCoverage ? await _heads.Of(query.Range, query.Filter, ct) : null);
        var progress = new ExportProgress(database, query.Fields, rows, buffer, output);
        string? problem = null;
        try
        {
            while (await Next(query, progress, ct) == RowsAtATime)
            {
                // there may be more
            }
        }
        catch (Exception e) when (progress.HasSent && QueryFault.Of(e) is { } fault)
        {
            problem = $"{fault.Sentence} Go on from the cursor.";
        }
        var end = new ExportEnd(progress.Rows, progress.Cursor, problem);
        rows.Finish(query.SaysCoverage || problem is not null ? end : null);
        await progress.Send(ct);
        return end;
    }

    private static IRowWriter Writer(ExportQuery query, IBufferWriter<byte> buffer) =>
        query.Format == ExportQuery.Csv ? new CsvWriter(query.Fields, buffer) : new JsonWriter(query.Fields, query.Format == ExportQuery.JsonLines, buffer);

    private async Task<int> Next(ExportQuery query, ExportProgress progress, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = Patience };
        var condition = (await FilterSql.Of(query.Filter, connection, ct)).Condition(command.Parameters);
        if (progress.Place is { } place)
            condition += $" and (t.first_seen, t.key, t.source_id) > ({Add(place.FirstSeen)}, {Add(place.Key)}, {Add(place.SourceId)})";
        else if (query.After is { } after)
            condition += $" and (t.first_seen, t.key) > ({Add(after.FirstSeen)}, {Add(after.Id.Key)})";
#pragma warning disable CA2100 // columns of our own; all that anybody gave is a parameter
        command.CommandText = $"""
            select {progress.Columns}
              from eventhistory.task t
             where {condition}
             order by t.first_seen, t.key, t.source_id
             limit {RowsAtATime}
            """;
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(ct);
        var count = 0;
        for (; await rows.ReadAsync(ct); count++)
            await progress.Add(rows, ct);
        return count;

        string Add(object value)
        {
            command.Parameters.Add(value is DateTime ? new() { Value = value, NpgsqlDbType = NpgsqlDbType.TimestampTz } : new() { Value = value });
            return "$" + command.Parameters.Count.ToString(CultureInfo.InvariantCulture);
        }
    }
}
