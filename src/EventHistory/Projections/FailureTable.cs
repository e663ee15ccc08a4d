using EventHistory.Core.Failures;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Projections;

/// <summary>The table <c>failure_group</c>: every merge is a minimum, a maximum, or the last of an order.</summary>
internal static class FailureTable
{
    private const string MergeSql = """
        insert into failure_group as g (source_id, failure_id, fingerprint, version, exception_type, title, culprit,
            first_seen, last_seen, last_failed, sample_key, sample_id, sample_exception, sample_fingerprint)
        select $1, u.failure_id, u.fingerprint, $2, u.exception_type, u.title, u.culprit,
            u.first_seen, u.last_seen, u.last_failed, u.sample_key, u.sample_id, u.sample_exception, u.sample_fingerprint
          from unnest($3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[],
            $11::uuid[], $12::text[], $13::text[], $14::bigint[]) as u(failure_id, fingerprint, exception_type, title, culprit,
            first_seen, last_seen, last_failed, sample_key, sample_id, sample_exception, sample_fingerprint)
        on conflict (source_id, failure_id) do update set
            first_seen = least(g.first_seen, excluded.first_seen), last_seen = greatest(g.last_seen, excluded.last_seen),
            last_failed = greatest(g.last_failed, excluded.last_failed),
            (sample_key, sample_id, sample_exception, sample_fingerprint) = (
                select s.key, s.id, s.exception, s.fingerprint
                  from (values (g.last_failed is not null, coalesce(g.last_failed, g.last_seen), g.sample_fingerprint,
                                g.sample_key, g.sample_id, g.sample_exception),
                               (excluded.last_failed is not null, coalesce(excluded.last_failed, excluded.last_seen), excluded.sample_fingerprint,
                                excluded.sample_key, excluded.sample_id, excluded.sample_exception))
                       s(failed, at, fingerprint, key, id, exception)
                 order by s.failed desc, s.at desc, s.fingerprint desc limit 1)
        """;

    /// <summary>The command that merges in what a batch told of failure groups; none if it told nothing.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Write(int sourceId, IReadOnlyCollection<FailureGroupFold> groups, Labels labels)
    {
        if (groups.Count == 0)
            yield break;
        yield return new NpgsqlBatchCommand(MergeSql)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = sourceId },
                new NpgsqlParameter<short> { TypedValue = FailureKind.Version },
                Column(groups, g => labels[g.Kind.Fingerprint]),
                Column(groups, g => Labels.Digest(g.Kind.Fingerprint)),
                Column(groups, g => g.Kind.ExceptionType),
                Column(groups, g => g.Kind.Title),
                Column(groups, g => g.Kind.Culprit),
                Column(groups, g => g.FirstSeen),
                Column(groups, g => g.LastSeen),
                new NpgsqlParameter { Value = groups.Select(g => g.LastFailed).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                Column(groups, g => g.Sample!.Task.Key),
                Column(groups, g => g.Sample!.Task.OddText),
                Column(groups, g => g.Sample!.Exception),
                Column(groups, g => (long)g.Sample!.Fingerprint),
            },
        };
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyCollection<FailureGroupFold> groups, Func<FailureGroupFold, T> value) =>
        new() { TypedValue = [.. groups.Select(value)] };
}
