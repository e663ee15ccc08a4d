using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Tasks;
using EventHistory.Store;

namespace EventHistory.Projections;

/// <summary>Positions → folds: the events of tasks, read from the log and folded again.</summary>
internal static class Refold
{
    /// <returns>The folds by their keys.</returns>
    public static async Task<Dictionary<Guid, TaskFold>> Tasks(
        LogReader log, int sourceId, IReadOnlyCollection<(TaskId Id, long[] Positions)> tasks, CancellationToken ct)
    {
        var folds = tasks.ToDictionary(task => task.Id.Key, task => new TaskFold(task.Id));
        var wanted = new SortedDictionary<long, TaskFold>();
        foreach (var (id, positions) in tasks)
        {
            foreach (var position in positions)
                wanted.Add(position, folds[id.Key]);
        }
        var left = wanted.ToList();
        for (var next = 0; next < left.Count;)
        {
            var known = next;
            await foreach (var segment in log.Read(sourceId, left[next].Key, left[next].Key, ct))
                next = Fold(segment, left, next);
            if (next == known)
                next++; // it was taken out of the log: the task is what is left of it
        }
        foreach (var fold in folds.Values)
            fold.Written(); // its starts were counted when they were recorded
        return folds;
    }

    // Everything of one segment, so that no segment is read twice
    private static int Fold(LogSegment segment, List<KeyValuePair<long, TaskFold>> wanted, int next)
    {
        var bodies = new List<ReadOnlyMemory<byte>>(segment.Left);
        if (SegmentReader.Split(segment.Body, segment.Left, bodies) is not null || bodies.Count != segment.Left)
            return wanted.FindIndex(next, w => w.Key > segment.LastPosition) is >= 0 and var behind ? behind : wanted.Count; // damaged: `verify` says how
        var decoded = new List<CeleryEvent>(1);
        for (; next < wanted.Count && wanted[next].Key <= segment.LastPosition; next++)
        {
            var (position, fold) = wanted[next];
            if (segment.IndexOf(position) is not (>= 0 and var index))
                continue;
            decoded.Clear();
            EventDecoder.Decode(bodies[index], decoded);
            fold.Apply(decoded[0], position, segment.RecordedAt(position));
            fold.Content.Detach(); // the segment's memory is used for the next one
        }
        return next;
    }
}
