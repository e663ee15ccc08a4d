using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace EventHistory.Core.Export;

/// <summary>
/// Comma-separated values as RFC 4180 has them: a line of names, then a line a row, quoted where they must be. Unknown is empty, an empty
/// text is "". What is said of the whole stands in lines of its own that begin with #.
/// </summary>
public sealed class CsvWriter(IReadOnlyList<ExportField> fields, IBufferWriter<byte> output) : IRowWriter
{
    private static readonly SearchValues<byte> _quoted = SearchValues.Create(",\"\r\n"u8);

    private bool _isFirst;

    public void Begin(ExportHead? head)
    {
        if (head is not null)
        {
            Comment(FormattableString.Invariant($"{head.What} from {head.From:yyyy-MM-dd'T'HH:mm:ss'Z'} to {head.To:yyyy-MM-dd'T'HH:mm:ss'Z'}: {head.Completeness}. {head.Reason}")
                + (head.Filter.Length > 0 ? $" Asked for: {head.Filter}" : ""));
        }
        BeginRow();
        foreach (var field in fields)
            Text(Encoding.UTF8.GetBytes(field.Name));
        EndRow();
    }

    public void BeginRow() => _isFirst = true;

    public void Null() => Separate();

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Separate();
        if (utf8.Length > 0 && utf8.IndexOfAny(_quoted) < 0 && utf8[0] != '#')
        {
            output.Write(utf8);
            return;
        }
        output.Write("\""u8);
        for (int quote; (quote = utf8.IndexOf((byte)'"')) >= 0; utf8 = utf8[(quote + 1)..])
        {
            output.Write(utf8[..(quote + 1)]);
            output.Write("\""u8);
        }
        output.Write(utf8);
        output.Write("\""u8);
    }

    public void Time(DateTime at)
    {
        Separate();
        var room = output.GetSpan(32);
        at.TryFormat(room, out var written, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    public void Number(double number)
    {
        Separate();
        var room = output.GetSpan(32);
        Utf8Formatter.TryFormat(number, room, out var written);
        output.Advance(written);
    }

    public void Number(long number)
    {
        Separate();
        var room = output.GetSpan(24);
        Utf8Formatter.TryFormat(number, room, out var written);
        output.Advance(written);
    }

    public void Flag(bool flag)
    {
        Separate();
        output.Write(flag ? "true"u8 : "false"u8);
    }

    public void EndRow() => output.Write("\r\n"u8);

    public void Finish(ExportEnd? total)
    {
        if (total is null)
            return;
        var cursor = total.Cursor is null ? "" : $", cursor {total.Cursor}";
        Comment(FormattableString.Invariant($"{(total.Problem is null ? "All" : "Only")} {total.Rows} rows{cursor}") + (total.Problem is null ? "" : $". {total.Problem}"));
    }

    private void Comment(string text)
    {
        output.Write("# "u8);
        output.Write(Encoding.UTF8.GetBytes(text.Replace('\r', ' ').Replace('\n', ' ')));
        EndRow();
    }

    private void Separate()
    {
        if (!_isFirst)
            output.Write(","u8);
        _isFirst = false;
    }
}
