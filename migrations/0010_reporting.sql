-- Workflows by their root, and the promised views for reports: schema `reporting`, described in docs/reporting.md. What is in it stays as
-- it is; whatever is below it may change. A role needs usage on both schemas (some functions look into the lower one) and select on the
-- views alone: they read with the rights of their owner.

-- Few tasks are a part of a workflow, and for the others this costs nothing: a task that is its own root has no entry. Recording
-- waits while it is made: some seconds for ten million tasks.
create index task_root on eventhistory.task (root_key) where root_key <> key;

-- A traceback in one piece: frames are stored once for all failures at the same place. Where one exception led to another there are several
-- frames and several ends, with U+001E between them: see Traceback in EventHistory.Core, which this must equal.
create function eventhistory.traceback(frames text, ends text) returns text language sql immutable parallel safe as $$
    select case when frames is null then ends
                when strpos(frames, chr(30)) = 0 then frames || ends
                else (select string_agg(p.frames || p.ends, '' order by p.number)
                        from rows from (string_to_table(frames, chr(30)), string_to_table(ends, chr(30))) with ordinality p(frames, ends, number)) end
$$;

create schema reporting;

create view reporting.tasks as
select s.name as source,
       coalesce(t.id, t.key::text) as id,
       name.value as name,
       t.state,
       nullif(t.state_at, 'epoch') as state_at,
       t.first_seen,
       case when t.settled < 'infinity' then nullif(t.state_at, 'epoch') end as finished,
       t.sent, t.received, t.started, t.succeeded, t.failed, t.retried, t.revoked, t.rejected,
       t.runtime, t.queue_wait, t.worker_wait, t.retries,
       worker.value as worker, t.worker_pid, client.value as client, queue.value as queue, exchange.value as exchange, routing.value as routing_key,
       t.args, t.args_truncated, t.kwargs, t.kwargs_truncated, t.result, t.result_truncated,
       t.exception, eventhistory.traceback(frames.value, t.traceback) as traceback,
       encode(uuid_send(failure.digest), 'hex') as failure_group,
       coalesce(t.root_id, t.root_key::text) as root_id,
       coalesce(t.parent_id, t.parent_key::text) as parent_id,
       t.eta, t.expires, t.terminated, t.expired, t.signal,
       t.event_count as events,
       t.key,
       nullif(t.settled, 'infinity') as recorded_at,
       t.settled
  from eventhistory.task t
  join eventhistory.source s on s.id = t.source_id
  left join eventhistory.label name on name.id = t.name_id
  left join eventhistory.label worker on worker.id = t.worker_id
  left join eventhistory.label client on client.id = t.client_id
  left join eventhistory.label queue on queue.id = t.queue_id
  left join eventhistory.label exchange on exchange.id = t.exchange_id
  left join eventhistory.label routing on routing.id = t.routing_key_id
  left join eventhistory.label frames on frames.id = t.frames_id
  left join eventhistory.label failure on failure.id = t.failure_id;

comment on view reporting.tasks is 'One row per task. Times are UTC by the clocks of those who sent the events, durations are seconds, null means unknown.';
comment on column reporting.tasks.source is 'The broker that it was recorded from.';
comment on column reporting.tasks.id is 'The task''s id. To find one task quickly: where key = reporting.task_key(''…'').';
comment on column reporting.tasks.name is 'The task''s name; null if none of its events said it.';
comment on column reporting.tasks.state is 'PENDING, RECEIVED, STARTED, SUCCESS, FAILURE, RETRY, REVOKED, REJECTED, or an application''s own.';
comment on column reporting.tasks.state_at is 'When it came into this state.';
comment on column reporting.tasks.first_seen is 'Its earliest sign; 1970-01-01 if none of its events bears a usable time. Indexed: ranges of it are fast.';
comment on column reporting.tasks.finished is 'When it ended as SUCCESS, FAILURE, REVOKED or REJECTED; null while it has not.';
comment on column reporting.tasks.sent is 'When it was sent, last attempt; known if clients send task-sent.';
comment on column reporting.tasks.received is 'When a worker received it, last attempt.';
comment on column reporting.tasks.started is 'When a worker started it, last attempt.';
comment on column reporting.tasks.succeeded is 'When it succeeded.';
comment on column reporting.tasks.failed is 'When it failed for good.';
comment on column reporting.tasks.retried is 'When an attempt failed and was to be tried again, the last time.';
comment on column reporting.tasks.revoked is 'When it was revoked.';
comment on column reporting.tasks.rejected is 'When a worker rejected it.';
comment on column reporting.tasks.runtime is 'Seconds the successful run took, measured by the worker.';
comment on column reporting.tasks.queue_wait is 'Seconds from sent to received, last attempt.';
comment on column reporting.tasks.worker_wait is 'Seconds from received to started, last attempt.';
comment on column reporting.tasks.retries is 'Celery''s count: 0 for the first try.';
comment on column reporting.tasks.worker is 'Node name of the worker that had it last.';
comment on column reporting.tasks.worker_pid is 'Process id of that worker.';
comment on column reporting.tasks.client is 'Who sent it; known if clients send task-sent. So too with the next three.';
comment on column reporting.tasks.queue is 'The queue it was sent to.';
comment on column reporting.tasks.exchange is 'The exchange it was sent to.';
comment on column reporting.tasks.routing_key is 'The routing key it was sent with.';
comment on column reporting.tasks.args is 'Positional arguments as Python wrote them.';
comment on column reporting.tasks.args_truncated is 'True if args is not all there was: its sender cut it.';
comment on column reporting.tasks.kwargs is 'Keyword arguments as Python wrote them.';
comment on column reporting.tasks.kwargs_truncated is 'True if kwargs is not all there was.';
comment on column reporting.tasks.result is 'The result as Python wrote it.';
comment on column reporting.tasks.result_truncated is 'True if result is not all there was.';
comment on column reporting.tasks.exception is 'The exception of the latest failure or retry.';
comment on column reporting.tasks.traceback is 'The traceback of the latest failure or retry.';
comment on column reporting.tasks.failure_group is 'Of a task in state FAILURE or RETRY: its group, as failures.id.';
comment on column reporting.tasks.root_id is 'The first task of its workflow; its own id if that is itself.';
comment on column reporting.tasks.parent_id is 'The task that sent it.';
comment on column reporting.tasks.eta is 'Not to be run before, as its sender wrote it.';
comment on column reporting.tasks.expires is 'Not to be run after, as its sender wrote it.';
comment on column reporting.tasks.terminated is 'Of a revoked task: whether it was stopped while it ran.';
comment on column reporting.tasks.expired is 'Of a revoked task: whether it had expired.';
comment on column reporting.tasks.signal is 'Of a terminated task: the signal.';
comment on column reporting.tasks.events is 'How many events of it are in the log, repeated ones included.';
comment on column reporting.tasks.key is 'What tasks are indexed by: reporting.task_key of its id.';
comment on column reporting.tasks.recorded_at is 'When the last event of a finished task was recorded, by our clock; null: it is not finished.';
comment on column reporting.tasks.settled is 'The same, but infinity while it is not finished. Tasks are stored by days of it: a range of it reads only those days.';

create view reporting.events as
select s.name as source, e.position, e.recorded_at, e.occurred_at, e.type, e.task_id, e.hostname, e.body
  from eventhistory.event e join eventhistory.source s on s.id = e.source_id;

comment on view reporting.events is 'Every recorded event. A condition on it reads the whole log: for a stretch of time ask reporting.events_recorded(since, until), for one task reporting.task_events(id).';
comment on column reporting.events.source is 'The broker that it was recorded from.';
comment on column reporting.events.position is 'Its place in the log of its source, without gaps.';
comment on column reporting.events.recorded_at is 'When it was recorded, by our clock.';
comment on column reporting.events.occurred_at is 'When it was sent, by its sender''s clock; null: it bears no usable time.';
comment on column reporting.events.type is 'task-sent, task-received, worker-heartbeat, ….';
comment on column reporting.events.task_id is 'The task it is about; null: about none.';
comment on column reporting.events.hostname is 'Node name of its sender.';
comment on column reporting.events.body is 'The event verbatim.';

-- With the rights of their owner, as the views
create function reporting.events_recorded(since timestamptz, until timestamptz) returns setof reporting.events
language sql stable security definer set search_path = pg_catalog as $$
    select s.name, e.position, e.recorded_at, e.occurred_at, e.type, e.task_id, e.hostname, e.body
      from eventhistory.events_recorded(since, until) e join eventhistory.source s on s.id = e.source_id
$$;
comment on function reporting.events_recorded is 'The events that were recorded at or after since and before until.';

create function reporting.task_events(task_id text) returns setof reporting.events
language sql stable security definer set search_path = pg_catalog as $$
    select s.name, e.position, e.recorded_at, e.occurred_at, e.type, e.task_id, e.hostname, e.body
      from eventhistory.task_events(task_id) e join eventhistory.source s on s.id = e.source_id
$$;
comment on function reporting.task_events is 'One task''s events, in the order they were recorded.';

create function reporting.task_key(task_id text) returns uuid language sql immutable strict parallel safe as $$
    select eventhistory.task_key(task_id)
$$;
comment on function reporting.task_key is 'What tasks.key is for a task id.';

create function reporting.percentile(histograms bytea[], p float8) returns float8 language sql immutable strict parallel safe as $$
    select eventhistory.histogram_percentile(histograms, p)
$$;
comment on function reporting.percentile is 'The p-th percentile (0 to 1), in seconds, of all durations in some histograms together: percentile(array_agg(runtimes), 0.95). Wrong by 0.84 % at most.';

create view reporting.workers as
select s.name as source, host.value as hostname, w.first_seen, w.last_seen, w.last_heard, w.pid, w.freq as heartbeat_interval, w.active, w.processed,
       w.load_average[1] as load_1, w.load_average[2] as load_5, w.load_average[3] as load_15, w.software, w.software_version, w.software_system
  from eventhistory.worker w
  join eventhistory.source s on s.id = w.source_id
  join eventhistory.label host on host.id = w.host_id;

comment on view reporting.workers is 'Every worker that was ever heard, as it was when it was heard last.';
comment on column reporting.workers.source is 'The broker that it was recorded from.';
comment on column reporting.workers.hostname is 'Its node name.';
comment on column reporting.workers.first_seen is 'The earliest time its events bear, by its own clock.';
comment on column reporting.workers.last_seen is 'The latest time its events bear, by its own clock.';
comment on column reporting.workers.last_heard is 'When an event of it was recorded last, by our clock.';
comment on column reporting.workers.pid is 'Its process id.';
comment on column reporting.workers.heartbeat_interval is 'Seconds between its heartbeats.';
comment on column reporting.workers.active is 'Tasks it was running.';
comment on column reporting.workers.processed is 'Tasks it had started since its process started.';
comment on column reporting.workers.load_1 is 'Load average of its machine over 1 minute.';
comment on column reporting.workers.load_5 is 'Over 5 minutes.';
comment on column reporting.workers.load_15 is 'Over 15 minutes.';
comment on column reporting.workers.software is 'Such as py-celery.';
comment on column reporting.workers.software_version is 'Such as 5.4.0.';
comment on column reporting.workers.software_system is 'Such as Linux.';

create view reporting.worker_minutes as
select host.value as hostname, m.minute, m.pid, m.active, m.processed, m.load_average[1] as load_1
  from eventhistory.worker_minute m join eventhistory.label host on host.id = m.host_id;

comment on view reporting.worker_minutes is 'The last heartbeat of each worker process in each minute; a minute without one has no row.';
comment on column reporting.worker_minutes.hostname is 'The worker''s node name.';
comment on column reporting.worker_minutes.minute is 'When the minute began, by the worker''s clock.';
comment on column reporting.worker_minutes.pid is 'The process.';
comment on column reporting.worker_minutes.active is 'Tasks it was running.';
comment on column reporting.worker_minutes.processed is 'Tasks it had started since it started.';
comment on column reporting.worker_minutes.load_1 is 'Load average of its machine over 1 minute.';

create view reporting.failures as
select s.name as source,
       encode(uuid_send(g.fingerprint), 'hex') as id,
       g.title, g.exception_type, g.culprit, g.first_seen, g.last_seen, g.last_failed,
       case when c.state = 'resolved' and g.last_failed > c.changed_at then 'regressed'
            when c.state = 'ignored' and (c.until <= now() or c.until_count <= (
                 select coalesce(sum(r.failed), 0) from eventhistory.rollup r
                  where r.source_id = g.source_id and r.resolution = 'minute' and r.dimension = 'failure' and r.at > c.changed_at and r.label_id = g.failure_id)) then 'open'
            else coalesce(c.state, 'open') end as state,
       c.changed_at as state_changed_at, c.changed_by as state_changed_by, c.reason as state_reason,
       coalesce(g.sample_id, g.sample_key::text) as sample_task_id,
       g.sample_exception
  from eventhistory.failure_group g
  join eventhistory.source s on s.id = g.source_id
  left join lateral (select * from eventhistory.failure_state_change f where f.fingerprint = g.fingerprint order by f.id desc limit 1) c on true;

comment on view reporting.failures is 'Failures that have exception type and places in the code in common, one row per group and source.';
comment on column reporting.failures.source is 'The broker that they were recorded from.';
comment on column reporting.failures.id is 'The group''s id, the same in API and pages.';
comment on column reporting.failures.title is 'What it is about, in a line.';
comment on column reporting.failures.exception_type is 'With its module where the traceback tells it.';
comment on column reporting.failures.culprit is 'The innermost place of the application''s own code.';
comment on column reporting.failures.first_seen is 'The earliest failure or retry, by its worker''s clock.';
comment on column reporting.failures.last_seen is 'The latest failure or retry.';
comment on column reporting.failures.last_failed is 'The latest failure; null: such tasks were tried again each time.';
comment on column reporting.failures.state is 'open, resolved, ignored, or regressed: it was resolved and failed again.';
comment on column reporting.failures.state_changed_at is 'When somebody decided about it last; null: nobody has.';
comment on column reporting.failures.state_changed_by is 'Who did.';
comment on column reporting.failures.state_reason is 'And why.';
comment on column reporting.failures.sample_task_id is 'The latest task that failed so.';
comment on column reporting.failures.sample_exception is 'Its exception, cut at 500 characters.';

create view reporting.hourly_failures as
select s.name as source, r.at as hour, encode(uuid_send(failure.digest), 'hex') as failure_group, name.value as name, r.failed
  from eventhistory.rollup r
  join eventhistory.source s on s.id = r.source_id
  join eventhistory.label failure on failure.id = r.label_id
  left join eventhistory.label name on name.id = r.name_id
 where r.resolution = 'hour' and r.dimension = 'failure';

comment on view reporting.hourly_failures is 'Failed tasks by hour, failure group and name. Outlives the tasks.';
comment on column reporting.hourly_failures.source is 'The broker that they were recorded from.';
comment on column reporting.hourly_failures.hour is 'When the hour began in which they failed (UTC, their workers'' clocks).';
comment on column reporting.hourly_failures.failure_group is 'As failures.id.';
comment on column reporting.hourly_failures.name is 'The tasks'' name; null if unknown.';
comment on column reporting.hourly_failures.failed is 'How many ended as FAILURE.';

create view reporting.hourly_runtimes as
select s.name as source, r.at as hour, name.value as name, r.succeeded, r.failed, r.revoked, r.rejected, r.retries,
       r.runtime_count, (r.runtime_sum / nullif(r.runtime_count, 0))::float8 as runtime_mean,
       eventhistory.histogram_percentile(r.runtime, 0.5) as runtime_p50, eventhistory.histogram_percentile(r.runtime, 0.9) as runtime_p90,
       eventhistory.histogram_percentile(r.runtime, 0.95) as runtime_p95, eventhistory.histogram_percentile(r.runtime, 0.99) as runtime_p99,
       r.queue_wait_count, (r.queue_wait_sum / nullif(r.queue_wait_count, 0))::float8 as queue_wait_mean,
       eventhistory.histogram_percentile(r.queue_wait, 0.5) as queue_wait_p50, eventhistory.histogram_percentile(r.queue_wait, 0.95) as queue_wait_p95,
       r.worker_wait_count, (r.worker_wait_sum / nullif(r.worker_wait_count, 0))::float8 as worker_wait_mean,
       eventhistory.histogram_percentile(r.worker_wait, 0.5) as worker_wait_p50, eventhistory.histogram_percentile(r.worker_wait, 0.95) as worker_wait_p95,
       r.runtime as runtimes, r.queue_wait as queue_waits, r.worker_wait as worker_waits
  from eventhistory.rollup r
  join eventhistory.source s on s.id = r.source_id
  join eventhistory.label name on name.id = r.label_id
 where r.resolution = 'hour' and r.dimension = 'name';

comment on view reporting.hourly_runtimes is 'Finished tasks by hour and name: how many, how long they ran and waited. Outlives the tasks. Percentiles of longer times or of many names: reporting.percentile over the histograms; those of hours must not be averaged.';
comment on column reporting.hourly_runtimes.source is 'The broker that they were recorded from.';
comment on column reporting.hourly_runtimes.hour is 'When the hour began in which they ended (UTC, their senders'' clocks).';
comment on column reporting.hourly_runtimes.name is 'The tasks'' name. Tasks of which it is unknown are not counted here.';
comment on column reporting.hourly_runtimes.succeeded is 'How many ended as SUCCESS.';
comment on column reporting.hourly_runtimes.failed is 'How many ended as FAILURE.';
comment on column reporting.hourly_runtimes.revoked is 'How many ended as REVOKED.';
comment on column reporting.hourly_runtimes.rejected is 'How many ended as REJECTED.';
comment on column reporting.hourly_runtimes.retries is 'Of all these tasks, in total.';
comment on column reporting.hourly_runtimes.runtime_count is 'Tasks whose runtime is known: those that succeeded.';
comment on column reporting.hourly_runtimes.runtime_mean is 'Seconds, exact.';
comment on column reporting.hourly_runtimes.runtime_p50 is 'Half of them took no more seconds than this; wrong by 0.84 % at most, as all percentiles here.';
comment on column reporting.hourly_runtimes.runtime_p90 is '90 % took no more seconds.';
comment on column reporting.hourly_runtimes.runtime_p95 is '95 % took no more seconds.';
comment on column reporting.hourly_runtimes.runtime_p99 is '99 % took no more seconds.';
comment on column reporting.hourly_runtimes.queue_wait_count is 'Tasks whose time from sent to received (last attempt) is known.';
comment on column reporting.hourly_runtimes.queue_wait_mean is 'Seconds, exact.';
comment on column reporting.hourly_runtimes.queue_wait_p50 is 'Half of them waited no more seconds.';
comment on column reporting.hourly_runtimes.queue_wait_p95 is '95 % waited no more seconds.';
comment on column reporting.hourly_runtimes.worker_wait_count is 'Tasks whose time from received to started (last attempt) is known.';
comment on column reporting.hourly_runtimes.worker_wait_mean is 'Seconds, exact.';
comment on column reporting.hourly_runtimes.worker_wait_p50 is 'Half of them waited no more seconds.';
comment on column reporting.hourly_runtimes.worker_wait_p95 is '95 % waited no more seconds.';
comment on column reporting.hourly_runtimes.runtimes is 'Histogram of the runtimes, for reporting.percentile.';
comment on column reporting.hourly_runtimes.queue_waits is 'Histogram of the times in the queue.';
comment on column reporting.hourly_runtimes.worker_waits is 'Histogram of the times in the worker.';

create view reporting.coverage as
select s.name as source, 'recorded' as kind, r.started_at as since, coalesce(r.ended_at, r.last_alive_at) as until, null::bigint as messages,
       case when r.ended_at is null then 'it goes on' else concat_ws(': ', r.ended_how, r.ended_why) end as detail
  from eventhistory.recorder_run r join eventhistory.source s on s.id = r.source_id
 union all
select s.name, g.kind, g.after_time, g.before_time, g.messages, null
  from eventhistory.gap g join eventhistory.source s on s.id = g.source_id
 union all
select s.name, 'unreadable', coalesce(m.sent_about, m.recorded_at), coalesce(m.sent_about, m.recorded_at), 1, m.reason
  from eventhistory.rejected_message m join eventhistory.source s on s.id = m.source_id;

comment on view reporting.coverage is 'When it was recorded, and what is missing. A time that no recorder ran is no loss while the broker''s stream keeps what is sent; a gap is. GET /api/v1/coverage judges.';
comment on column reporting.coverage.source is 'The broker.';
comment on column reporting.coverage.kind is 'recorded: a run of the recorder. truncated: the broker had dropped messages before they were read. new-epoch: the stream was deleted and made anew. unreadable: a message that is no event.';
comment on column reporting.coverage.since is 'Its beginning; of a gap: all that was sent before is recorded. Null: unknown.';
comment on column reporting.coverage.until is 'Its end; of a run that goes on: its last sign of life.';
comment on column reporting.coverage.messages is 'How many messages are missing, at most; null: unknown, or none.';
comment on column reporting.coverage.detail is 'How and why a run ended; why a message could not be read.';
