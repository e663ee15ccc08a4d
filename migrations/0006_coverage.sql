-- What is missing, and how that is known: when the missing messages of a gap were sent, when a recorder ran, and what
-- the workers themselves counted. Existing gaps get their times from the segments around them.

alter table eventhistory.gap
    add column after_time  timestamptz,   -- the missing messages were sent after this; null: unknown
    add column before_time timestamptz,   -- and before this
    add check (after_time <= before_time);

update eventhistory.gap g
   set after_time = case when before.time is not null then least(before.time, after.time, g.noticed_at) end,
       before_time = coalesce(after.time, g.noticed_at)
  from eventhistory.gap o
  left join lateral (
       select least(s.max_time, s.recorded_at) as time from eventhistory.event_segment s
        where s.source_id = o.source_id and s.first_position < o.position order by s.first_position desc limit 1) before on true
  left join lateral (
       select least(s.min_time, o.noticed_at) as time from eventhistory.event_segment s
        where s.source_id = o.source_id and s.first_position >= o.position order by s.first_position limit 1) after on true
 where o.id = g.id;

alter table eventhistory.gap alter column before_time set not null;
create index gap_time on eventhistory.gap (source_id, before_time);

-- Around when a rejected message was sent, by the events beside it; null in older rows.
alter table eventhistory.rejected_message add column sent_about timestamptz;

create index rejected_message_time on eventhistory.rejected_message (source_id, coalesce(sent_about, recorded_at));

-- One row per run of a recorder: from the moment it reads the stream until it stops doing so. Times are by the clock of
-- its machine, unless they say otherwise.
create table eventhistory.recorder_run (
    id            bigint generated always as identity primary key,
    source_id     int not null references eventhistory.source,
    host          text,                  -- the machine; null: not noted
    pid           int,
    started_at    timestamptz not null,
    last_alive_at timestamptz not null,  -- moved with every commit, and every 10 s when there is none
    recorded_from timestamptz,           -- when the first events that it read were sent, by their senders' clocks
    recorded_to   timestamptz,           -- all that was sent before is recorded; when it was read up to the end: our clock, else the senders'
    ended_at      timestamptz,
    ended_how     text check (ended_how in ('stopped', 'interrupted', 'vanished', 'unknown')),
    ended_why     text,
    check ((ended_at is null) = (ended_how is null)),
    check (last_alive_at >= started_at),
    check (ended_at >= started_at)
);

-- One writer, so one run: a successor closes what its predecessor left open.
create unique index recorder_run_open on eventhistory.recorder_run (source_id) where ended_at is null;
create index recorder_run_time on eventhistory.recorder_run (source_id, started_at);

-- What was recorded before runs were kept
insert into eventhistory.recorder_run (source_id, started_at, last_alive_at, recorded_from, recorded_to, ended_at, ended_how)
select source_id, min(recorded_at), max(recorded_at), least(min(recorded_at), (array_agg(min_time order by first_position))[1]),
       (array_agg(least(max_time, recorded_at) order by first_position desc))[1], max(recorded_at), 'unknown'
  from eventhistory.event_segment group by source_id;

-- The independent check: tasks that a worker process started, by its task-started events in the log and by its own count.
-- Per minute, hour and day (UTC) of the worker's clock, so that a year is as cheap to look at as an hour.
create table eventhistory.worker_started (
    span    int not null check (span in (60, 3600, 86400)), -- seconds
    since   timestamptz not null,
    host_id int not null,
    pid     int not null,
    started bigint not null check (started > 0), -- task-started events, repeated ones once
    primary key (span, since, host_id, pid)
) partition by list (span); -- or a year of days would lie scattered among its minutes

create table eventhistory.worker_counted (
    span            int not null check (span in (60, 3600, 86400)),
    since           timestamptz not null,
    host_id         int not null,
    pid             int not null,
    first_at        timestamptz not null,  -- of the first heartbeat with a count
    first_processed bigint not null,       -- tasks that the process had started by then
    last_at         timestamptz not null,
    last_processed  bigint not null,
    primary key (span, since, host_id, pid),
    check (first_at >= since and last_at >= first_at and last_at < since + span * interval '1 second')
) partition by list (span);

-- what grows now is written with every batch: room for that on the same page
create table eventhistory.worker_started_minute partition of eventhistory.worker_started for values in (60) with (fillfactor = 80);
create table eventhistory.worker_started_hour partition of eventhistory.worker_started for values in (3600) with (fillfactor = 80);
create table eventhistory.worker_started_day partition of eventhistory.worker_started for values in (86400) with (fillfactor = 80);
create table eventhistory.worker_counted_minute partition of eventhistory.worker_counted for values in (60) with (fillfactor = 80);
create table eventhistory.worker_counted_hour partition of eventhistory.worker_counted for values in (3600) with (fillfactor = 80);
create table eventhistory.worker_counted_day partition of eventhistory.worker_counted for values in (86400) with (fillfactor = 80);
