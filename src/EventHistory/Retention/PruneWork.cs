using EventHistory.Jobs;
using EventHistory.Store;

namespace EventHistory.Retention;

/// <summary>The prune as it is scheduled: by the policy in force.</summary>
internal sealed class PruneWork(Prune prune, RetentionPolicies policies, TimeProvider time) : IScheduledWork
{
    public string Name => "prune";

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct)
    {
        var (policy, _) = await policies.InForce(ct);
        var result = await prune.Run(policy, time.GetUtcNow().UtcDateTime, report, ct);
        var done = WorkDone.Of([("tasks", result.Tasks), ("events", result.Events), ("longest_lock_ms", (long)result.LongestLock.TotalMilliseconds), .. result.Other.Select(other => (other.Key, other.Value))]);
        return done with { BytesFreed = result.BytesFreed };
    }
}
