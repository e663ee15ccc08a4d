using EventHistory.Core.Reports;

namespace EventHistory.Core.Tests.Reports;

public sealed class ReportJsonTests
{
    private static readonly Guid _id = Guid.Parse("d93e7b96-3b5e-4d57-9a3c-000000000001");
    private static readonly DeliveryRules _open = new(HasFolder: true, HasMail: true, AllowsPrivate: false);

    [Fact]
    public void A_report_is_read_as_it_is_sent()
    {
        var (report, problem) = Parse("""
            {"name": " Nightly ", "kind": "tasks", "saved_query": "d93e7b96-3b5e-4d57-9a3c-000000000002", "range": "last-week", "cron": "0 7 * * 1-5", "time_zone": "Europe/Berlin",
             "formats": ["ndjson", "html"], "rows": 10, "by": "ann",
             "to": [{"kind": "folder", "folder": "a/b-c"}, {"kind": "mail", "addresses": ["a+b@example.com"]}, {"kind": "webhook", "url": "https://example.com/x?y=1", "secret": "***"}]}
            """);

        Assert.Null(problem);
        Assert.Equal((_id, "Nightly", "tasks", "last-week", "0 7 * * 1-5", "Europe/Berlin", 10, "ann"),
            (report!.Id, report.Name, report.Kind, report.Range, report.Cron, report.TimeZone, report.Rows, report.ChangedBy));
        Assert.Equal(["html", "ndjson"], report.Formats);
        Assert.Equal(["folder a/b-c", "mail to a+b@example.com", "webhook https://example.com/x"], report.To.Select(t => t.Description));
        Assert.Null(report.To[2].Secret);
    }

    [Fact]
    public void What_is_left_out_has_a_default()
    {
        var report = Parse("""{"name": "a", "kind": "failures", "by": "ann"}""").Value!;
        Assert.Equal(("1d", null, "UTC", 100), (report.Range, report.Cron, report.TimeZone, report.Rows));
        Assert.Equal(["html", "csv", "ndjson"], report.Formats);
        Assert.Empty(report.To);
    }

    [Theory]
    [InlineData("", "The body is not JSON")]
    [InlineData("[]", "The body is not an object")]
    [InlineData("""{"kind": "failures", "by": "ann"}""", "name is missing: say what it is to be called.")]
    [InlineData("""{"name": "a", "kind": "failures"}""", "by is missing: say who wants this.")]
    [InlineData("""{"name": "a", "kind": "failure", "by": "ann"}""", "kind \"failure\" is not understood: there are tasks, failures,")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "crom": "x"}""", "There is no member \"crom\": did you mean cron?")]
    [InlineData("""{"name": "a", "kind": "tasks", "by": "ann"}""", "saved_query is missing")]
    [InlineData("""{"name": "a", "kind": "tasks", "saved_query": "x", "by": "ann"}""", "saved_query \"x\" is not an id")]
    [InlineData("""{"name": "a", "kind": "failures", "saved_query": "d93e7b96-3b5e-4d57-9a3c-000000000002", "by": "ann"}""", "saved_query belongs to the kind tasks.")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "range": "tomorrow"}""", "range \"tomorrow\" is not a range: write how long it is")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "range": "367d"}""", "range \"367d\" is not a range")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "cron": "bad"}""", "cron is bad")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "time_zone": "Europe/Berlim"}""", "time_zone \"Europe/Berlim\" is not a time zone: did you mean Europe/Berlin?")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "time_zone": "../../etc/passwd"}""", "is not a time zone: write a name of the IANA database")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "formats": ["pdf"]}""", "format \"pdf\" is not known: there are html, csv, ndjson.")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "rows": 0}""", "rows is not a whole number from 1 to 10000.")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": {}}""", "to is not a list.")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [7]}""", "to[0] is not an object")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{}]}""", "to[0].kind is missing: there are folder, mail and webhook.")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "fax"}]}""", "kind \"fax\" is not understood")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "folder", "url": "x"}]}""", "url does not belong to folder: give folder.")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "folder", "folder": "../up"}]}""", "folder \"../up\" is not one below the folder for reports")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "folder", "folder": "/etc"}]}""", "is not one below")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "folder", "folder": "a/.ssh"}]}""", "is not one below")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "mail"}]}""", "addresses is missing")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "mail", "addresses": ["a@b.c>\r\nBcc: x@y.z"]}]}""", "is not a mail address: write it as ops@example.com.")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "webhook"}]}""", "to[0].url is missing")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "webhook", "url": "ftp://example.com"}]}""", "url \"ftp://example.com\" is not an address: write one that begins with https://")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "webhook", "url": "https://10.1.2.3/"}]}""", "leads to this machine or a private network: webhooks go to public addresses only")]
    [InlineData("""{"name": "a", "kind": "failures", "by": "ann", "to": [{"kind": "webhook", "url": "https://example.com", "secret": "hunter2"}]}""", "secret is not one: write whsec_")]
    public void What_makes_no_sense_is_refused_with_a_sentence(string json, string sentence)
    {
        var (report, problem) = Parse(json);
        Assert.Null(report);
        Assert.Contains(sentence, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind": "folder"}""", "Reports:Folder")]
    [InlineData("""{"kind": "mail", "addresses": ["a@b.c"]}""", "Smtp:Host")]
    public void Where_the_settings_let_nothing_go_is_said(string target, string setting) => Assert.Contains(setting,
        ReportJson.Parse(Given.Utf8($$"""{"name": "a", "kind": "failures", "by": "ann", "to": [{{target}}]}"""), _id, new(false, false, false), Cron, Given.At("10:00:00")).Problem,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"q": "state:FAILURE", "by": "ann"}""", "name is missing")]
    [InlineData("""{"name": "a", "q": "(", "by": "ann"}""", "q is not a search: ")]
    [InlineData("""{"name": "a", "columns": ["runtme"], "by": "ann"}""", "A task has no field \"runtme\": did you mean runtime?")]
    [InlineData("""{"name": "a", "sort": "name", "by": "ann"}""", "sort \"name\" is not understood: there are first_seen, finished,")]
    [InlineData("""{"name": "a", "order": "up", "by": "ann"}""", "order \"up\" is not understood: there are desc, asc.")]
    public void A_saved_query_that_makes_no_sense_is_refused(string json, string sentence)
    {
        var (query, problem) = SavedQueryJson.Parse(Given.Utf8(json), _id, Given.At("10:00:00"));
        Assert.Null(query);
        Assert.Contains(sentence, problem, StringComparison.Ordinal);
    }

    private static EventHistory.Core.Queries.Parsed<Report> Parse(string json) => ReportJson.Parse(Given.Utf8(json), _id, _open, Cron, Given.At("10:00:00"));

    private static string? Cron(string cron, string zone) => cron == "bad" ? "is bad" : null;
}
