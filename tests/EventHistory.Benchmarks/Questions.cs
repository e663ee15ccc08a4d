using System.Globalization;

namespace EventHistory.Benchmarks;

/// <summary>
/// Questions to the API of a database with a long history, while events come in. Of each kind many, no two alike, one after the other.
/// </summary>
internal static class Questions
{
    private const int OfEachKind = 60;
    private const int Unmeasured = 5;
    private const int EventsPerSecond = 2_000;
    private const int BacklogTasks = 300_000; // with what comes in meanwhile, those of a day

    private static readonly TimeSpan _betweenQuestions = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan _mostPatience = TimeSpan.FromMinutes(40);

    public static async Task<Section?> Measure(Bench bench)
    {
        await using var stored = await SeededDatabase.Open(Spread.LastMonth, bench);
        await stored.Settle(bench.Ct);
        var alone = await Backlog(stored, bench, null); // first: its tasks are of today, whose table has no index for parts of texts
        await stored.Settle(bench.Ct);
        var (tasks, ofToday) = (await stored.Tasks(bench.Ct), await stored.Data.Scalar<long>(OfTodaySql, bench.Ct));
        var stream = await bench.Broker.NewStream(bench.Ct);
        await using var recorder = Recorder.Serve(bench, stream, "--database", stored.ConnectionString);
        await recorder.Records(bench.Ct);
        await DaysIndexed(stored, recorder, bench);
        using var api = new HttpClient { BaseAddress = recorder.Address, Timeout = TimeSpan.FromMinutes(1) };
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(bench.Ct);
        var coming = Traffic(await AtSize.NewTasks(stored, 10_000_000, bench), stream, bench, enough.Token);

        var kinds = new List<(QuestionKind Kind, List<double> Times)>();
        foreach (var kind in await QuestionKind.All(api, bench.Options.Tasks, bench.Ct))
            kinds.Add((kind, await Ask(kind, api, bench)));
        var pages = new List<(QuestionKind Kind, List<double> Times)>();
        foreach (var page in await QuestionKind.OfPages(api, bench.Options.Tasks, bench.Ct))
            pages.Add((page, await Ask(page, api, bench)));
        var (rows, seconds) = await Export(api, bench);
        await enough.CancelAsync();
        await coming;
        recorder.LookAtMemory();
        await recorder.Terminate();
        var asked = await Backlog(stored, bench, [.. kinds.Select(k => k.Kind)]);

        return new Section($"Questions to {bench.Options.Tasks / 1e6:0.##} M tasks",
            $"{tasks:N0} tasks of 30 days, {ofToday:N0} of them of today, {EventsPerSecond:N0} events a second coming in; {OfEachKind} questions of each kind over HTTP, no two alike, one after the other. "
            + "Milliseconds until the last byte of the answer.",
            bench.Machine,
            [
                .. kinds.Select(k => Figure.AtMost($"{k.Kind.Name}, p95", k.Kind.Target, Percentile(k.Times, 0.95), " ms")),
                Figure.AtMost("any page, p95", 150, pages.Max(p => Percentile(p.Times, 0.95)), " ms"),
                Figure.AtLeast("export: rows a second", 50_000, rows / seconds, ""),
                Figure.AtMost("memory of the process meanwhile", 250, recorder.PeakMemory / 1e6, " MB"),
                Figure.AtLeast("recording a backlog while questions are asked, of its rate without", 80, 100 * asked.Rate / alone.Rate, " %"),
            ],
            [
                Table("question", kinds),
                Table("page", pages),
                DrainResult.Table([alone, asked]),
                new("", ["export as CSV", "rows", "seconds", "rows/s"], [["a week, all fields", $"{rows:N0}", $"{seconds:F1}", $"**{rows / seconds:N0}**"]]),
            ]);
    }

    private static ResultTable Table(string what, List<(QuestionKind Kind, List<double> Times)> asked) => new("", [what, "for example", "p50", "p95", "slowest"],
    [
        .. asked.Select(k => (string[])
        [
            k.Kind.Name, $"`{k.Kind.Path(0).Replace("|", "\\|", StringComparison.Ordinal)}`",
            $"{Percentile(k.Times, 0.5):F0}", $"**{Percentile(k.Times, 0.95):F0}**", $"{k.Times[^1]:F0}",
        ]),
    ]);

    private const string OfTodaySql = """
        select count(*) from eventhistory.task where settled >= date_trunc('day', now(), 'UTC') and settled < 'infinity'
        """;

    private const string WaitingSql = """
        select count(*)
          from pg_inherits h join pg_class p on p.oid = h.inhrelid
         where h.inhparent = 'eventhistory.task'::regclass and p.relname ~ '^task_[0-9]{8}$' and substr(p.relname, 6) < to_char(now() at time zone 'UTC', 'YYYYMMDD')
           and not exists (select from pg_index i where i.indisvalid and i.indexrelid = to_regclass('eventhistory.' || p.relname || '_text'))
        """;

    // The indexes that the process itself builds on days that are over
    public static async Task DaysIndexed(SeededDatabase stored, Recorder recorder, Bench bench)
    {
        using var api = new HttpClient { BaseAddress = recorder.Address };
        for (var asked = false; !asked; await Task.Delay(500, bench.Ct)) // it is due once an hour, and known as soon as the schedules are
        {
            using var json = new StringContent("{}", null, "application/json");
            using var answer = await api.PostAsync(new Uri("/api/v1/jobs/index-days/run", UriKind.Relative), json, bench.Ct);
            asked = answer.IsSuccessStatusCode;
        }
        var until = DateTime.UtcNow + _mostPatience;
        for (var said = -1L; await stored.Data.Scalar<long>(WaitingSql, bench.Ct) is > 0 and var waiting; await Task.Delay(1000, bench.Ct))
        {
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"{waiting} days are without their text index after {_mostPatience.TotalMinutes} minutes.");
            if (waiting != said)
                Bench.Say($"{said = waiting} days to index");
        }
    }

    private static async Task Traffic(CeleryLoad load, string stream, Bench bench, CancellationToken ct)
    {
        load = load with { ListSize = 2, SentInLists = false, EventsPerSecond = EventsPerSecond, Start = DateTime.UtcNow };
        var perMessage = load.Slice(10).Average(m => (double)m.Events);
        try
        {
            await new LoadPublisher(bench.Broker.Url, stream) { MessagesPerSecond = EventsPerSecond / perMessage }.Publish(load.Messages(), ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // enough
        }
    }

    private static async Task<List<double>> Ask(QuestionKind kind, HttpClient api, Bench bench)
    {
        var times = new List<double>();
        for (var i = -Unmeasured; i < OfEachKind; i++)
        {
            var path = kind.Path(i + Unmeasured);
            var started = TimeProvider.System.GetTimestamp();
            using var answer = await api.GetAsync(path, bench.Ct);
            var body = await answer.Content.ReadAsStringAsync(bench.Ct);
            if (i >= 0)
                times.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"{path} was answered with {(int)answer.StatusCode}: {body}");
        }
        times.Sort();
        Bench.Say(string.Create(CultureInfo.InvariantCulture, $"{kind.Name}: p50 {Percentile(times, 0.5):F1}, p95 {Percentile(times, 0.95):F1} ms"));
        return times;
    }

    private static async Task<DrainResult> Backlog(SeededDatabase stored, Bench bench, IReadOnlyList<QuestionKind>? questions)
    {
        var load = await AtSize.NewTasks(stored, BacklogTasks, bench);
        return await Drain.Run(questions is null ? "without questions" : $"with {1 / _betweenQuestions.TotalSeconds:F0} questions a second, of all kinds by turns",
            load.Messages(), stored.ConnectionString, stored.Postgres, bench, questions is null ? null : async (recorder, ct) =>
            {
                await recorder.Records(ct);
                using var api = new HttpClient { BaseAddress = recorder.Address };
                using var turns = new PeriodicTimer(_betweenQuestions);
                try
                {
                    for (var i = 0; await turns.WaitForNextTickAsync(ct); i++)
                        await api.GetStringAsync(questions[i % questions.Count].Path(i), ct);
                }
                catch (OperationCanceledException) when (ct.IsCancellationRequested)
                {
                    // all is recorded
                }
            });
    }

    private static async Task<(long Rows, double Seconds)> Export(HttpClient api, Bench bench)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var answer = await api.GetAsync("/api/v1/export?format=csv&from=-8d&to=-1d", HttpCompletionOption.ResponseHeadersRead, bench.Ct);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(bench.Ct);
        var (rows, buffer) = (0L, new byte[128 * 1024]);
        for (int read; (read = await body.ReadAsync(buffer, bench.Ct)) > 0;)
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
        return (rows, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    private static double Percentile(List<double> sorted, double part) => sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Count) - 1)];
}

