using System.Globalization;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

/// <summary>
/// The same events, in the order they arrive, to Celery's own monitor and to our fold: after every single event both
/// must show the same task, except for what <see cref="CeleryDifferences"/> lists, and all of that must occur.
/// </summary>
public sealed class CeleryDifferencesTests
{
    [Fact]
    public async Task Our_tasks_are_those_of_Celerys_monitor_but_for_the_listed_differences()
    {
        var events = Given.SampleEvents("celery-events.jsonl").Concat(Enumerable.Range(0, 400).SelectMany(seed => new LifeStory(seed, skewed: false).Events))
            .Concat(Directory.GetFiles(Given.PathOf("Tasks", "Scripts"), "*.txt").Order(StringComparer.Ordinal).SelectMany(InOrder))
            .Where(e => e.Clock is not null && e.Hostname is not null).ToList();
        var theirs = await CeleryMonitor.Watch(events, TestContext.Current.CancellationToken);
        Assert.Equal(events.Count, theirs.Count);

        var rows = new Dictionary<Guid, (Row Row, List<CeleryEvent> Arrived)>();
        var seen = new HashSet<CeleryDifference>();
        var unexplained = new List<string>();
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].TaskId is not { } id || theirs[i] is not { } task)
                continue;
            if (!rows.TryGetValue(id.Key, out var mine))
                rows[id.Key] = mine = (new Row(id), []);
            mine.Arrived.Add(events[i]);
            mine.Row.Apply(events[i]);
            mine.Row.Commit();
            foreach (var (field, ours) in Fields(mine.Row))
            {
                var celerys = Text(task.GetProperty(field));
                if (ours == celerys)
                    continue;
                var difference = new Difference(field, celerys, ours, mine.Row, mine.Arrived);
                var reasons = _explains.Where(known => known.Value(difference)).Select(known => known.Key).ToList();
                seen.UnionWith(reasons);
                if (reasons.Count == 0)
                    unexplained.Add(difference.ToString());
            }
        }
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} differences are not listed:\n{string.Join('\n', unexplained.Take(8))}");
        Assert.Equal(CeleryDifferences.All.Select(known => known.Case), CeleryDifferences.All.Where(seen.Contains).Select(known => known.Case));
        Assert.Equal(CeleryDifferences.All, _explains.Keys);
    }

    // Scripts of skewed clocks are about events out of order; the id makes each one a task of its own
    private static IEnumerable<CeleryEvent> InOrder(string script)
    {
        var name = Path.GetFileNameWithoutExtension(script);
        return name.StartsWith("skew", StringComparison.Ordinal) || name == "ties" ? []
            : Golden.Events(File.ReadAllText(script).Split("---\n")[0])
                .Select(e => Given.Decoded(Encoding.UTF8.GetString(e.Json.Span).Replace(Given.Id, name, StringComparison.Ordinal)));
    }

    private sealed record Difference(string Field, string? Celerys, string? Ours, Row Row, List<CeleryEvent> Arrived)
    {
        public Attempt Last => Row.Last!;
        public bool IsState => Field == "state";
        public bool CeleryShowsCustom => IsState && !TaskStates.All.Contains(Celerys!);
        public bool WeShow(params string[] states) => IsState && states.Contains(Ours);
        public int CountOf(EventKind kind) => Arrived.Count(e => e.Kind == kind);
        public bool HasNotRetried => CountOf(EventKind.TaskRetried) < Last.Number;

        /// <summary>Whether a task-retried arrived after the event that gives our state.</summary>
        public bool RetriedArrivedLate => Arrived.FindLastIndex(e => e.Kind == EventKind.TaskRetried)
            > Arrived.FindLastIndex(e => e.At == Last.StateAt && e.Clock == Last.Clock);

        public CeleryEvent LastOfWorker => Arrived.FindLast(e => e.Kind != EventKind.TaskSent)!;

        public bool IsOfArrived(Func<CeleryEvent, string?> field) => Arrived.Exists(e => field(e) == Celerys);

        public override string ToString() => $"{Field}: {Celerys} is {Ours} with us\n"
            + string.Concat(Arrived.Select(e => $"  {e.At:HH:mm:ss.ffffff} {e.Type} {e.Hostname}/{e.Pid} {e.Retries} {e.TaskId}\n"));
    }

    private static readonly Dictionary<CeleryDifference, Func<Difference, bool>> _explains = new()
    {
        [CeleryDifferences.Rejected] = d => d.WeShow(TaskStates.Rejected) && d.CountOf(EventKind.TaskRejected) > 0,
        [CeleryDifferences.TakenAgain] = d => d.WeShow(TaskStates.Received, TaskStates.Started) && (d.CeleryShowsCustom || d.Celerys == TaskStates.Started)
            && d.Arrived.Count(e => e.Kind == EventKind.TaskReceived && e.Retries == d.Last.Number) > 1,
        [CeleryDifferences.NextSent] = d => d.WeShow(TaskStates.Retry) && d.Last is { Number: > 0, Sent: not null, Received: null, Started: null }
            && (d.HasNotRetried || d.Celerys == TaskStates.Pending),
        [CeleryDifferences.NextReceived] = d => d.WeShow(TaskStates.Received, TaskStates.Started) && d.Last.Number > 0 && d.HasNotRetried
            && (d.CeleryShowsCustom || d.Celerys == TaskStates.Started),
        [CeleryDifferences.LateRetried] = d => d.IsState && d.Celerys is TaskStates.Retry or TaskStates.Pending
            && d.Last.Number > 0 && d.RetriedArrivedLate,
        [CeleryDifferences.CustomThenRevoked] = d => d.WeShow(TaskStates.Revoked) && d.CeleryShowsCustom,
        [CeleryDifferences.LateCustom] = d => d.WeShow(TaskStates.Retry, TaskStates.Rejected) && d.CeleryShowsCustom && d.Arrived[^1].Kind == EventKind.TaskCustom,
        [CeleryDifferences.TimeOfState] = d => (d.Field == "timestamp" && d.Ours == Time(d.Last.StateAt) && d.IsOfArrived(e => Time(e.At)))
            || (d.Field == "clock" && d.Ours == $"{d.Last.Clock}" && d.IsOfArrived(e => $"{e.Clock}")),
        [CeleryDifferences.WorkerOfState] = d => d.Field == "worker" && d.Last.Number > 0
            && d.LastOfWorker is { Kind: EventKind.TaskRetried or EventKind.TaskStarted } late && late.Hostname == d.Celerys
            && (late.Kind == EventKind.TaskRetried || late.At < d.Last.Received || d.CountOf(EventKind.TaskStarted) <= d.Last.Number),
        [CeleryDifferences.OwnParent] = d => d.Field == "parent_id" && d.Celerys == d.Arrived[0].TaskId.ToString(),
        [CeleryDifferences.WorkerOfOutcome] = d => d.Field == "worker" && TaskStates.IsFinal(d.Last.State)
            && d.LastOfWorker.Hostname == d.Celerys && d.LastOfWorker.At > d.Last.Ended,
        [CeleryDifferences.CustomFields] = d => d.Arrived.Exists(e => e.Kind == EventKind.TaskCustom
            && JsonDocument.Parse(e.Json).RootElement.TryGetProperty(d.Field, out var own) && Text(own) == d.Celerys),
        [CeleryDifferences.Unstorable] = d => d.Celerys is not null && d.Celerys != d.Ours && JsonText.Storable(d.Celerys) == d.Ours,
    };

    private static IEnumerable<(string Field, string? Ours)> Fields(Row row)
    {
        yield return ("state", row.State);
        yield return ("timestamp", Time(row.Last?.StateAt));
        yield return ("clock", (row.Last?.Clock ?? 0).ToString(CultureInfo.InvariantCulture));
        yield return ("sent", Time(row.Latest(EventKind.TaskSent)));
        yield return ("received", Time(row.Latest(EventKind.TaskReceived)));
        yield return ("started", Time(row.Latest(EventKind.TaskStarted)));
        yield return ("succeeded", Time(row.Latest(EventKind.TaskSucceeded)));
        yield return ("failed", Time(row.Latest(EventKind.TaskFailed)));
        yield return ("retried", Time(row.Latest(EventKind.TaskRetried)));
        yield return ("revoked", Time(row.Latest(EventKind.TaskRevoked)));
        yield return ("rejected", Time(row.Latest(EventKind.TaskRejected)));
        yield return ("name", row.Content.Name);
        yield return ("args", row.Content.Args.Text());
        yield return ("kwargs", row.Content.Kwargs.Text());
        yield return ("eta", row.Content.Eta.Text());
        yield return ("expires", row.Content.Expires.Text());
        yield return ("retries", IsDefined(row) ? row.Fold.Retries.ToString(CultureInfo.InvariantCulture) : null);
        yield return ("root_id", row.Content.Root?.ToString());
        yield return ("parent_id", row.Content.Parent?.ToString());
        yield return ("result", row.Content.Result.Text());
        yield return ("runtime", row.Content.Runtime?.ToString("R", CultureInfo.InvariantCulture));
        yield return ("exception", row.Content.Exception.Text());
        yield return ("traceback", row.Content.Traceback.Text());
        yield return ("client", row.Content.Client);
        yield return ("queue", row.Content.Queue);
        yield return ("exchange", row.Content.Exchange);
        yield return ("routing_key", row.Content.RoutingKey);
        yield return ("worker", row.Last?.Worker);
        yield return ("terminated", row.Content.Terminated?.ToString());
        yield return ("expired", row.Content.Expired?.ToString());
        yield return ("signum", row.Content.Signal.Text());
    }

    private static bool IsDefined(Row row) => row.Fold.Stamps.Any(s => s.Kind is EventKind.TaskSent or EventKind.TaskReceived);

    private static string? Time(DateTime? at) => at is null ? null : ((at.Value - DateTime.UnixEpoch).Ticks / 10).ToString(CultureInfo.InvariantCulture);

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number when value.GetDouble() is var number && number > 1e9 => Math.Round(number * 1e6).ToString("F0", CultureInfo.InvariantCulture), // a time
        JsonValueKind.Number => value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
