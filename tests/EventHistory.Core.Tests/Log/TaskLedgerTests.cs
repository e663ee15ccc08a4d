using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Log;

public sealed class TaskLedgerTests
{
    private const long End = 200_001;

    private static readonly TaskId[] _tasks = [.. Enumerable.Range(0, 1000).Select(n => TaskId.Parse(n % 3 == 0 ? $"odd {n}" : $"d93e7b96-3b5e-4d57-9a3c-{n:d12}"))];

    /// <summary>Which task has which event: a few are of none.</summary>
    private static readonly TaskId?[] _owners = Owners();

    private static TaskId?[] Owners()
    {
        var random = new Random(5);
        var owners = new TaskId?[End];
        for (var position = 1; position < End; position++)
            owners[position] = random.Next(10) == 0 ? null : _tasks[(int)(Math.Pow(random.NextDouble(), 4) * _tasks.Length)];
        return owners;
    }

    private static List<Row> Rows(long end = End) => [.. Enumerable.Range(1, (int)end - 1).Where(p => _owners[p] is not null).GroupBy(p => _owners[p]!.Value)
        .Select(g => new Row(g.Key, g.Count(), g.Max(), [.. g.Take(TaskFold.MaxPositions).Select(p => (long)p)]))];

    private sealed record Row(TaskId Id, int Count, long Last, long[] Positions);

    private static (LogFault? Fault, (long First, long Last)? Difference) Compare(IEnumerable<Row> rows, long first = 1, long reflected = End, long end = End)
    {
        var ledger = new TaskLedger(first, reflected, end);
        foreach (var row in rows)
        {
            if (ledger.AddRow(row.Id, row.Count, row.Last, row.Positions) is { } fault)
                return (fault, null);
        }
        for (var position = first; position < end; position++)
        {
            if (_owners[position] is { } task)
                ledger.AddEvent(task.Key, position);
        }
        return (ledger.LongStoryFault(), ledger.Difference());
    }

    private static void AssertFound(IEnumerable<Row> rows, long position)
    {
        var (fault, difference) = Compare(rows);
        Assert.Null(fault);
        Assert.InRange(position, difference!.Value.First, difference.Value.Last);
        Assert.InRange(difference.Value.Last - difference.Value.First, 0, 3); // 200,000 positions in 65,536 ranges
    }

    [Fact]
    public void Rows_that_list_every_event_once_agree_in_any_order()
    {
        var rows = Rows();
        Assert.Contains(rows, row => row.Count > TaskFold.MaxPositions);
        Assert.Equal((null, null), Compare(rows));
        Assert.Equal((null, null), Compare(rows.AsEnumerable().Reverse()));
    }

    [Fact]
    public void What_rows_need_not_show_yet_is_left_out()
    {
        var rows = Rows();
        var (some, others) = (Rows(150_000).ToDictionary(r => r.Id), new Random(1));
        Assert.Equal((null, null), Compare(rows, reflected: 150_000));
        Assert.Equal((null, null), Compare(rows.Select(r => others.Next(2) == 0 ? r : some[r.Id]), reflected: 150_000));
    }

    [Fact]
    public void What_was_before_the_log_begins_is_left_out() => Assert.Equal((null, null), Compare(Rows(), first: 70_000));

    [Fact]
    public void A_row_that_is_missing_is_found_at_its_first_event()
    {
        var rows = Rows();
        var gone = rows.First(r => r.Count < 200);
        AssertFound(rows.Where(r => r != gone), gone.Positions[0]);
    }

    [Fact]
    public void A_row_that_is_there_twice_is_found()
    {
        var rows = Rows();
        AssertFound([.. rows, rows[^1]], rows[^1].Positions[0]);
    }

    [Fact]
    public void A_wrong_position_is_found()
    {
        var rows = Rows();
        var index = rows.FindIndex(r => r.Count is > 10 and < 200);
        var positions = rows[index].Positions.ToArray();
        var wrong = positions[5] - 1;
        Assert.True(wrong > positions[4]);
        (positions[5], var right) = (wrong, positions[5]);
        rows[index] = rows[index] with { Positions = positions };
        AssertFound(rows, wrong);

        var events = Enumerable.Range((int)wrong, 2).Where(p => _owners[p] is not null).Select(p => ((long)p, _owners[p]!.Value));
        var listed = rows.SelectMany(r => r.Positions.Where(p => p == wrong || p == right).Select(p => (p, r.Id)));
        var fault = TaskLedger.Explain(events, listed);
        Assert.Equal(wrong, fault?.Position);
        Assert.Contains(rows[index].Id.ToString(), fault?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_events_that_changed_their_tasks_are_found()
    {
        var rows = Rows();
        var (a, b) = (rows.FindIndex(r => r.Count == rows.Where(x => x.Count < 250).Max(x => x.Count)), rows.FindLastIndex(r => r.Count < 250));
        Assert.NotEqual(a, b);
        (rows[a], rows[b]) = (rows[a] with { Id = rows[b].Id }, rows[b] with { Id = rows[a].Id });
        AssertFound(rows, Math.Min(rows[a].Positions[0], rows[b].Positions[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_wrong_count_of_a_long_story_is_found(int by)
    {
        var rows = Rows();
        var index = rows.FindIndex(r => r.Count > 300);
        rows[index] = rows[index] with { Count = rows[index].Count + by };
        var (fault, _) = Compare(rows);
        Assert.Contains($"The row of task {rows[index].Id} counts", fault?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_of_a_long_story_that_is_not_its_own_is_found()
    {
        var rows = Rows();
        var index = rows.FindIndex(r => r.Count > 300 && r.Last < End - 2);
        rows[index] = rows[index] with { Last = rows[index].Last + 1 };
        Assert.Equal(rows[index].Last, Compare(rows).Fault?.Position);
    }

    [Fact]
    public void A_row_that_cannot_be_is_refused()
    {
        var ledger = new TaskLedger(1, 100, 100);
        long[][] wrong = [[], [3, 3], [4, 3], [0, 5], [5, 100]];
        foreach (var positions in wrong)
            Assert.NotNull(ledger.AddRow(_tasks[0], positions.Length, positions.LastOrDefault(), positions));
        Assert.NotNull(ledger.AddRow(_tasks[0], 3, 5, [3, 5])); // one more than it lists
        Assert.NotNull(ledger.AddRow(_tasks[0], 2, 6, [3, 5])); // another end than it lists
        Assert.Null(ledger.AddRow(_tasks[0], 2, 5, [3, 5]));
    }

    [Fact]
    public void The_first_difference_is_explained()
    {
        var (a, b) = (_tasks[0], _tasks[1]);
        Assert.Null(TaskLedger.Explain([(1, a), (2, b)], [(2, b), (1, a)]));
        Assert.Equal("The event at position 2 is of task " + b + ", but no row lists it", TaskLedger.Explain([(1, a), (2, b)], [(1, a)])?.Sentence);
        Assert.Equal("The event at position 2 is of task " + b + ", but the row of task odd 0 lists it", TaskLedger.Explain([(2, b)], [(2, a)])?.Sentence);
        Assert.Equal("The event at position 1 is of no task, but the row of task odd 0 lists it", TaskLedger.Explain([(2, b)], [(1, a)])?.Sentence);
        Assert.Equal("The event at position 2 is of task odd 0, but 2 rows list it: task odd 0, task odd 0", TaskLedger.Explain([(2, a)], [(2, a), (2, a)])?.Sentence);
    }
}
