using System.Runtime.InteropServices;

namespace EventHistory.Core.Rollups;

/// <summary>
/// (task before, task after) → rollups: takes away what the task contributed, and counts what it contributes now. So an
/// event that comes twice, late, or turns a finished task into another one leaves the rollups that the last state of all
/// tasks alone would give. Holds the rollups that changed last; the rest is stored, and is merged in when it is met again.
/// </summary>
/// <param name="capacity">Bytes of rollups to keep in memory, about; those not stored yet stay, however many they are.</param>
public sealed class RollupFold(int capacity)
{
    private readonly Dictionary<RollupKey, Rollup> _rollups = [];
    private readonly List<(RollupKey Key, Rollup Rollup)> _unloaded = [];
    private List<(RollupKey Key, Rollup Rollup)> _changed = [];
    private long _taken, _stored;
    private long _size;

    /// <summary>Rollups in memory.</summary>
    public int Count => _rollups.Count;

    /// <summary>Rollups that came into memory now: what is stored of them has to be merged in before <see cref="Take"/>, and this list cleared.</summary>
    public List<(RollupKey Key, Rollup Rollup)> Unloaded => _unloaded;

    /// <param name="before">What was counted of a task until now.</param>
    /// <param name="after">What is to be counted of it.</param>
    public void Apply(in Outcome? before, in Outcome? after)
    {
        if (before == after)
            return;
        if (before is { } was)
            Apply(was, -1);
        if (after is { } becomes)
            Apply(becomes, 1);
    }

    /// <summary>The rollups that changed since the last time, to be stored whole.</summary>
    public IReadOnlyList<(RollupKey Key, Rollup Rollup)> Take()
    {
        var changed = _changed;
        _changed = new(changed.Count);
        _taken++;
        foreach (var (_, rollup) in changed)
        {
            _size += rollup.Size - rollup.CountedSize;
            rollup.CountedSize = rollup.Size;
        }
        return changed;
    }

    /// <summary>What the earliest <see cref="Take"/> that was not stored yet gave is stored: now it may be forgotten.</summary>
    public void Stored()
    {
        _stored++;
        if (_size <= capacity)
            return;
        foreach (var (key, rollup) in _rollups.Where(r => r.Value.ChangedIn <= _stored).OrderBy(r => r.Value.ChangedIn).ToList())
        {
            if (_size <= capacity / 4 * 3)
                break;
            _rollups.Remove(key);
            _size -= rollup.CountedSize;
        }
    }

    private void Apply(in Outcome outcome, int times)
    {
        var task = new Rollup.Contribution(outcome);
        Apply(RollupResolution.Minute, outcome.At.AddTicks(-(outcome.At.Ticks % TimeSpan.TicksPerMinute)), outcome, task, times);
        Apply(RollupResolution.Hour, outcome.At.AddTicks(-(outcome.At.Ticks % TimeSpan.TicksPerHour)), outcome, task, times);
    }

    private void Apply(RollupResolution resolution, DateTime at, in Outcome outcome, in Rollup.Contribution task, int times)
    {
        Of(new(resolution, at, RollupDimension.All, 0)).Apply(task, times);
        if (outcome.NameId is { } name)
            Of(new(resolution, at, RollupDimension.Name, name)).Apply(task, times);
        if (outcome.WorkerId is { } worker)
            Of(new(resolution, at, RollupDimension.Worker, worker)).Apply(task, times);
        if (outcome.QueueId is { } queue)
            Of(new(resolution, at, RollupDimension.Queue, queue)).Apply(task, times);
        if (outcome.FailureId is { } failure)
            Of(new(resolution, at, RollupDimension.Failure, failure, outcome.NameId ?? 0)).Count(task, times);
    }

    private Rollup Of(RollupKey key)
    {
        ref var rollup = ref CollectionsMarshal.GetValueRefOrAddDefault(_rollups, key, out var known);
        if (!known)
        {
            rollup = new Rollup();
            _unloaded.Add((key, rollup));
        }
        if (rollup!.ChangedIn <= _taken)
        {
            rollup.ChangedIn = _taken + 1;
            _changed.Add((key, rollup));
        }
        return rollup;
    }
}
