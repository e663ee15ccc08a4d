using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventHistory.Tests.Store;

/// <summary>A database that recorded before coverage was kept.</summary>
public sealed class CoverageMigrationTests(Postgres postgres)
{
    private const string HistorySql = """
        insert into eventhistory.source (name) values ('default');
        select eventhistory.ensure_partition('event_segment', '2026-11-20');
        insert into eventhistory.event_segment (source_id, first_position, event_count, epoch, first_offset, last_offset, recorded_at, min_time, max_time, types, odd_escapes, body, chain)
        values (1, 1, 2, 1, 0, 1, '2026-11-20T10:00:05Z', '2026-11-20T10:00:00Z', '2026-11-20T10:00:04Z', '{1}', false, '[]', decode(repeat('00', 32), 'hex')),
               (1, 3, 2, 1, 99, 100, '2026-11-20T12:00:05Z', '2026-11-20T12:00:00Z', '2026-11-20T13:00:00Z', '{1}', false, '[]', decode(repeat('00', 32), 'hex'));
        insert into eventhistory.gap (source_id, noticed_at, kind, epoch, after_offset, next_offset, messages, position)
        values (1, '2026-11-20T12:00:05Z', 'truncated', 1, 1, 99, 97, 3), (1, '2026-11-20T10:00:05Z', 'truncated', 1, null, 0, 5, 1),
               (1, '2026-11-20T14:00:00Z', 'new-epoch', 2, 100, 0, null, 5);
        """;

    private const string GapsSql = """
        select format('%s %s %s', position, to_char(after_time at time zone 'UTC', 'HH24:MI:SS'), to_char(before_time at time zone 'UTC', 'HH24:MI:SS'))
          from eventhistory.gap order by position
        """;

    private const string RunsSql = """
        select format('%s %s %s %s %s', to_char(started_at at time zone 'UTC', 'HH24:MI:SS'), to_char(recorded_from at time zone 'UTC', 'HH24:MI:SS'),
                   to_char(recorded_to at time zone 'UTC', 'HH24:MI:SS'), to_char(ended_at at time zone 'UTC', 'HH24:MI:SS'), ended_how)
          from eventhistory.recorder_run
        """;

    [Fact]
    public async Task Its_gaps_and_its_time_of_recording_are_dated_by_its_segments()
    {
        await using var database = await postgres.CreateEmptyDatabase();
        var before = Migration.Embedded().Where(m => m.Version < 6).ToList();
        await new Migrator(database.Data, before, NullLogger<Migrator>.Instance).Migrate(TestContext.Current.CancellationToken);
        await using (var history = database.Data.CreateCommand(HistorySql))
            await history.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await database.Migrate();

        Assert.Equal(["1  10:00:00", "3 10:00:04 12:00:00", "5 12:00:05 14:00:00"], await database.Data.All(GapsSql, row => row.GetString(0)));
        Assert.Equal(["10:00:05 10:00:00 12:00:05 12:00:05 unknown"], await database.Data.All(RunsSql, row => row.GetString(0)));
    }
}
