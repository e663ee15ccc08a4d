using System.Buffers;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Export;

namespace EventHistory.Core.Tests.Export;

/// <summary>The same rows in every form.</summary>
public sealed class RowWriterTests
{
    private static readonly ExportField[] _fields =
        [.. ExportField.All.Where(f => f.Name is "id" or "args" or "args_truncated" or "first_seen" or "retries" or "runtime")];

    private static readonly ExportHead _head = new(Given.At("09:00:00"), Given.At("10:00:00"), null, "It is\nnot over.", "name:\"a b\"");

    [Fact]
    public void Comma_separated_values_are_quoted_where_they_must_be() =>
        Assert.Equal(string.Join("\r\n",
            "# Tasks first seen from 2026-11-21T09:00:00Z to 2026-11-21T10:00:00Z: not known to be complete. It is not over. Asked for: name:\"a b\"",
            "id,first_seen,runtime,retries,args,args_truncated",
            "a,2026-11-21T10:00:00.000001Z,1.5,2,\"(1, \"\"x\"\")\",false",
            "\"a,b\",,,0,\"\",true",
            "\"line\r\nend\",,0.1,-1,,",
            "\"#no comment\",,1E+300,9223372036854775807,漢字,false",
            "# All 4 rows, cursor x/y", ""), Written(CsvOf, _head, new ExportEnd(4, "x/y", null)));

    [Fact]
    public void Without_head_and_end_there_are_just_rows()
    {
        Assert.StartsWith("id,first_seen,", Written(CsvOf, null, null), StringComparison.Ordinal);
        Assert.StartsWith("{\"id\":\"a\",", Written(LinesOf, null, null), StringComparison.Ordinal);
        Assert.Equal(4, JsonDocument.Parse(Written(JsonOf, null, null)).RootElement.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public void Lines_are_a_JSON_object_each()
    {
        var lines = Written(LinesOf, _head, new ExportEnd(4, null, "It broke."))[..^1].Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(6, lines.Count);
        Assert.Equal(JsonValueKind.Null, lines[0].GetProperty("coverage").GetProperty("complete").ValueKind);
        Assert.Equal("""{"id":"a","first_seen":"2026-11-21T10:00:00.000001Z","runtime":1.5,"retries":2,"args":"(1, \"x\")","args_truncated":false}""", lines[1].GetRawText());
        Assert.Equal("line\r\nend", lines[3].GetProperty("id").GetString());
        Assert.Equal("It broke.", lines[5].GetProperty("end").GetProperty("problem").GetString());
    }

    [Fact]
    public void One_JSON_object_has_them_all()
    {
        var all = JsonDocument.Parse(Written(JsonOf, _head, new ExportEnd(4, "x/y", null))).RootElement;

        Assert.Equal("name:\"a b\"", all.GetProperty("coverage").GetProperty("filter").GetString());
        Assert.Equal(["a", "a,b", "line\r\nend", "#no comment"], all.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("id").GetString()));
        Assert.Equal(4, all.GetProperty("end").GetProperty("rows").GetInt32());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_rows_are_well_formed_too(bool said)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = JsonOf(output);
        writer.Begin(said ? _head : null);
        writer.Finish(said ? new ExportEnd(0, null, null) : null);
        Assert.Empty(JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("tasks").EnumerateArray());
    }

    [Theory]
    [InlineData("2026-11-21T10:00:00.000001Z/a/b c", true)]
    [InlineData("2026-11-21T10:00:00.000001Z/d93e7b96-3b5e-4d57-9a3c-000000000001", true)]
    [InlineData("2026-11-21T10:00:00.000001Z/", false)]
    [InlineData("/x", false)]
    [InlineData("x", false)]
    [InlineData("yesterday/x", false)]
    public void A_place_is_a_time_and_an_id(string text, bool isOne)
    {
        var place = ExportPlace.Parse(text);

        Assert.Equal(isOne ? text : null, place is { } p ? ExportPlace.Write(p.FirstSeen, p.Id.ToString()) : null);
    }

    [Theory]
    [InlineData("format", "xml", "format \"xml\" is not known: write csv, ndjson (a JSON object on each line) or json.")]
    [InlineData("fields", "id,nme", "There is no field \"nme\": did you mean name?")]
    [InlineData("cursor", "x", "cursor \"x\" is not a place in an export: write first_seen and id of the last row")]
    [InlineData("coverage", "maybe", "coverage \"maybe\" is not understood: write true or false.")]
    [InlineData("q", "nam:x", "Unknown qualifier \"nam\" at position 0")]
    public void What_cannot_be_understood_is_said(string name, string value, string sentence) =>
        Assert.StartsWith(sentence, ExportQuery.Parse([KeyValuePair.Create(name, value)], Given.At("12:00:00")).Problem, StringComparison.Ordinal);

    private static CsvWriter CsvOf(IBufferWriter<byte> output) => new(_fields, output);

    private static JsonWriter LinesOf(IBufferWriter<byte> output) => new(_fields, isLines: true, output);

    private static JsonWriter JsonOf(IBufferWriter<byte> output) => new(_fields, isLines: false, output);

    private static string Written(Func<IBufferWriter<byte>, IRowWriter> make, ExportHead? head, ExportEnd? end)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = make(output);
        writer.Begin(head);
        Row(writer, "a", Given.At("10:00:00.000001"), 1.5, 2, "(1, \"x\")", false);
        Row(writer, "a,b", null, null, 0, "", true);
        Row(writer, "line\r\nend", null, 0.1, -1, null, null);
        Row(writer, "#no comment", null, 1e300, long.MaxValue, "漢字", false);
        writer.Finish(end);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void Row(IRowWriter writer, string id, DateTime? firstSeen, double? runtime, long retries, string? args, bool? truncated)
    {
        writer.BeginRow();
        writer.Text(Encoding.UTF8.GetBytes(id));
        Or(firstSeen, writer.Time);
        Or(runtime, writer.Number);
        writer.Number(retries);
        if (args is null)
            writer.Null();
        else
            writer.Text(Encoding.UTF8.GetBytes(args));
        Or(truncated, writer.Flag);
        writer.EndRow();

        void Or<T>(T? value, Action<T> write) where T : struct
        {
            if (value is { } known)
                write(known);
            else
                writer.Null();
        }
    }
}
