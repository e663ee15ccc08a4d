namespace EventHistory.Core.Coverage;

/// <summary>
/// Spans of a process in which its count only grew. At the boundary of two spans the number of tasks it had started lies
/// between the last count before and the first count after it, while the events seen up to there are known exactly. What
/// is missing up to there can therefore be bounded from both sides, and never shrinks:
/// <code>
///    last count before − seen  ≤  missing  ≤  first count after − seen
/// </code>
/// So between two boundaries at least <c>lower(later) − upper(earlier)</c> is missing; exactly that where the worker was
/// idle at both. A loss that both bounds cannot prove is not claimed.
/// </summary>
internal sealed class WorkerLife
{
    private readonly List<WorkerActivity> _activity = [];

    private bool _beganWithin; // its first span: another life ended there, and some of the events seen in it may be the other's

    public bool CanTell => First is { } first && Last is { } last && first.At < last.At;

    public long Counted => (Last?.Processed - First?.Processed) ?? 0;

    private WorkerCount? First => _activity.Select(a => a.First).FirstOrDefault(c => c is not null);

    private WorkerCount? Last => _activity.Select(a => a.Last).LastOrDefault(c => c is not null);

    /// <summary>
    /// The lives of a process; the spans in which one ended and another began; and how many restarts only its count
    /// betrayed. Of such a span only the second life is compared, and only within a minute in which the count fell:
    /// in a longer one it may have outgrown the first, and a mark alone may be another process's of the same name.
    /// </summary>
    public static (List<WorkerLife> Lives, List<WorkerActivity> Torn, int Hidden) Of(WorkerProcess process)
    {
        var lives = new List<WorkerLife> { new() };
        var torn = new List<WorkerActivity>();
        var hidden = 0;
        WorkerCount? before = null;
        foreach (var span in process.Activity)
        {
            if (Restart(span.First, span.Last) is { } inside)
            {
                torn.Add(span);
                lives.Add(span.Span == CountSpan.Minute && Fell(span.First, span.Last) ? Beginning(span, inside) : new WorkerLife());
            }
            else if (Restart(before, span.First) is { } at)
            {
                lives.Add(at >= span.Since && Fell(before, span.First) ? Beginning(span, at) : new WorkerLife { _activity = { span } });
            }
            else
            {
                lives[^1].Add(span);
            }
            before = span.Last ?? span.First ?? before;
        }
        lives.RemoveAll(life => life._activity.Count == 0);
        return (lives, torn, hidden);

        // When a process began anew between two counts; the earlier one's time if nothing else tells
        DateTime? Restart(WorkerCount? earlier, WorkerCount? later)
        {
            if (earlier is not { } one || later is not { } other)
                return null;
            foreach (var mark in process.Restarts)
            {
                if (one.At < mark && mark <= other.At)
                    return mark;
            }
            if (other.Processed >= one.Processed || (other.Processed > 0 && other.Processed >= one.Processed / 2))
                return null; // it grew; or the clock was set back a little, which the bounds allow for
            hidden++;
            return one.At;
        }
    }

    private static bool Fell(WorkerCount? earlier, WorkerCount? later) => later?.Processed < earlier?.Processed;

    private static WorkerLife Beginning(WorkerActivity span, DateTime at) =>
        new() { _beganWithin = true, _activity = { span with { First = new WorkerCount(at, 0) } } };

    private void Add(WorkerActivity span)
    {
        // of the events in the span where it began, no more are its own than it had started by the next one
        if (_beganWithin && _activity.Count == 1 && span.First is { } next)
            _activity[0] = _activity[0] with { Started = Math.Min(_activity[0].Started, next.Processed) };
        _activity.Add(span);
    }

    /// <summary>How many events must be missing in all, and when; neighbouring losses are one.</summary>
    public (long AtLeast, IReadOnlyList<MissingStarts> Parts) Missing()
    {
        var (lower, upper) = Bounds();
        var found = new List<(int From, int To, long AtLeast)>();
        var (from, least) = (-1, -1); // the boundaries with the least that may be missing: since the last loss, and at all
        var most = 0L;
        for (var to = 0; to < lower.Length; to++)
        {
            most = Math.Max(most, Proven(least, to));
            if (upper[to] is { } bound && (least < 0 || bound < upper[least]))
                least = to;

            var last = found.Count > 0 && found[^1].To == from ? found[^1] : (From: -1, To: -1, AtLeast: 0);
            if ((to == from + 1 || Proven(from, to) > 0) && Proven(last.From, to) > last.AtLeast)
            {
                found[^1] = last with { To = to, AtLeast = Proven(last.From, to) }; // the same loss goes on
                from = to;
            }
            else if (Proven(from, to) > 0)
            {
                found.Add((from, to, Proven(from, to)));
                from = to;
            }
            else if (upper[to] is { } less && (from < 0 || less <= upper[from]))
            {
                from = to;
            }
        }
        return (Math.Max(most, found.Sum(f => f.AtLeast)),
            found.ConvertAll(f => new MissingStarts(new Period(_activity[f.From].Since, _activity[f.To - 1].Until), f.AtLeast)));

        long Proven(int earlier, int later) => earlier < 0 ? 0 : (lower[later] - upper[earlier]) ?? 0;
    }

    // One bound each for the boundary before every span, and for the one behind the last
    private (long?[] Lower, long?[] Upper) Bounds()
    {
        var (lower, upper) = (new long?[_activity.Count + 1], new long?[_activity.Count + 1]);
        var seen = 0L;
        WorkerCount? count = null;
        for (var i = 0; i < _activity.Count; i++)
        {
            lower[i] = count?.Processed - seen;
            count = _activity[i].Last ?? count;
            seen += _activity[i].Started;
        }
        lower[^1] = count?.Processed - seen;

        count = null;
        for (var i = _activity.Count - 1; i >= 0; i--)
        {
            count = _activity[i].First ?? count;
            seen -= _activity[i].Started;
            upper[i] = count?.Processed - seen;
        }

        // never more than what is missing later: a clock that was set back puts a start into a wrong minute for a moment
        var least = long.MaxValue;
        for (var i = _activity.Count; i >= 0; i--)
        {
            least = Math.Min(least, upper[i] ?? long.MaxValue);
            lower[i] = lower[i] is { } bound ? Math.Min(bound, least) : null;
        }
        return (lower, upper);
    }
}
