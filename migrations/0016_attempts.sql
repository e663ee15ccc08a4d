-- The attempts of tasks, for reports in SQL, which cannot infer them from events. Adds a column that is null for tasks of one attempt, which takes
-- no time; rows that were recorded before have no others, so the tasks must be rebuilt once.

alter table eventhistory.task add column attempts text compression lz4;

comment on column eventhistory.task.attempts is 'Its attempts, as JSON. Null: there is one, and the row tells it.';

-- An empty log has nothing to rebuild
update eventhistory.projection set version = 3
 where name = 'tasks' and not exists (select from eventhistory.source where next_position > 1);

create view reporting.attempts as
select s.name as source,
       coalesce(t.id, t.key::text) as task_id,
       name.value as name,
       a.number, a.state, nullif(a.state_at, 'epoch') as state_at, a.sent, a.received, a.started, a.ended,
       a.worker, a.worker_pid, a.queue_wait, a.worker_wait,
       t.first_seen, t.key, t.settled
  from eventhistory.task t
  join eventhistory.source s on s.id = t.source_id
 cross join lateral (
       select t.retries as number, t.state, t.state_at, t.sent, t.received, t.started,
              case when t.settled < 'infinity' or t.state in ('RETRY', 'CANCELLED') then t.state_at end as ended,
              (select l.value from eventhistory.label l where l.id = t.worker_id) as worker, t.worker_pid, t.queue_wait, t.worker_wait
        where t.attempts is null
       union all
       select * from json_to_recordset(t.attempts::json) as a(number int, state text, state_at timestamptz, sent timestamptz, received timestamptz,
              started timestamptz, ended timestamptz, worker text, worker_pid int, queue_wait real, worker_wait real)
        where t.attempts is not null) a
  left join eventhistory.label name on name.id = t.name_id;

comment on view reporting.attempts is 'One row per try at a task; most tasks have one. Times are UTC by the clocks of those who sent the events, durations are seconds, null means unknown.';
comment on column reporting.attempts.source is 'The broker that it was recorded from.';
comment on column reporting.attempts.task_id is 'The task, as tasks.id.';
comment on column reporting.attempts.name is 'The task''s name.';
comment on column reporting.attempts.number is 'Celery''s retries: 0 for the first try.';
comment on column reporting.attempts.state is 'What became of this try, as tasks.state.';
comment on column reporting.attempts.state_at is 'When it came into this state.';
comment on column reporting.attempts.sent is 'When it was sent; known if clients send task-sent.';
comment on column reporting.attempts.received is 'When a worker received it.';
comment on column reporting.attempts.started is 'When a worker started it.';
comment on column reporting.attempts.ended is 'When it succeeded, failed, was revoked, rejected, or failed and was to be tried again; null: it has not.';
comment on column reporting.attempts.worker is 'Node name of the worker that had it last.';
comment on column reporting.attempts.worker_pid is 'Process id of that worker.';
comment on column reporting.attempts.queue_wait is 'Seconds from sent to received.';
comment on column reporting.attempts.worker_wait is 'Seconds from received to started.';
comment on column reporting.attempts.first_seen is 'Of the task, as tasks.first_seen. Indexed: ranges of it are fast.';
comment on column reporting.attempts.key is 'Of the task, as tasks.key: where key = reporting.task_key(''…'') is fast.';
comment on column reporting.attempts.settled is 'Of the task, as tasks.settled.';
