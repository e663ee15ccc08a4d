using EventHistory.Core.Celery;

namespace EventHistory.Core.Workers;

/// <summary>One life of a worker process: from its start to its end.</summary>
/// <param name="Started">Its first <c>worker-online</c>; if that was missed, its first sign of life.</param>
/// <param name="Ended">Its <c>worker-offline</c>, or when its successor started; null while it may live.</param>
/// <param name="SaidGoodbye">True if it sent <c>worker-offline</c>; false if it just fell silent.</param>
public sealed record Incarnation(int Pid, DateTime Started, DateTime? Ended, bool SaidGoodbye)
{
    /// <summary>
    /// Marks → incarnations, oldest first. A worker also says <c>worker-online</c> after every broker reconnect; that is
    /// the same life when the process id is the same and its Lamport clock went on. A restarted process begins anew at a
    /// low clock, also where every container calls its process 1.
    /// </summary>
    public static IReadOnlyList<Incarnation> Of(IEnumerable<WorkerMark> marks, DateTime firstSeen, int? lastPid)
    {
        var lives = new List<Incarnation>();
        long clock = 0;
        foreach (var mark in marks.OrderBy(m => (m.At, m.Clock, m.Fingerprint)))
        {
            var current = lives.Count > 0 ? lives[^1] : null;
            var goesOn = current is not null && current.Pid == mark.Pid && (mark.Clock > clock || mark.Clock == 0);
            if (mark.Kind == EventKind.WorkerOnline)
            {
                if (goesOn)
                    lives[^1] = current! with { Ended = null, SaidGoodbye = false };
                else
                    Begin(lives, mark.Pid, mark.At);
            }
            else if (goesOn)
            {
                lives[^1] = current! with { Ended = mark.At, SaidGoodbye = true };
            }
            else
            {
                Begin(lives, mark.Pid, lives.Count == 0 ? firstSeen : mark.At);
                lives[^1] = lives[^1] with { Ended = mark.At, SaidGoodbye = true };
            }
            clock = mark.Clock;
        }
        if (lives.Count == 0)
            Begin(lives, lastPid ?? 0, firstSeen);
        else if (lastPid is { } pid && lives[^1].Pid != pid) // its start was not heard: some time after the one before
            Begin(lives, pid, lives[^1].Ended ?? lives[^1].Started);
        return lives;
    }

    private static void Begin(List<Incarnation> lives, int pid, DateTime at)
    {
        if (lives.Count > 0 && lives[^1].Ended is null)
            lives[^1] = lives[^1] with { Ended = at };
        lives.Add(new Incarnation(pid, at, null, SaidGoodbye: false));
    }
}
