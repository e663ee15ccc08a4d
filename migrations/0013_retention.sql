-- What is kept, what was pruned, and how partitions are written anew. Creates only; a column on `source` is added without a rewrite.

-- The policy that was set over the API; none: the settings say.
create table eventhistory.retention_policy (
    only_one   boolean primary key default true check (only_one),
    policy     jsonb not null,
    changed_at timestamptz not null
);

-- Tasks that are never pruned, with the whole of their workflow.
create table eventhistory.pin (
    source_id int not null references eventhistory.source,
    key       uuid not null,               -- as task.key
    id        text,                        -- as task.id
    at        timestamptz not null,
    by        text not null,
    why       text,
    primary key (key, source_id)
);

-- What was pruned: one row for each partition and run, written before its tasks go and valid from when they are gone.
create table eventhistory.prune_receipt (
    id          bigint generated always as identity primary key,
    kind        text not null check (kind in ('tasks', 'log', 'heartbeats', 'rollups', 'rejected-messages')),
    decided_at  timestamptz not null,
    pruned_at   timestamptz,               -- null: it was not finished, and the next run forgets it
    policy      jsonb not null,
    day         date,                      -- of tasks, the day (UTC) on which they settled; of the log, on which it was recorded
    tasks       bigint not null default 0,
    states      jsonb not null default '{}', -- tasks by their state
    first_seen  timestamptz,               -- the earliest of these tasks, by its sender's clock
    last_seen   timestamptz,               -- the latest first_seen
    rows        bigint not null default 0, -- events of the log, or rows of what is no task
    bytes_freed bigint not null default 0
);
create index prune_receipt_time on eventhistory.prune_receipt (pruned_at desc) where pruned_at is not null;

-- Which tasks: see PrunedKeys in EventHistory.Core.
create table eventhistory.pruned_task (
    receipt_id bigint not null references eventhistory.prune_receipt on delete cascade,
    source_id  int not null,
    first_key  bigint not null,
    before     bigint not null,            -- all of their events before this position went with them
    keys       bytea not null,             -- 8 bytes each, ascending, the highest byte first
    primary key (receipt_id, source_id, first_key)
);
alter table eventhistory.pruned_task alter keys set storage external; -- hashes do not compress

-- Events of pruned tasks that are still in the log, by the day (UTC) of recording: until that day of the log is written anew.
create table eventhistory.pruned_log (
    day        date not null,
    receipt_id bigint not null references eventhistory.prune_receipt on delete cascade,
    events     bigint not null,
    primary key (day, receipt_id)
);
create index pruned_log_receipt on eventhistory.pruned_log (receipt_id);

-- Tasks of before were pruned, so what the log still has of that time tells too little: a rebuild keeps what was counted.
alter table eventhistory.source add column pruned_before timestamptz;

-- A place to work in; what a run that was killed left there goes, and with it the disk space of what it had taken out.
create function eventhistory.begin_prune() returns void language plpgsql as $$
begin
    set local client_min_messages = warning;
    drop schema if exists eventhistory_prune cascade;
    drop schema if exists eventhistory_pruned cascade;
    delete from eventhistory.prune_receipt where pruned_at is null;
    create schema eventhistory_prune;      -- partitions that are being made
    create schema eventhistory_pruned;     -- partitions that were taken out
    create table eventhistory_prune.changed (source_id int not null, key uuid not null);
    create function eventhistory_prune.note_change() returns trigger language plpgsql as $note$
    begin
        insert into eventhistory_prune.changed values (coalesce(new.source_id, old.source_id), coalesce(new.key, old.key));
        return null;
    end $note$;
end $$;

create function eventhistory.end_prune() returns void language plpgsql as $$
begin
    set local client_min_messages = warning;
    drop schema if exists eventhistory_prune cascade;
    drop schema if exists eventhistory_pruned cascade;
end $$;

-- From now on it is noted which tasks of a partition change.
create function eventhistory.watch_partition(partition text) returns void language plpgsql as $$
begin
    truncate eventhistory_prune.changed;
    execute format('create or replace trigger prune after insert or update or delete on eventhistory.%I for each row execute function eventhistory_prune.note_change()', partition);
end $$;

create function eventhistory.unwatch_partition(partition text) returns void language plpgsql as $$
begin
    execute format('drop trigger if exists prune on eventhistory.%I', partition);
end $$;

-- An empty table like a partition, without indexes: they are faster made when it is full.
create function eventhistory.stage_partition(partition text) returns void language plpgsql as $$
begin
    execute format('drop table if exists eventhistory_prune.%I', partition);
    execute format('create table eventhistory_prune.%1$I (like eventhistory.%1$I including all excluding indexes)', partition);
end $$;

-- Makes it what the parent asks of a partition, so that it can be attached without being read.
create function eventhistory.finish_partition(parent text, partition text) returns void language plpgsql as $$
declare
    definition text;
begin
    for definition in
        select case when k.oid is null
                    then regexp_replace(pg_get_indexdef(i.indexrelid), ' INDEX \S+ ON ONLY \S+ ', format(' INDEX ON eventhistory_prune.%I ', partition))
                    else format('alter table eventhistory_prune.%I add %s', partition, pg_get_constraintdef(k.oid)) end
          from pg_index i left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid
         where i.indrelid = format('eventhistory.%I', parent)::regclass loop
        execute definition;
    end loop;
    execute format('alter table eventhistory_prune.%I add constraint place check (%s)', partition,
        pg_get_partition_constraintdef(format('eventhistory.%I', partition)::regclass));
end $$;

-- Brings the new table up to what changed meanwhile.
create function eventhistory.catch_up_partition(partition text) returns bigint language plpgsql as $$
declare
    changes bigint;
begin
    create temporary table if not exists prune_batch (source_id int, key uuid) on commit delete rows;
    truncate prune_batch;
    with taken as (delete from eventhistory_prune.changed returning source_id, key)
    insert into prune_batch select distinct source_id, key from taken;
    get diagnostics changes = row_count;
    if changes > 0 then
        execute format('delete from eventhistory_prune.%I n using prune_batch b where n.key = b.key and n.source_id = b.source_id', partition);
        execute format('insert into eventhistory_prune.%1$I select o.* from prune_batch b join eventhistory.%1$I o on o.key = b.key and o.source_id = b.source_id', partition);
    end if;
    return changes;
end $$;

-- Takes a partition out, and puts the one that was made in its place, if there is one.
create function eventhistory.swap_partition(parent text, partition text) returns void language plpgsql as $$
declare
    bound text := (select pg_get_expr(relpartbound, oid) from pg_class where oid = format('eventhistory.%I', partition)::regclass);
begin
    execute format('alter table eventhistory.%I detach partition eventhistory.%I', parent, partition);
    execute format('alter table eventhistory.%I set schema eventhistory_pruned', partition);
    if to_regclass(format('eventhistory_prune.%I', partition)) is null then
        return;
    end if;
    execute format('alter table eventhistory_prune.%I set schema eventhistory', partition);
    execute format('alter table eventhistory.%I attach partition eventhistory.%I %s', parent, partition, bound);
    execute format('alter table eventhistory.%I drop constraint place', partition);
end $$;

-- Before rebuilt tables take the place of the old ones: what was counted of tasks and heartbeats that are gone is taken over. Of each
-- row, the one that counts more is the whole one; the log has nothing that the old tables did not count.
create function eventhistory.carry_over(projection text default null) returns void language plpgsql
set enable_seqscan = on set enable_nestloop = off as $$
begin
    if not exists (select from eventhistory.source where pruned_before is not null) then
        return;
    end if;
    if coalesce(projection, 'tasks') = 'tasks' then
        delete from eventhistory_rebuild.rollup n using eventhistory.rollup o, eventhistory.source s
         where s.id = o.source_id and o.at < s.pruned_before
           and (n.source_id, n.resolution, n.dimension, n.at, n.label_id, n.name_id) = (o.source_id, o.resolution, o.dimension, o.at, o.label_id, o.name_id)
           and o.succeeded + o.failed + o.revoked + o.rejected > n.succeeded + n.failed + n.revoked + n.rejected;
        insert into eventhistory_rebuild.rollup
        select o.* from eventhistory.rollup o join eventhistory.source s on s.id = o.source_id and o.at < s.pruned_before
            on conflict do nothing;
        insert into eventhistory_rebuild.worker_started as n select o.* from eventhistory.worker_started o
            on conflict (span, since, host_id, pid) do update set started = excluded.started where excluded.started > n.started;
        insert into eventhistory_rebuild.failure_group as n
        select o.* from eventhistory.failure_group o join eventhistory.source s on s.id = o.source_id and s.pruned_before is not null
            on conflict (source_id, failure_id) do update set
                first_seen = least(n.first_seen, excluded.first_seen), last_seen = greatest(n.last_seen, excluded.last_seen),
                last_failed = greatest(n.last_failed, excluded.last_failed),
                (sample_key, sample_id, sample_exception, sample_fingerprint) = (
                    select s.key, s.id, s.exception, s.fingerprint
                      from (values (n.last_failed is not null, coalesce(n.last_failed, n.last_seen), n.sample_fingerprint,
                                    n.sample_key, n.sample_id, n.sample_exception),
                                   (excluded.last_failed is not null, coalesce(excluded.last_failed, excluded.last_seen), excluded.sample_fingerprint,
                                    excluded.sample_key, excluded.sample_id, excluded.sample_exception))
                           s(failed, at, fingerprint, key, id, exception)
                     order by s.failed desc, s.at desc, s.fingerprint desc limit 1);
    end if;
    if coalesce(projection, 'workers') = 'workers' then
        insert into eventhistory_rebuild.worker as n select o.* from eventhistory.worker o
            on conflict (host_id) do update set first_seen = least(n.first_seen, excluded.first_seen),
                last_seen = greatest(n.last_seen, excluded.last_seen), last_heard = greatest(n.last_heard, excluded.last_heard);
        update eventhistory_rebuild.worker n
           set (beat_at, beat_clock, beat_fingerprint, pid, freq, active, processed, load_average, software, software_version, software_system) =
               (o.beat_at, o.beat_clock, o.beat_fingerprint, o.pid, o.freq, o.active, o.processed, o.load_average, o.software, o.software_version, o.software_system)
          from eventhistory.worker o
         where o.host_id = n.host_id and n.beat_at is null and o.beat_at is not null;
        insert into eventhistory_rebuild.worker_mark select o.* from eventhistory.worker_mark o on conflict do nothing;
        insert into eventhistory_rebuild.worker_minute select o.* from eventhistory.worker_minute o on conflict do nothing;
        insert into eventhistory_rebuild.worker_counted as n select o.* from eventhistory.worker_counted o
            on conflict (span, since, host_id, pid) do update set
                first_at = least(n.first_at, excluded.first_at),
                first_processed = case when (excluded.first_at, excluded.first_processed) < (n.first_at, n.first_processed)
                                       then excluded.first_processed else n.first_processed end,
                last_at = greatest(n.last_at, excluded.last_at),
                last_processed = case when (excluded.last_at, excluded.last_processed) > (n.last_at, n.last_processed)
                                      then excluded.last_processed else n.last_processed end;
    end if;
end $$;

comment on table eventhistory.prune_receipt is 'What was pruned, by which policy: see docs/retention.md.';
comment on table eventhistory.pin is 'Tasks that are never pruned, with the whole of their workflow.';
