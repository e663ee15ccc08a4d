-- The first read models: one row per task, one per worker, a minute series of heartbeats. All of it can be rebuilt from
-- the log. Creates only; takes no lock on anything that exists.

-- A task id's key: see TaskId in EventHistory.Core, which this must equal.
create function eventhistory.task_key(task_id text) returns uuid language sql immutable strict parallel safe as $$
    select case when task_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-79a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$' then task_id::uuid
           else (overlay(overlay(hash placing '8' from 13) placing to_hex(8 + (('x' || substr(hash, 17, 1))::bit(4)::int & 3)) from 17))::uuid end
      from (select substr(encode(sha256(convert_to(task_id, 'UTF8')), 'hex'), 1, 32)) h(hash)
$$;

create table eventhistory.task (
    key              uuid primary key,
    id               text,                 -- the id when the key is its hash; null: the id is the key
    source_id        int not null,
    state            text not null,
    state_at         timestamptz not null,
    first_seen       timestamptz not null,
    name_id          int,
    worker_id        int,
    worker_pid       int,
    client_id        int,
    queue_id         int,
    exchange_id      int,
    routing_key_id   int,
    retries          int not null,
    clock            bigint not null,
    sent             timestamptz,
    received         timestamptz,
    started          timestamptz,
    succeeded        timestamptz,
    failed           timestamptz,
    retried          timestamptz,
    revoked          timestamptz,
    rejected         timestamptz,
    runtime          float8,               -- seconds, as the worker measured it
    queue_wait       float8,               -- seconds from sent to received, last attempt
    worker_wait      float8,               -- seconds from received to started, last attempt
    args             text,
    kwargs           text,
    result           text,
    exception        text,
    traceback        text compression lz4,
    args_truncated   boolean not null default false,
    kwargs_truncated boolean not null default false,
    result_truncated boolean not null default false,
    eta              text,
    expires          text,
    root_key         uuid,
    root_id          text,                 -- as id
    parent_key       uuid,
    parent_id        text,                 -- as id
    terminated       boolean,
    expired          boolean,
    signal           text,
    event_count      int not null,
    positions        bigint[] not null,    -- of its events in the log; the first 256 of them
    last_position    bigint not null,
    stamps           bytea not null        -- what its state is a function of: see StampCodec in EventHistory.Core
) with (fillfactor = 90);

create index task_first_seen on eventhistory.task (first_seen desc, key desc);
create index task_name on eventhistory.task (name_id, first_seen desc, key desc);
create index task_state on eventhistory.task (state, first_seen desc, key desc) where state <> 'SUCCESS';
create index task_worker on eventhistory.task (worker_id, first_seen desc, key desc);
create index task_parent on eventhistory.task (parent_key) where parent_key is not null;

create table eventhistory.worker (
    host_id          int primary key,
    source_id        int not null,
    first_seen       timestamptz not null,
    last_seen        timestamptz not null, -- the latest time its events bear, by its clock
    last_heard       timestamptz not null, -- when we recorded the latest of them, by ours
    beat_at          timestamptz,
    beat_clock       bigint,
    beat_fingerprint bigint,
    pid              int,
    freq             float8,               -- seconds
    active           int,
    processed        bigint,
    load_average     float8[],
    software         text,
    software_version text,
    software_system  text
);

-- worker-online and worker-offline, as a set: incarnations are inferred from it.
create table eventhistory.worker_mark (
    host_id     int not null,
    at          timestamptz not null,
    online      boolean not null,
    pid         int not null,
    clock       bigint not null,
    fingerprint bigint not null,
    primary key (host_id, at, online, pid, clock, fingerprint)
);

-- Heartbeats, the last one of each process and minute.
create table eventhistory.worker_minute (
    host_id     int not null,
    minute      timestamptz not null,
    pid         int not null,
    at          timestamptz not null,
    clock       bigint not null,
    fingerprint bigint not null,
    active      int,
    processed   bigint,
    load_average float8[],
    primary key (host_id, minute, pid)
);

-- One task's events, in the order they were recorded. Beyond its first 256 a range of the log is searched.
create function eventhistory.task_events(task_id text) returns setof eventhistory.event language sql stable as $$
    with t as (select * from eventhistory.task where key = eventhistory.task_key(task_id)),
    segment as (
        select distinct on (s.source_id, s.first_position) s.*
          from t
         cross join lateral unnest(t.positions) p(position)
         cross join lateral (
               select * from eventhistory.event_segment s
                where s.source_id = t.source_id and s.first_position <= p.position
                order by s.first_position desc limit 1) s
    ), late as (
        select s.* from t join eventhistory.event_segment s
            on s.source_id = t.source_id and s.first_position <= t.last_position
           and s.first_position + s.event_count > t.positions[cardinality(t.positions)]
         where t.event_count > cardinality(t.positions)
           and not exists (select from segment where segment.source_id = s.source_id and segment.first_position = s.first_position)
    )
    select x.source_id, x.position, x.recorded_at,
           eventhistory.event_time(x.readable),
           x.readable ->> 'type', x.readable ->> 'uuid', x.readable ->> 'hostname', x.value
      from (select s.source_id, s.first_position + e.ordinality - 1 as position, s.recorded_at, e.value,
                   case when s.odd_escapes and strpos(e.value::text, '\u') > 0 then eventhistory.readable_json(e.value::text) else e.value end as readable
              from (select * from segment union all select * from late) s
             cross join lateral json_array_elements(s.body::json) with ordinality e) x, t
     where x.position = any (t.positions)
        or (x.position > t.positions[cardinality(t.positions)]
            and eventhistory.task_key(x.readable ->> 'uuid') = t.key)
     order by x.position
$$;
