using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Jobs;

/// <summary>Real processes with one database: every job once, whatever becomes of them.</summary>
[Collection(Alone.Name)]
public sealed class JobProcessTests(Postgres postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateDatabase();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Two_processes_run_each_job_once_and_each_goes_on_without_the_other()
    {
        const string Done = "select count(*) >= 3 from eventhistory.job_run where outcome = 'done' and id > ";
        await using var first = JobProcess.Start(_database, ("MeasureStorage", JobProcess.EverySecond));
        await JobProcess.Until(_database, Done + "0", "True");
        await using var second = await JobProcess.Start(_database, ("MeasureStorage", JobProcess.EverySecond)).Listening();
        await JobProcess.Until(_database, Done + await LastRun(), "True"); // by whoever is first at a time
        Assert.Equal(0, await first.Terminate());
        await JobProcess.Until(_database, Done + await LastRun(), "True");
        Assert.Equal(0, await second.Terminate());

        // each second of the schedule once: the table would refuse it twice, and the process would say so
        Assert.DoesNotContain("has been already", first.Output + second.Output, StringComparison.Ordinal);
        Assert.Equal("0", await JobProcess.Ask(_database, """
            select count(*) from (select due_at from eventhistory.job_run group by due_at having count(*) > 1) twice
            """));
        Assert.Equal("2", await JobProcess.Ask(_database, "select count(distinct split_part(instance, '/', 2)) from eventhistory.job_run"));
        Assert.Equal("0", await JobProcess.Ask(_database, "select count(*) from eventhistory.job_run where ended_at is null"));

        Task<string?> LastRun() => JobProcess.Ask(_database, "select max(id) from eventhistory.job_run");
    }

    [Fact]
    public async Task Times_that_were_missed_while_nothing_ran_are_made_up_for_once()
    {
        const string Next = "select to_timestamp((next_fire_time - 621355968000000000) / 1e7) > now() from quartz.qrtz_triggers where trigger_name = 'measure-storage'";
        await using (var before = JobProcess.Start(_database, ("MeasureStorage", "50 * * * *")))
        {
            await JobProcess.Until(_database, Next, "True");
            await before.Terminate();
        }
        // three days without a process are 72 times that were missed
        await JobProcess.Ask(_database, "update quartz.qrtz_triggers set next_fire_time = next_fire_time - 3 * 864000000000 where trigger_name = 'measure-storage'");
        await using var after = JobProcess.Start(_database, ("MeasureStorage", "50 * * * *"));

        await JobProcess.Until(_database, "select count(*) from eventhistory.job_run where job = 'measure-storage' and outcome = 'done'", "1");

        Assert.Equal("missed", await JobProcess.Ask(_database, "select cause from eventhistory.job_run where job = 'measure-storage'"));
        await JobProcess.Until(_database, Next, "True"); // and none of the other 71 is waiting
        Assert.Equal(0, await after.Terminate());
        Assert.Equal("1", await JobProcess.Ask(_database, "select count(*) from eventhistory.job_run where job = 'measure-storage'"));
    }

    [Theory]
    [InlineData(true, "lost")]
    [InlineData(false, "cancelled")]
    public async Task A_job_whose_process_ends_in_its_midst_is_closed_and_done_again(bool kill, string outcome)
    {
        const string First = "select outcome from eventhistory.job_run order by id limit 1";
        await using (var first = await JobProcess.Start(_database).Listening())
        {
            await using (var obstacle = await _database.Data.OpenConnectionAsync(TestContext.Current.CancellationToken))
            {
                await using var transaction = await obstacle.BeginTransactionAsync(TestContext.Current.CancellationToken);
                await using var block = new NpgsqlCommand("lock table eventhistory.storage_day", obstacle);
                await block.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
                await Asked(first, "measure-storage");
                await JobProcess.Until(_database, "select count(*) from eventhistory.job_run where ended_at is null", "1");
                if (kill)
                    await first.Kill();
                else
                    Assert.Equal(0, await first.Terminate());
            }
        }
        await using var second = JobProcess.Start(_database);

        await JobProcess.Until(_database, "select cause || ' ' || outcome from eventhistory.job_run order by id desc limit 1", "recovery done", seconds: 90);

        Assert.Equal(outcome, await JobProcess.Ask(_database, First));
        Assert.Equal("2", await JobProcess.Ask(_database, "select count(*) from eventhistory.job_run"));
        Assert.Equal("7", await JobProcess.Ask(_database, "select count(*) from eventhistory.storage_day"));
    }

    [Fact]
    public async Task A_job_is_run_by_who_asks_for_it_and_by_no_form_of_another_site()
    {
        await using var service = await JobProcess.Start(_database).Listening();
        await Asked(service, "make-partitions");
        await JobProcess.Until(_database, "select cause || ' ' || outcome from eventhistory.job_run", "asked done");

        using var form = await service.Http.PostAsync(new Uri("/api/v1/jobs/make-partitions/run", UriKind.Relative), new FormUrlEncodedContent([]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        using var unknown = await service.Http.PostAsJsonAsync("/api/v1/jobs/make-coffee/run", new { }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        var jobs = JsonNode.Parse(await service.Http.GetStringAsync(new Uri("/api/v1/jobs", UriKind.Relative), TestContext.Current.CancellationToken))!["items"]!.AsArray();
        var made = jobs.Single(job => (string?)job!["job"] == "make-partitions")!;
        Assert.Equal("done", (string?)made["last"]!["outcome"]);
        Assert.Equal(6, (long)made["last"]!["counts"]!["partitions"]!); // three days, of events and of tasks
        Assert.NotNull((string?)made["next_at"]);
        var runs = JsonNode.Parse(await service.Http.GetStringAsync(new Uri("/api/v1/jobs/runs?job=make-partitions&outcome=done", UriKind.Relative), TestContext.Current.CancellationToken))!;
        Assert.Single(runs["items"]!.AsArray());
        Assert.Contains("eventhistory_job_runs_total{job=\"make-partitions\",outcome=\"done\"} 1",
            await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EventHistory__Jobs__FindStuck", "61 * * * *")]
    [InlineData("EventHistory__Jobs__FindStuck", "every minute")]
    [InlineData("EventHistory__Jobs__TimeZone", "Mars/Olympus")]
    public async Task A_schedule_that_is_none_stops_the_start_with_a_sentence(string setting, string value)
    {
        await using var service = Service.Start(["serve", "--port", "0", "--database", _database.ConnectionString], new Dictionary<string, string?> { [setting] = value });

        Assert.Equal(2, await service.Exited());
        Assert.Contains(value, service.Errors, StringComparison.Ordinal);
    }

    // the job is there as soon as a process has begun to do jobs
    private static Task Asked(Service service, string job) => Until.True(async () =>
    {
        using var answer = await service.Http.PostAsJsonAsync($"/api/v1/jobs/{job}/run", new { }, TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.Accepted;
    }, $"{job} is asked for");
}
