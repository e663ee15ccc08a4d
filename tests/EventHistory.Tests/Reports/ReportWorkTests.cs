using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Reports;

/// <summary>Reports in real processes.</summary>
public sealed class ReportWorkTests(Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_process_is_told_another_one_makes_when_it_is_due_and_stops_when_it_is_deleted()
    {
        using var files = new TemporaryFolder();
        await using var database = await postgres.CreateDatabase();
        await using var web = Start(database, files, "web");
        await using var jobs = Start(database, files, "web,jobs");
        await web.Listening();
        await jobs.Listening();

        using var refused = await Send(web, HttpMethod.Post, "/api/v1/reports", """{"name": "Often", "kind": "coverage", "cron": "* * * *", "by": "ann"}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var made = await Send(web, HttpMethod.Post, "/api/v1/reports",
            """{"name": "Often", "kind": "coverage", "cron": "* * * * * ?", "formats": ["csv"], "to": [{"kind": "folder"}], "by": "ann"}""");
        var report = JsonNode.Parse(await made.Content.ReadAsStringAsync(Ct))!;
        Assert.True(made.StatusCode == HttpStatusCode.Created, report.ToJsonString());
        await Until.True(() => Directory.GetFiles(files.Path, "often-*.csv").Length >= 2, "two files");

        using var deleted = await Send(web, HttpMethod.Delete, $"/api/v1/reports/{report["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Until.True(async () => await Count(database, "select count(*) from quartz.qrtz_triggers where job_group = 'report'") == 0, "no schedule is left");
        Assert.Equal(0, await Count(database, "select count(*) from eventhistory.report_run"));
    }

    private static Service Start(TestDatabase database, TemporaryFolder files, string roles) => Service.Start(["serve", "--port", "0", "--database", database.ConnectionString],
        new Dictionary<string, string?> { ["EVENTHISTORY_ROLES"] = roles, ["EventHistory__Reports__Folder"] = files.Path });

    private static Task<HttpResponseMessage> Send(Service service, HttpMethod method, string path, string? body = null) => service.Http.SendAsync(
        new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") }, Ct);

    private static async Task<long> Count(TestDatabase database, string sql)
    {
#pragma warning disable CA2100 // of the test
        await using var command = database.Data.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }
}
