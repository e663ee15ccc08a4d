-- Task rows for a hundred million tasks: open ones in a small hot partition, finished ones appended to a partition per day
-- of recording. Their rows are made anew from the log (`eventhistory rebuild`), so the old table goes: it is locked and
-- dropped at once. And what a rebuild and a writer that takes over need to know.

-- The versions that the read models were made by; a program that makes them differently asks for a rebuild.
create table eventhistory.projection (
    name       text primary key,
    version    int not null,               -- of the rules that made its rows; 0: they must be rebuilt
    rebuilt_at timestamptz                 -- null: never, the recorder has made all of it
);
insert into eventhistory.projection (name, version)
select 'tasks', case when exists (select from eventhistory.source where next_position > 1) then 0 else 1 end
union all select 'workers', 1;

alter table eventhistory.source
    add reflected  bigint not null default 1,  -- task rows show every event before this position; those behind may be in the log only
    add generation int not null default 1,     -- of the read models; a rebuild replaces them all and counts this up
    add check (reflected between 1 and next_position);
update eventhistory.source set reflected = next_position;

drop function eventhistory.advance_source(int, bigint, int, bigint, bigint, int, bigint, bytea, bytea);

-- Moves a source on, in the transaction that stores what it vouches for. A writer that lost its place (it was frozen and
-- another one took over, or the read models were replaced under it) fails here, and its whole transaction with it.
create function eventhistory.advance_source(
    of_source int, expected_generation int, expected_position bigint, expected_epoch int, expected_offset bigint,
    new_position bigint, new_epoch int, new_offset bigint, new_digest bytea, new_chain bytea, new_reflected bigint)
returns void language plpgsql as $$
begin
    update eventhistory.source
       set next_position = new_position, epoch = new_epoch, last_offset = new_offset, last_digest = new_digest,
           chain = new_chain, reflected = new_reflected, updated_at = now()
     where id = of_source and generation = expected_generation and next_position = expected_position and epoch = expected_epoch
       and last_offset is not distinct from expected_offset;
    if not found then
        raise exception 'source % is not where this writer left it: another writer has moved it on, or a rebuild has replaced what it knew',
            of_source using errcode = 'EH001';
    end if;
end $$;

drop function eventhistory.task_events(text);
drop table eventhistory.task;

-- One row per task of a source. A finished task lies in the partition of the day (UTC) on which its last event was recorded, by
-- our clock: workers' clocks may be wrong, and a partition that is over changes only where something late comes in.
create table eventhistory.task (
    settled          timestamptz not null, -- when the last event of a finished task was recorded; infinity: it is open
    first_seen       timestamptz not null, -- the earliest time that an event of it bears, by its sender's clock
    state_at         timestamptz not null,
    sent             timestamptz,
    received         timestamptz,
    started          timestamptz,
    succeeded        timestamptz,
    failed           timestamptz,
    retried          timestamptz,
    revoked          timestamptz,
    rejected         timestamptz,
    runtime          float8,               -- seconds, as the worker measured it
    clock            bigint not null,
    last_position    bigint,               -- in the log, of its last event; null: positions has it
    queue_wait       float4,               -- seconds from sent to received, last attempt
    worker_wait      float4,               -- seconds from received to started, last attempt
    source_id        int not null,
    name_id          int,
    worker_id        int,
    worker_pid       int,
    client_id        int,
    queue_id         int,
    exchange_id      int,
    routing_key_id   int,
    frames_id        int,                  -- of the traceback: its beginning, which is the same for every failure at the same place
    retries          int not null,
    event_count      int not null check (event_count > 0),
    key              uuid not null,
    root_key         uuid,
    parent_key       uuid,
    args_truncated   boolean not null,
    kwargs_truncated boolean not null,
    result_truncated boolean not null,
    terminated       boolean,
    expired          boolean,
    state            text not null,
    id               text,                 -- the id when the key is its hash; null: the id is the key
    root_id          text,                 -- as id
    parent_id        text,                 -- as id
    args             text,
    kwargs           text,
    result           text,
    exception        text,
    traceback        text compression lz4, -- what follows the frames
    eta              text,
    expires          text,
    signal           text,
    positions        bytea not null,       -- of its events in the log, the first 256 of them: see eventhistory.positions
    stamps           bytea,                -- what its state is a function of: see StampCodec in EventHistory.Core; null: its events tell
    check (settled = 'infinity' or (stamps is null) = (last_position is null)),
    check ((settled = 'infinity') = (state not in ('SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED')))
) partition by range (settled);

create index task_key on eventhistory.task (key);
create index task_first_seen on eventhistory.task (first_seen);
create index task_name on eventhistory.task (name_id, first_seen);
create index task_state on eventhistory.task (state, first_seen) where state <> 'SUCCESS';
create index task_parent on eventhistory.task (parent_key) where parent_key is not null;

-- Rows come and go: space must be found again soon, and a plan must not believe last hour's size.
create table eventhistory.task_open partition of eventhistory.task for values from ('infinity') to (maxvalue)
    with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

drop function eventhistory.ensure_segment_partition(date);

-- The partition of a day (UTC) of recording. The writer makes today's and tomorrow's before it needs them. A table is made first and
-- attached then: unlike `create table … partition of` that waits for no reader, and no reader waits for it.
create function eventhistory.ensure_partition(of_table text, day date, in_schema text default 'eventhistory') returns void language plpgsql as $$
declare
    partition text := format('%s_%s', of_table, to_char(day, 'YYYYMMDD'));
begin
    if to_regclass(format('%I.%I', in_schema, partition)) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('eventhistory.ensure_partition'));
    if to_regclass(format('%I.%I', in_schema, partition)) is null then
        execute format('create table %1$I.%2$I (like %1$I.%3$I including all)', in_schema, partition, of_table);
        execute format('alter table %1$I.%3$I attach partition %1$I.%2$I for values from (%4$L) to (%5$L)',
            in_schema, partition, of_table, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
    end if;
end $$;

-- Positions as PositionCodec in EventHistory.Core packs them: distances as variable-length integers of 7 bits a byte, the lowest first.
create function eventhistory.positions(packed bytea) returns bigint[] language sql immutable strict parallel safe as $$
    select coalesce(array_agg(position order by number), '{}')
      from (select number, (sum(distance) over (order by number))::bigint as position
              from (select number, sum((byte & 127)::bigint << (7 * (i - first_i))) as distance
                      from (select i, byte, number, min(i) over (partition by number) as first_i
                              from (select i, byte, count(*) filter (where byte < 128) over (order by i rows between unbounded preceding and 1 preceding) as number
                                      from (select i, get_byte(packed, i) as byte from generate_series(0, length(packed) - 1) i) bytes) numbered) placed
                     group by number) distances) summed
$$;
