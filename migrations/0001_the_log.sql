-- The log: events verbatim, in segments of one row per committed batch, in one gapless sequence of positions per
-- source, chained by SHA-256. And what could not be read, with its raw bytes. Creates only; takes no lock on anything
-- that exists.

-- Names that repeat (task names, hosts, queues, event types): rows hold the number.
create table eventhistory.label (
    id     int generated always as identity primary key,
    digest uuid not null unique,           -- first 16 bytes of the value's SHA-256: values may be longer than an index entry
    value  text not null
);

-- A broker's event stream, how far it is recorded, and the end of its log. One writer at a time, by advisory lock.
create table eventhistory.source (
    id            int generated always as identity primary key,
    name          text not null unique,
    epoch         int not null default 1,  -- counts how often the stream was found deleted and made anew
    last_offset   bigint,                  -- of the last message recorded; null: none in this epoch yet
    last_digest   bytea,                   -- SHA-256 of that message's body: proves that the stream is still the same one
    next_position bigint not null default 1,
    chain         bytea not null default decode(repeat('00', 32), 'hex'),
    updated_at    timestamptz not null default now(),
    check (octet_length(chain) = 32),
    check ((last_offset is null) = (last_digest is null))
);

create table eventhistory.event_segment (
    source_id      int not null,
    first_position bigint not null,
    event_count    int not null check (event_count > 0),
    epoch          int not null,
    first_offset   bigint not null,        -- of the messages the batch came from
    last_offset    bigint not null check (last_offset >= first_offset),
    recorded_at    timestamptz not null,
    min_time       timestamptz,            -- of the events' own timestamps; null: none had a usable one
    max_time       timestamptz,
    types          int[] not null,         -- labels of the event types in it
    odd_escapes    boolean not null,       -- holds a \u0000 or a lone surrogate, which PostgreSQL's JSON functions refuse
    body           text compression lz4 not null, -- a JSON array, one event a line, each as its sender wrote it
    chain          bytea not null check (octet_length(chain) = 32), -- SHA-256(chain before, SHA-256 of each event in order)
    primary key (source_id, first_position, recorded_at)
) partition by range (recorded_at);

-- The partition of a day (UTC). The writer makes today's and tomorrow's before it needs them.
create function eventhistory.ensure_segment_partition(day date) returns void language plpgsql as $$
begin
    if to_regclass(format('eventhistory.event_segment_%s', to_char(day, 'YYYYMMDD'))) is null then
        perform pg_advisory_xact_lock(hashtext('eventhistory.ensure_segment_partition'));
        execute format(
            'create table if not exists eventhistory.event_segment_%s partition of eventhistory.event_segment for values from (%L) to (%L)',
            to_char(day, 'YYYYMMDD'), day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
    end if;
end $$;

-- Moves a source on, in the transaction that stores what it vouches for. A writer that lost its place (it was frozen,
-- and another one took over) fails here, and its whole transaction with it.
create function eventhistory.advance_source(
    of_source int, expected_position bigint, expected_epoch int, expected_offset bigint,
    new_position bigint, new_epoch int, new_offset bigint, new_digest bytea, new_chain bytea) returns void language plpgsql as $$
begin
    update eventhistory.source
       set next_position = new_position, epoch = new_epoch, last_offset = new_offset, last_digest = new_digest,
           chain = new_chain, updated_at = now()
     where id = of_source and next_position = expected_position and epoch = expected_epoch
       and last_offset is not distinct from expected_offset;
    if not found then
        raise exception 'source % is not where this writer left it: another writer has moved it on', of_source using errcode = 'EH001';
    end if;
end $$;

create table eventhistory.rejected_message (
    id          bigint generated always as identity primary key,
    source_id   int not null references eventhistory.source,
    epoch       int not null,
    "offset"    bigint not null,
    recorded_at timestamptz not null,
    reason      text not null,
    events_kept int not null,              -- of a list: its readable events, which are in the log
    routing_key text,
    properties  json not null,
    body        bytea not null
);

-- What is missing from the log, and why.
create table eventhistory.gap (
    id          bigint generated always as identity primary key,
    source_id   int not null references eventhistory.source,
    noticed_at  timestamptz not null,
    kind        text not null check (kind in ('truncated', 'new-epoch')),
    epoch       int not null,
    after_offset bigint,                   -- the last message recorded before the gap; null: none
    next_offset  bigint not null,          -- the first one after it
    messages    bigint,                    -- how many are missing; null: unknown
    position    bigint not null            -- the log's next position when it was noticed
);

-- The same JSON with characters that PostgreSQL cannot unescape shown as the text of their escape.
create function eventhistory.readable_json(body text) returns json language sql immutable parallel safe as $$
    select regexp_replace(regexp_replace(regexp_replace(body,
               '(?<!\\)((?:\\\\)*)\\(u0000)', '\1\\\\\2', 'g'),
               '(?<!\\)((?:\\\\)*)\\(u[dD][89abAB][0-9a-fA-F]{2})(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})', '\1\\\\\2', 'g'),
               '(?<!\\u[dD][89abAB][0-9a-fA-F]{2})(?<!\\)((?:\\\\)*)\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\1\\\\\2', 'g')::json
$$;

-- The sender's clock; null if it gave none from 1970 to 9999. Numbers too long for any time are not even converted.
create function eventhistory.event_time(event json) returns timestamptz language sql immutable parallel safe as $$
    select case when json_typeof(event -> 'timestamp') = 'number'
                 and event ->> 'timestamp' ~ '^[0-9]{1,20}([.][0-9]{1,40})?([eE][-+]?[0-9]{1,2})?$'
                 and (event ->> 'timestamp')::numeric >= 0 and (event ->> 'timestamp')::numeric < 253370764800
                then to_timestamp((event ->> 'timestamp')::float8) end
$$;

-- The log as a reader of SQL wants it: one row per event.
create view eventhistory.event as
select s.source_id,
       s.first_position + e.ordinality - 1 as position,
       s.recorded_at,
       eventhistory.event_time(r.readable) as occurred_at,
       r.readable ->> 'type' as type,
       r.readable ->> 'uuid' as task_id,
       r.readable ->> 'hostname' as hostname,
       e.value as body
  from eventhistory.event_segment s
 cross join lateral json_array_elements(s.body::json) with ordinality e
 cross join lateral (select case when s.odd_escapes and strpos(e.value::text, '\u') > 0 then eventhistory.readable_json(e.value::text) else e.value end as readable) r;

comment on view eventhistory.event is 'Every recorded event: position (gapless per source), recorded_at (ours), occurred_at (the sender''s clock, UTC), type, task_id, hostname, body (verbatim).';
