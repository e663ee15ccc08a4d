using System.Buffers;
using System.Globalization;
using System.Text;
using EventHistory.Core.Export;

namespace EventHistory.Core.Reports;

/// <summary>A report as a file. CSV and NDJSON are those of an export: what is known of their completeness first, how many rows there are last.</summary>
/// <param name="Format">One of <see cref="ReportForm"/>.</param>
public sealed record ReportFile(string Format, byte[] Content)
{
    /// <summary>A file goes by mail: it ends, and says so, when it is as large as this.</summary>
    public const int MaxBytes = 5_000_000;

    public static ReportFile Of(ReportContent report, string format)
    {
        if (format == ReportForm.Html)
            return new ReportFile(format, Encoding.UTF8.GetBytes(HtmlReport.Of(report)));
        var buffer = new ArrayBufferWriter<byte>();
        var fields = report.Table.Columns.Select(c => c.Field).ToList();
        Write(report, format == ReportForm.Csv ? new CsvWriter(fields, buffer) : new JsonWriter(fields, isLines: true, buffer), buffer);
        return new ReportFile(format, buffer.WrittenSpan.ToArray());
    }

    /// <summary>What a file is called: the same however often it is delivered.</summary>
    /// <param name="name">Of the report.</param>
    /// <param name="run">Of its run.</param>
    public static string NameOf(string name, DateTime dueAt, long run, string format)
    {
        var letters = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
                letters.Append(c);
            else if (letters.Length > 0 && letters[^1] != '-')
                letters.Append('-');
        }
        var words = letters.ToString().Trim('-');
        return string.Create(CultureInfo.InvariantCulture, $"{(words.Length == 0 ? "report" : words[..Math.Min(words.Length, 60)])}-{dueAt:yyyyMMdd'T'HHmmss'Z'}-{run}.{format}");
    }

    private static void Write(ReportContent report, IRowWriter writer, ArrayBufferWriter<byte> buffer)
    {
        writer.Begin(report.Head);
        var count = 0;
        for (; count < report.Table.Rows.Count && buffer.WrittenCount < MaxBytes; count++)
        {
            writer.BeginRow();
            foreach (var value in report.Table.Rows[count])
                Write(value, writer);
            writer.EndRow();
        }
        writer.Finish(new ExportEnd(count, null, count < report.Table.Rows.Count ? "The file would be too large: ask for fewer rows, or export the tasks"
            : report.Table.All > count ? $"There are {report.Table.AllText}" : null));
    }

    private static void Write(object? value, IRowWriter writer)
    {
        switch (value)
        {
            case null:
                writer.Null();
                break;
            case string text:
                writer.Text(Encoding.UTF8.GetBytes(text));
                break;
            case DateTime at:
                writer.Time(at);
                break;
            case double number:
                writer.Number(number);
                break;
            case bool flag:
                writer.Flag(flag);
                break;
            default:
                writer.Number(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
