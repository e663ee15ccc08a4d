using System.Collections.Concurrent;
using EventHistory.Queries;
using Npgsql;

namespace EventHistory.Api;

/// <summary>Who follows which log live: one <see cref="LiveTail"/> for each source, and not too many clients in all.</summary>
internal sealed class LiveLog(FollowQueries log, NpgsqlDataSource database, TimeProvider time, ILogger<LiveLog> logger)
{
    public const int MostClients = 200;

    private readonly ConcurrentDictionary<int, LiveTail> _tails = new();
    private int _clients;

    public LiveTail TailOf(int source) => _tails.GetOrAdd(source, s => new LiveTail(log, new TaskNames(database), s, time, logger));

    /// <returns>False if there are too many clients already.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _clients) <= MostClients)
            return true;
        Interlocked.Decrement(ref _clients);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _clients);
}
