using System.Runtime.InteropServices;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Log;

/// <summary>
/// Two accounts of which events belong to which task, one by the log and one by the rows of the tasks, compared without
/// keeping either: for each range of positions the hashes of all (task, position) of the log are added up, and those of
/// the rows taken off. The order does not matter, and a range where the accounts agree comes out at nothing.
/// </summary>
/// <param name="first">The first position of the log.</param>
/// <param name="reflected">The first position that rows need not show yet.</param>
/// <param name="end">The position behind the log.</param>
public sealed class TaskLedger(long first, long reflected, long end)
{
    private const int MaxRanges = 65_536;

    private readonly long _width = Math.Max(1, (reflected - first + MaxRanges - 1) / MaxRanges);
    private readonly UInt128[] _balances = new UInt128[MaxRanges];
    private readonly Dictionary<Guid, LongStory> _longStories = [];

    public long Tasks { get; private set; }

    /// <summary>Events of tasks in the log, as far as rows must show them.</summary>
    public long Events { get; private set; }

    /// <summary>All rows before any event: what a row of a long story does not list is counted when it is met.</summary>
    /// <returns>What the row says that cannot be.</returns>
    public LogFault? AddRow(TaskId id, int eventCount, long lastPosition, ReadOnlySpan<long> positions)
    {
        Tasks++;
        if (positions.IsEmpty || positions.Length != Math.Min(eventCount, TaskFold.MaxPositions))
            return Wrong(id, lastPosition, $"counts {eventCount} events, but lists {positions.Length} positions");
        for (var i = 1; i < positions.Length; i++)
        {
            if (positions[i] <= positions[i - 1])
                return Wrong(id, positions[i], $"lists position {positions[i]} behind {positions[i - 1]}");
        }
        var known = positions[^1];
        var all = eventCount == positions.Length;
        if (all ? lastPosition != known : lastPosition <= known)
            return Wrong(id, lastPosition, $"says that its last event is at {lastPosition}, but lists {known}");
        if (positions[0] < 1 || lastPosition >= end)
            return Wrong(id, positions[0] < 1 ? positions[0] : lastPosition, $"lists a position that the log does not have, {(positions[0] < 1 ? positions[0] : lastPosition)}");

        foreach (var position in positions)
        {
            if (position >= first && position < reflected)
                Balance(position) -= Hash(id.Key, position);
        }
        if (!all)
            _longStories[id.Key] = new LongStory(id, known, lastPosition, known >= first - 1 ? eventCount - positions.Length : null);
        return null;
    }

    /// <summary>In the order of their positions.</summary>
    public void AddEvent(Guid task, long position)
    {
        if (_longStories.Count > 0 && _longStories.TryGetValue(task, out var story) && position > story.Known)
            story.Meet(position, reflected);
        else if (position < reflected)
            Balance(position) += Hash(task, position);
        if (position < reflected)
            Events++;
    }

    /// <summary>The first range of positions, last one included, in which the accounts differ.</summary>
    public (long First, long Last)? Difference()
    {
        var range = _balances.AsSpan().IndexOfAnyExcept(UInt128.Zero);
        return range < 0 ? null : (first + (range * _width), Math.Min(first + ((range + 1) * _width), reflected) - 1);
    }

    /// <summary>Of the tasks with more events than a row lists, the first whose count does not come out.</summary>
    public LogFault? LongStoryFault() =>
        _longStories.Values.Select(s => s.Fault(end)).OfType<LogFault>().OrderBy(f => f.Position).FirstOrDefault();

    /// <summary>The first difference between the two accounts of a range.</summary>
    /// <param name="events">What the log says: each position once, in order.</param>
    /// <param name="listed">What the rows say, in any order.</param>
    public static LogFault? Explain(IEnumerable<(long Position, TaskId Task)> events, IEnumerable<(long Position, TaskId Task)> listed)
    {
        var owners = events.ToDictionary(e => e.Position, e => e.Task);
        var rows = listed.ToLookup(r => r.Position, r => r.Task);
        foreach (var position in owners.Keys.Concat(rows.Select(r => r.Key)).Distinct().Order())
        {
            TaskId? owner = owners.TryGetValue(position, out var task) ? task : null;
            var listing = rows[position].ToList();
            if (listing.Count == 1 && listing[0].Key == owner?.Key)
                continue;
            var of = owner is { } known ? $"task {known}" : "no task";
            return new LogFault(position, $"The event at position {position} is of {of}, but " + listing.Count switch
            {
                0 => "no row lists it",
                1 => $"the row of task {listing[0]} lists it",
                _ => $"{listing.Count} rows list it: {string.Join(", ", listing.Take(3).Select(t => $"task {t}"))}",
            });
        }
        return null;
    }

    private ref UInt128 Balance(long position) => ref _balances[(position - first) / _width];

    private static LogFault Wrong(TaskId id, long position, string what) => new(position, $"The row of task {id} {what}");

    // 128 bits, so that no two sets that really occur add up to the same
    private static UInt128 Hash(Guid task, long position)
    {
        var halves = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in task));
        var left = Mix.Bits(halves[0] ^ Mix.Bits((ulong)position + 0x9E37_79B9_7F4A_7C15));
        var right = Mix.Bits(halves[1] ^ Mix.Bits((ulong)position ^ 0xC2B2_AE3D_27D4_EB4F));
        return new UInt128(Mix.Bits(left + right), Mix.Bits(left ^ (right * 0x9FB2_1C65_1E98_DF25)));
    }

    /// <summary>A task with more events than its row lists: the further ones are counted.</summary>
    /// <param name="known">The last position that the row lists.</param>
    /// <param name="last">The position of the last event that the row shows.</param>
    /// <param name="further">How many events the row says are behind <paramref name="known"/>; null: the log has not all of them any more.</param>
    private sealed class LongStory(TaskId id, long known, long last, int? further)
    {
        private int _met;
        private long _lastMet;
        private long? _missing;

        public long Known => known;

        public void Meet(long position, long reflected)
        {
            if (position <= last)
                (_met, _lastMet) = (_met + 1, position);
            else if (position < reflected)
                _missing ??= position;
        }

        public LogFault? Fault(long end) =>
            further is null ? null
            : _met != further ? Wrong(id, known + 1, $"counts {further} events from position {known + 1} to {last}, but the log has {_met} of it there")
            : _lastMet != last ? Wrong(id, last, $"says that its last event is at {last}, but the event there is not of it")
            : _missing is { } position && position < end ? Wrong(id, position, $"does not count the event at position {position}")
            : null;
    }
}
