using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EventHistory.Core.Reports;
using EventHistory.Reports;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Reports;

/// <summary>Reports on their way over real sockets.</summary>
public sealed class DeliveryTests(Postgres postgres) : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly DateTime _now = Say.At("12:00:00");
    private static readonly DeliveryTarget _mail = new(DeliveryTarget.ToMail, Addresses: ["ops@example.com"]);
    private static readonly DeliveryTarget _folder = new(DeliveryTarget.ToFolder, Folder: "daily/shop");

    private readonly SetClock _clock = new(_now);
    private readonly TemporaryFolder _files = new();
    private readonly MailServer _mails = new();
    private readonly List<WebhookServer> _servers = [];
    private History _history = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ReportSettings Allowed => new() { Folder = _files.Path, AllowPrivateTargets = true, Site = "https://history.example.com" };

    private SmtpSettings Smtp => new() { Host = "127.0.0.1", Port = _mails.Port, Security = "none", From = "eventhistory@example.com" };

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres);
        await _history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        _mails.Dispose();
        await _history.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task A_report_arrives_in_a_folder_by_mail_and_at_a_webhook()
    {
        var server = await Server();
        await using var office = await Office.Open(_history, _clock, Allowed, Smtp);
        var report = await office.Make(_now, _folder, _mail with { Addresses = ["ops@example.com", "boss@example.com"] }, Hook(server));
        foreach (var target in new[] { "folder", "mail to ops", "mail to boss", "webhook" })
            await office.Until(report, target, d => d is { State: DeliveryView.Delivered, NextAt: null, Attempts: [{ Problem: null }] }, "delivered");

        var files = Directory.GetFiles(Path.Combine(_files.Path, "daily", "shop")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal([".csv", ".html", ".ndjson"], files.Select(Path.GetExtension));
        var html = await File.ReadAllTextAsync(files[1], Ct);
        Assert.Contains("1 task finished: 0 succeeded, 1 failed (100 %)", html, StringComparison.Ordinal);
        Assert.Contains($"Report &lt;{report}&gt;", html, StringComparison.Ordinal);

        Assert.Equal(["boss@example.com", "ops@example.com"], _mails.Taken.Select(m => Assert.Single(m.To)).Order(StringComparer.Ordinal)); // each his own
        var mail = _mails.Taken[0].Mail;
        Assert.Contains($"Subject: Report <{report}>, 2026-11-21 13:00\r\n", mail.Replace("\r\n ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(html, MailServer.Part(mail, "text/html"));
        Assert.Contains("From 2026-11-20 13:00 to 2026-11-21 13:00 (Europe/Berlin)", MailServer.Part(mail, "text/plain"), StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(files[0], Ct), MailServer.Part(mail, "text/csv"));

        var (path, headers, body) = server.Calls.Single();
        var delivery = (await office.Deliveries(report)).Single(d => d.Target.StartsWith("webhook", StringComparison.Ordinal));
        Assert.Equal(("/hook", delivery.Id.ToString()), (path, headers["webhook-id"].ToString()));
        var signed = Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.").Concat(body).ToArray();
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret[6..]), signed)), headers["webhook-signature"]);
        Assert.Equal(_now, DateTime.UnixEpoch.AddSeconds(long.Parse(headers["webhook-timestamp"]!, CultureInfo.InvariantCulture)));
        var call = JsonNode.Parse(body)!;
        Assert.Equal(("report.made", report.ToString(), "throughput"), ((string?)call["type"], (string?)call["report"]!["id"], (string?)call["report"]!["kind"]));
        Assert.Equal(html, (string?)call["files"]!.AsArray().Single(f => (string?)f!["format"] == "html")!["content"]);
    }

    [Fact]
    public async Task Who_is_down_slow_or_answers_500_holds_up_nobody_and_gets_it_when_he_is_well()
    {
        var (well, slow, broken) = (await Server(), await Server(), await Server());
        (slow.IsMute, broken.Status, _mails.IsMute) = (true, 500, true);
        var down = Door.To(well.Url.Host, well.Url.Port); // nobody listens there
        await using var closed = down;
        var absent = new DeliveryTarget(DeliveryTarget.ToWebhook, Url: $"http://127.0.0.1:{down.Port}/hook", Secret: Secret);
        await using var office = await Office.Open(_history, _clock, Allowed with { Timeout = TimeSpan.FromMinutes(10) }, Smtp);

        var report = await office.Make(_now, Hook(slow), Hook(broken), absent, _mail, Hook(well), _folder);
        var (refused, unreached) = (await office.Until(report, At(broken), d => d.Attempts.Count == 1, "refused"), await office.Until(report, At(absent), d => d.Attempts.Count == 1, "not reached"));
        await office.Until(report, At(well), d => d.State == DeliveryView.Delivered, "delivered");
        await office.Until(report, "folder", d => d.State == DeliveryView.Delivered, "delivered");
        var next = await office.Make(_now, Hook(well)); // and so is what comes later
        await office.Until(next, At(well), d => d.State == DeliveryView.Delivered, "delivered");

        Assert.Equal("It answered 500.", refused.Attempts[0].Problem);
        Assert.StartsWith("It cannot be reached: ", unreached.Attempts[0].Problem, StringComparison.Ordinal);
        Assert.All(new[] { refused, unreached }, d => Assert.InRange(d.NextAt!.Value, _now.AddSeconds(30), _now.AddSeconds(38)));
        Assert.Single(slow.Calls); // it has the call, and says nothing
        await Until.True(() => _mails.Connections == 1, "the mail server has the connection");
        Assert.All((await office.Deliveries(report)).Where(d => d.Target.Contains(At(slow), StringComparison.Ordinal) || d.Target.StartsWith("mail", StringComparison.Ordinal)),
            d => Assert.Equal((DeliveryView.Waiting, 0), (d.State, d.Attempts.Count)));

        (broken.Status, _mails.IsMute) = (200, false);
        down.Open();
        slow.Speak();
        _clock.Now = _now.AddMinutes(1);
        foreach (var target in new[] { At(slow), At(broken), At(absent) })
            await office.Until(report, target, d => d.State == DeliveryView.Delivered, "delivered");
        Assert.Equal(["It answered 500.", null], (await office.Deliveries(report)).Single(d => d.Target.Contains(At(broken), StringComparison.Ordinal)).Attempts.Select(a => a.Problem));
        Assert.Equal(broken.Calls.First().Headers["webhook-id"], broken.Calls.Last().Headers["webhook-id"]);
    }

    [Fact]
    public async Task What_is_not_taken_in_time_is_tried_again_with_growing_pauses_and_given_up()
    {
        var server = await Server();
        (server.IsMute, _mails.Verdict) = (true, "452 try again later");
        await using var office = await Office.Open(_history, _clock, Allowed with { Timeout = TimeSpan.FromSeconds(1), RetryFirst = TimeSpan.FromMinutes(1), Attempts = 3 }, Smtp);
        var report = await office.Make(_now, Hook(server), _mail);

        for (var attempt = 1; attempt < 3; attempt++)
        {
            foreach (var target in new[] { "webhook", "mail" })
            {
                var delivery = await office.Until(report, target, d => d.Attempts.Count == attempt, $"attempt {attempt}");
                Assert.Equal(DeliveryView.Waiting, delivery.State);
                Assert.InRange(delivery.NextAt!.Value - _clock.Now, TimeSpan.FromMinutes(attempt), TimeSpan.FromMinutes(attempt * 1.25));
            }
            _clock.Now += TimeSpan.FromMinutes(5);
        }
        var unheard = await office.Until(report, "webhook", d => d.State == DeliveryView.GivenUp, "given up");
        var refused = await office.Until(report, "mail", d => d.State == DeliveryView.GivenUp, "given up");
        Assert.Equal(Enumerable.Repeat("It did not take it within 1 seconds.", 3), unheard.Attempts.Select(a => a.Problem));
        Assert.All(refused.Attempts, a => Assert.Contains("try again later", a.Problem, StringComparison.Ordinal));
        Assert.Empty(_mails.Taken);
    }

    [Fact]
    public async Task A_webhook_leads_to_this_machine_neither_by_address_nor_by_name_nor_by_redirect()
    {
        var server = await Server();
        await using (var office = await Office.Open(_history, _clock, new ReportSettings()))
        {
            foreach (var host in new[] { "127.0.0.1", "localhost" })
            {
                var report = await office.Make(_now, new DeliveryTarget(DeliveryTarget.ToWebhook, Url: $"http://{host}:{server.Url.Port}/hook", Secret: Secret));
                var delivery = await office.Until(report, host, d => d.Attempts.Count == 1, "refused");
                Assert.StartsWith($"{host} leads to ", delivery.Attempts[0].Problem, StringComparison.Ordinal);
                Assert.Contains("which is this machine or a private network", delivery.Attempts[0].Problem, StringComparison.Ordinal);
            }
        }
        Assert.Empty(server.Calls);

        var other = await Server();
        (server.Status, server.Location) = (307, other.Url + "hook");
        await using (var office = await Office.Open(_history, _clock, Allowed))
        {
            var report = await office.Make(_now, Hook(server));
            var delivery = await office.Until(report, At(server), d => d.Attempts.Count == 1, "redirected");
            Assert.Equal("It answered 307: redirects are not followed, give the report the address that it leads to.", delivery.Attempts[0].Problem);
        }
        Assert.Empty(other.Calls);
    }

    [Fact]
    public async Task Two_processes_deliver_each_report_once()
    {
        var server = await Server();
        await using var one = await Office.Open(_history, _clock, Allowed);
        await using var two = await Office.Open(_history, _clock, Allowed);
        var reports = new List<Guid>();
        for (var i = 0; i < 10; i++)
            reports.Add(await (i % 2 == 0 ? one : two).Make(_now, Hook(server), _folder));

        foreach (var report in reports)
        {
            await one.Until(report, "webhook", d => d is { State: DeliveryView.Delivered, Attempts.Count: 1 }, "delivered");
            await one.Until(report, "folder", d => d is { State: DeliveryView.Delivered, Attempts.Count: 1 }, "delivered");
        }
        Assert.Equal(10, server.Calls.Count);
        Assert.Equal(10, server.Calls.Select(c => c.Headers["webhook-id"].ToString()).Distinct().Count());
    }

    [Fact]
    public async Task What_a_killed_process_had_in_hand_another_one_delivers()
    {
        var server = await Server();
        server.Status = 500;
        await using var office = await Office.Open(_history, _clock, Allowed);
        var report = await office.Make(_now, Hook(server));
        await office.Until(report, "webhook", d => d.Attempts.Count == 1, "refused");
        server.Status = 200;

        var due = _now.AddHours(1);
        Assert.Single(await office.Part<Deliveries>().Claim(due, due.AddMinutes(2), 10, Ct)); // and dies
        Assert.Empty(await office.Part<Deliveries>().Claim(due.AddMinutes(1), due.AddMinutes(3), 10, Ct));
        _clock.Now = due.AddMinutes(2);

        await office.Until(report, "webhook", d => d is { State: DeliveryView.Delivered, Attempts.Count: 2 }, "delivered");
    }

    private async Task<WebhookServer> Server()
    {
        _servers.Add(await WebhookServer.Start());
        return _servers[^1];
    }

    private static DeliveryTarget Hook(WebhookServer server) => new(DeliveryTarget.ToWebhook, Url: server.Url + "hook", Secret: Secret);

    private static string At(WebhookServer server) => $":{server.Url.Port}/";

    private static string At(DeliveryTarget target) => $":{new Uri(target.Url!).Port}/";
}
