using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EventHistory.Core.Export;

/// <summary>
/// Rows as JSON objects: one on each line, or all of them in the array <c>tasks</c> of one object. Unknown is null. What is said of
/// the whole is <c>coverage</c> before and <c>end</c> behind the rows: lines of their own, or properties beside <c>tasks</c>.
/// </summary>
/// <param name="isLines">A JSON object on each line (NDJSON).</param>
#pragma warning disable CA1001 // it writes into a buffer: there is nothing to let go of
public sealed class JsonWriter(IReadOnlyList<ExportField> fields, bool isLines, IBufferWriter<byte> output) : IRowWriter
#pragma warning restore CA1001
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter _json = new(output, _options);
    private readonly JsonEncodedText[] _names = [.. fields.Select(f => JsonEncodedText.Encode(f.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
    private int _field;
    private bool _hasRows;

    public void Begin(ExportHead? head)
    {
        if (!isLines)
            output.Write("{"u8);
        if (head is not null)
        {
            Line("coverage"u8, json =>
            {
                json.WriteString("from"u8, Iso(head.From));
                json.WriteString("to"u8, Iso(head.To));
                if (head.Complete is { } complete)
                    json.WriteBoolean("complete"u8, complete);
                else
                    json.WriteNull("complete"u8);
                json.WriteString("reason"u8, head.Reason);
                json.WriteString("filter"u8, head.Filter);
            });
        }
        if (!isLines)
            output.Write(head is null ? "\"tasks\":["u8 : ",\n\"tasks\":["u8);
        else if (head is not null)
            output.Write("\n"u8);
    }

    public void BeginRow()
    {
        _field = 0;
        if (!isLines)
            output.Write(_hasRows ? ",\n"u8 : "\n"u8);
        _hasRows = true;
        _json.Reset();
        _json.WriteStartObject();
    }

    public void Null() => _json.WriteNull(_names[_field++]);

    public void Text(ReadOnlySpan<byte> utf8) => _json.WriteString(_names[_field++], utf8);

    public void Time(DateTime at)
    {
        Span<byte> text = stackalloc byte[32];
        at.TryFormat(text, out var written, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        _json.WriteString(_names[_field++], text[..written]);
    }

    // no JSON number says that it is none
    public void Number(double number)
    {
        if (double.IsFinite(number))
            _json.WriteNumber(_names[_field++], number);
        else
            Null();
    }

    public void Number(long number) => _json.WriteNumber(_names[_field++], number);

    public void Flag(bool flag) => _json.WriteBoolean(_names[_field++], flag);

    public void EndRow()
    {
        _json.WriteEndObject();
        _json.Flush();
        if (isLines)
            output.Write("\n"u8);
    }

    public void Finish(ExportEnd? total)
    {
        if (!isLines)
            output.Write(total is null ? "\n]"u8 : "\n],\n"u8);
        if (total is not null)
        {
            Line("end"u8, json =>
            {
                json.WriteNumber("rows"u8, total.Rows);
                json.WriteString("cursor"u8, total.Cursor);
                json.WriteString("problem"u8, total.Problem);
            });
        }
        if (!isLines || total is not null)
            output.Write(isLines ? "\n"u8 : "}\n"u8);
    }

    // {"name":{…}} as a line; as a property, without the outer braces
    private void Line(ReadOnlySpan<byte> name, Action<Utf8JsonWriter> write)
    {
        output.Write(isLines ? "{\""u8 : "\""u8);
        output.Write(name);
        output.Write("\":"u8);
        _json.Reset();
        _json.WriteStartObject();
        write(_json);
        _json.WriteEndObject();
        _json.Flush();
        if (isLines)
            output.Write("}"u8);
    }

    private static string Iso(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
