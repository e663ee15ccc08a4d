using System.Text;
using System.Text.Json;
using EventHistory.Core.Export;
using EventHistory.Core.Queries;
using EventHistory.Core.Reports;

namespace EventHistory.Core.Tests.Reports;

public sealed class ReportFileTests
{
    private const string Hostile = "<script>alert(1)</script>\" onmouseover=\"x' & </td>";

    private static readonly ReportColumn[] _columns =
    [
        ReportColumn.Text("id", "Task", ColumnLook.TaskId), ReportColumn.Text("name", "Name <b>"), ReportColumn.Time("at", "When"),
        ReportColumn.Number("runtime", "Runtime", ColumnLook.Duration), ReportColumn.Number("change", "Change", ColumnLook.Change), ReportColumn.Number("count", "Count"),
    ];

    [Fact]
    public void HTML_escapes_whatever_it_shows_and_needs_nothing_else()
    {
        var html = Html(Content(Hostile, site: new Uri("https://history.example.com/base/")));

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("onmouseover=\"x", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://history.example.com/base/task/a%2F%22b\" title=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<a ", Html(Content("x", site: null)), StringComparison.Ordinal);
    }

    [Fact]
    public void People_see_times_of_their_zone_and_durations_in_units()
    {
        var html = Html(Content("x", site: null));
        foreach (var shown in new[] { "2026-11-21 11:00:00", "1.50 s", "+25 %", "1,234,567", "Tasks first seen from 2026-11-21 10:00:00 to 2026-11-21 11:00:00 (Europe/Berlin)", "NOT recorded whole", "The first 2 of about 40." })
            Assert.Contains(shown, html, StringComparison.Ordinal);
        Assert.Equal(5, html.Split('–').Length - 1); // what is unknown is no zero
    }

    [Fact]
    public void Files_have_the_values_as_they_are()
    {
        var csv = Encoding.UTF8.GetString(ReportFile.Of(Content("a,b", null), ReportForm.Csv).Content).Split("\r\n");
        Assert.Equal("# Tasks first seen from 2026-11-21T09:00:00Z to 2026-11-21T10:00:00Z: NOT complete. Some are missing.", csv[0]);
        Assert.Equal(["id,name,at,runtime,change,count", "\"a/\"\"b\",\"a,b\",2026-11-21T10:00:00.000000Z,1.5,0.25,1234567", "x,,,,,", "# Only 2 rows. There are about 40", ""], csv[1..]);

        var lines = Encoding.UTF8.GetString(ReportFile.Of(Content("a,b", null), ReportForm.JsonLines).Content).TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.False(lines[0].GetProperty("coverage").GetProperty("complete").GetBoolean());
        Assert.Equal("""{"id":"a/\"b","name":"a,b","at":"2026-11-21T10:00:00.000000Z","runtime":1.5,"change":0.25,"count":1234567}""", lines[1].GetRawText());
        Assert.Equal(2, lines[3].GetProperty("end").GetProperty("rows").GetInt32());
    }

    [Fact]
    public void A_file_that_would_be_too_large_for_a_mail_ends_and_says_so()
    {
        var row = new object?[] { "x", new string('x', 1000), null, null, null, null };
        var content = Content("x", null) with { Table = new ReportTable([], _columns, [.. Enumerable.Repeat(row, 10_000)]) };

        var csv = ReportFile.Of(content, ReportForm.Csv).Content;
        Assert.InRange(csv.Length, ReportFile.MaxBytes, ReportFile.MaxBytes + 2000);
        Assert.EndsWith("The file would be too large: ask for fewer rows, or export the tasks\r\n", Encoding.UTF8.GetString(csv), StringComparison.Ordinal);
        Assert.Contains("The first 1,000 of 10,000.", Html(content), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Failures of the night", "failures-of-the-night-20261121T100000Z-7.csv")]
    [InlineData("../../etc/passwd", "etc-passwd-20261121T100000Z-7.csv")]
    [InlineData("漢字", "report-20261121T100000Z-7.csv")]
    public void A_file_has_a_name_that_every_disk_takes(string report, string file) => Assert.Equal(file, ReportFile.NameOf(report, Given.At("10:00:00"), 7, "csv"));

    private static string Html(ReportContent content) => Encoding.UTF8.GetString(ReportFile.Of(content, ReportForm.Html).Content);

    private static ReportContent Content(string text, Uri? site) => new(text, new ExportHead(Given.At("09:00:00"), Given.At("10:00:00"), false, "Some are missing.", ""),
        new ReportTable([$"Summary {text}"], _columns, [["a/\"b", text, Given.At("10:00:00"), 1.5, 0.25, 1_234_567L], ["x", null, null, null, null, null]], new TaskTotal(40, IsExact: false)),
        Given.At("10:00:00"), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), site);
}
