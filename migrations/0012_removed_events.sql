-- The log without some of its events. What is pruned, or erased on somebody's request, goes for good; what stays keeps its positions
-- and its links, and a tombstone says in the place of what went how much that was, when, by whom and why. See docs/log.md.

create function eventhistory.range_total(ranges int8multirange) returns bigint language sql immutable strict parallel safe as $$
    select coalesce(sum(upper(r) - lower(r)), 0)::bigint from unnest(ranges) r
$$;

alter table eventhistory.event_segment
    add column removed         int8multirange compression lz4, -- positions whose events were taken out; null: none. event_count still counts them
    add column removed_digests bytea,                          -- their SHA-256, one after the other: the links follow as before
    add column seal            bytea,                          -- or, if most went: a proof of what is left, see HashChain in EventHistory.Core
    add check (case when removed is null then num_nonnulls(removed_digests, seal) = 0
                    else not isempty(removed) and num_nonnulls(removed_digests, seal) = 1
                     and removed <@ int8range(first_position, first_position + event_count)
                     and coalesce(octet_length(removed_digests) = 32 * eventhistory.range_total(removed), octet_length(seal) = 32) end);

create table eventhistory.tombstone (
    id             bigint generated always as identity primary key,
    source_id      int not null references eventhistory.source,
    first_position bigint not null,        -- of the first event that went
    last_position  bigint not null,        -- and of the last: between them others may have stayed, or gone before
    events         bigint not null,        -- how many went
    kind           text not null check (kind in ('erasure', 'prune')),
    removed_at     timestamptz not null,
    removed_by     text not null,
    reason         text,
    receipt        bigint,                 -- of an erasure its number; of a prune its receipt's
    link_before    bytea,                  -- where no segment is left: the links on both sides; null: the segments are there
    link_after     bytea,
    check (events between 0 and last_position - first_position + 1), -- 0: what was left there had gone before
    check (num_nulls(link_before, link_after) in (0, 2)),
    check (link_before is null or (octet_length(link_before) = 32 and octet_length(link_after) = 32))
);
create index tombstone_place on eventhistory.tombstone (source_id, first_position);
create index tombstone_receipt on eventhistory.tombstone (receipt, kind);

-- Who asked that tasks be erased. What they were and how they were chosen is not kept, but for the keys of their ids: so that it is done
-- to the end whatever happens, and can be told afterwards.
create table eventhistory.erasure (
    id           bigint generated always as identity primary key,
    requested_at timestamptz not null,
    requested_by text not null,
    reason       text not null,
    finished_at  timestamptz             -- null: it is under way, or was cut short and will be gone on with
);

create table eventhistory.erased_task (
    erasure_id bigint not null references eventhistory.erasure,
    source_id  int not null references eventhistory.source,
    key        uuid not null,              -- see eventhistory.task_key
    events     bigint,                     -- of it in the log; null: it is still to be erased
    primary key (erasure_id, source_id, key)
);
create index erased_task_key on eventhistory.erased_task (key);

-- Starts that were counted and whose events were erased: coverage goes on counting them after a rebuild, too.
create table eventhistory.erased_start (
    span    int not null check (span in (60, 3600, 86400)), -- as in worker_started
    since   timestamptz not null,
    host_id int not null,
    pid     int not null,
    started bigint not null check (started > 0),
    primary key (span, since, host_id, pid)
);

comment on column eventhistory.event_segment.removed is 'Positions whose events were taken out; null: none.';
comment on table eventhistory.tombstone is 'What was taken out of the log on purpose: where, how many events, when, by whom, why.';
comment on table eventhistory.erasure is 'Requests that tasks be erased from read models and log.';
comment on table eventhistory.erased_task is 'The keys of the tasks of such requests.';

-- Positions and times of the events that are left of a segment; null: nothing was taken out of it.
create function eventhistory.positions_left(first_position bigint, event_count int, removed int8multirange) returns bigint[] language sql immutable strict parallel safe as $$
    select coalesce(array_agg(p order by p) filter (where not p <@ removed), '{}') from generate_series(first_position, first_position + event_count - 1) p
$$;

create function eventhistory.event_times(part_counts int[], part_recorded_at timestamptz[], first_position bigint, removed int8multirange)
returns timestamptz[] language sql immutable parallel safe as $$
    select case when removed is null then eventhistory.event_times(part_counts, part_recorded_at)
                else (select array_agg(t.at order by t.number) filter (where not first_position + t.number - 1 <@ removed)
                        from unnest(eventhistory.event_times(part_counts, part_recorded_at)) with ordinality t(at, number)) end
$$;

create function eventhistory.events_of_segment(of_source int, first_position bigint, event_count int, removed int8multirange, segment_recorded_at timestamptz,
    odd_escapes boolean, segment text, part_counts int[], part_recorded_at timestamptz[])
returns table (source_id int, "position" bigint, recorded_at timestamptz, occurred_at timestamptz, type text, task_id text, hostname text, body json)
language sql immutable parallel safe as $$
    select of_source, coalesce(e.left_at, first_position + e.ordinality - 1), coalesce(e.recorded_at, segment_recorded_at),
           eventhistory.event_time(r.readable), r.readable ->> 'type', r.readable ->> 'uuid', r.readable ->> 'hostname', e.body
      from rows from (json_array_elements(segment::json), unnest(eventhistory.positions_left(first_position, event_count, removed)),
                      unnest(eventhistory.event_times(part_counts, part_recorded_at, first_position, removed)))
                with ordinality e(body, left_at, recorded_at, ordinality)
     cross join lateral (
           select case when odd_escapes and strpos(e.body::text, '\u') > 0 then eventhistory.readable_json(e.body::text) else e.body end as readable) r
$$;

create or replace view eventhistory.event as
select e.source_id, e.position, e.recorded_at, e.occurred_at, e.type, e.task_id, e.hostname, e.body
  from eventhistory.event_segment s
 cross join lateral eventhistory.events_of_segment(
       s.source_id, s.first_position, s.event_count, s.removed, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e;

create or replace function eventhistory.events_recorded(since timestamptz, until timestamptz) returns setof eventhistory.event language sql stable as $$
    select e.*
      from eventhistory.event_segment s
     cross join lateral eventhistory.events_of_segment(
           s.source_id, s.first_position, s.event_count, s.removed, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e
     where s.recorded_at >= date_trunc('hour', since, 'UTC') and s.recorded_at < until
       and e.recorded_at >= since and e.recorded_at < until
$$;

create or replace function eventhistory.events_at(of_source int, positions bigint[]) returns setof eventhistory.event language plpgsql stable as $$
begin
    return query
    select e.*
      from (select distinct s.first_position, s.recorded_at
              from unnest(positions) wanted(at)
             cross join lateral (
                   select s.first_position, s.recorded_at from eventhistory.event_segment s
                    where s.source_id = of_source and s.first_position <= wanted.at
                    order by s.first_position desc limit 1) s) holds
      join eventhistory.event_segment s
        on s.source_id = of_source and s.first_position = holds.first_position and s.recorded_at = holds.recorded_at
     cross join lateral eventhistory.events_of_segment(
           s.source_id, s.first_position, s.event_count, s.removed, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e
     where e.position = any (positions)
     order by e.position;
end $$;

create or replace function eventhistory.task_events(task_id text) returns setof eventhistory.event language plpgsql stable as $$
declare
    wanted uuid := eventhistory.task_key(task_id);
    t record;
    known bigint;
begin
    for t in select task.source_id, eventhistory.positions(task.positions) as positions, task.event_count, task.last_position
               from eventhistory.task where task.key = wanted order by task.source_id loop
        return query select * from eventhistory.events_at(t.source_id, t.positions);
        if t.event_count > cardinality(t.positions) then
            known := t.positions[cardinality(t.positions)];
            return query
            select e.*
              from eventhistory.event_segment s
             cross join lateral eventhistory.events_of_segment(
                   s.source_id, s.first_position, s.event_count, s.removed, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e
             where s.source_id = t.source_id and s.first_position <= t.last_position
               and s.first_position >= coalesce((select max(b.first_position) from eventhistory.event_segment b
                                         where b.source_id = t.source_id and b.first_position <= known), known)
               and e.position > known and e.position <= t.last_position and eventhistory.task_key(e.task_id) = wanted
             order by e.position;
        end if;
    end loop;
end $$;

drop function eventhistory.events_of_segment(int, bigint, timestamptz, boolean, text, int[], timestamptz[]);
