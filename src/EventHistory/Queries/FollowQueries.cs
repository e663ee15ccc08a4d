using EventHistory.Core.Queries;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>The log for those who follow it: where it ends, and what came behind a position.</summary>
internal sealed class FollowQueries(NpgsqlDataSource database)
{
    /// <summary>So many events are read at a time, and the rest of their segment.</summary>
    private const int Enough = 4000;

    /// <summary>Or so many bytes of them: less than may wait for a client, so that one that keeps up is not given up for a single step.</summary>
    private const long EnoughBytes = 2_000_000;

    /// <summary>Where the log is that is meant, and how far it goes.</summary>
    /// <param name="name">Of the source; null: the only one.</param>
    /// <param name="ct">Stop.</param>
    /// <returns>Neither a log nor a problem: there is none yet.</returns>
    public async Task<Parsed<LogEnd>> End(string? name, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var sources = await LogSource.All(connection, ct);
        return SourceChoice.Problem(sources, name) is { } problem ? new(null, problem)
            : new(SourceChoice.Of(sources, name) is { } source ? new LogEnd(source.Id, source.Name, source.Next - 1) : null, null);
    }

    private const string LastSql = "select next_position - 1 from eventhistory.source where id = $1";

    /// <summary>The last position of a source.</summary>
    public async Task<long> Last(int source, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await Last(connection, source, ct);
    }

    /// <summary>Events behind a position, at most some thousands, in order; those of segments that cannot hold what is wanted are passed over.</summary>
    /// <param name="source">The number of the source.</param>
    /// <param name="after">The position.</param>
    /// <param name="upTo">The last position that counts.</param>
    /// <param name="types">Of any of these types; none: of all.</param>
    /// <param name="ct">Stop.</param>
    /// <returns>The events, and the position up to which the log has been looked at.</returns>
    public async Task<(List<RecordedEvent> Events, long LookedAt)> Behind(int source, long after, long upTo, IReadOnlyList<string> types, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        upTo = Math.Min(upTo, await Last(connection, source, ct)); // a standby may not have what another server has told of
        var (events, bytes) = (new List<RecordedEvent>(), 0L);
        await foreach (var segment in LogSearch.Read(connection, source, after + 1, upTo, forwards: true, new SegmentsWanted(types, null, null), QueryFault.TimeLimit, ct))
        {
            events.AddRange(RecordedEvent.Of(segment).Where(e => e.Position <= upTo));
            bytes += segment.Body.Length;
            if (events.Count >= Enough || (bytes >= EnoughBytes && events.Count > 0))
                return (events, events[^1].Position);
        }
        return (events, Math.Max(after, upTo));
    }

    private static async Task<long> Last(NpgsqlConnection connection, int source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LastSql, connection) { CommandTimeout = QueryFault.TimeLimit, Parameters = { new() { Value = source } } };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}

/// <param name="Last">The position of its last event; 0: it has none.</param>
internal sealed record LogEnd(int Source, string Name, long Last);
