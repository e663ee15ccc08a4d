-- What runs by itself: a row per run of a job, what the watching jobs found, and how large the history was. Schedules are Quartz.NET's own
-- tables, which it makes itself, in a schema of their own.

create schema quartz;

create table eventhistory.job_run (
    id          bigint generated always as identity primary key,
    job         text not null,
    subject     text,                               -- of jobs with many schedules: whose this was
    due_at      timestamptz not null,
    cause       text not null check (cause in ('schedule', 'missed', 'asked', 'recovery')),
    instance    text not null,
    started_at  timestamptz not null default now(),
    ended_at    timestamptz,
    outcome     text check (outcome in ('done', 'failed', 'cancelled', 'lost')),
    step        text,
    step_at     timestamptz,
    done        bigint,
    total       bigint,
    counts      json,
    bytes_freed bigint check (bytes_freed >= 0),
    error       text,
    check ((ended_at is null) = (outcome is null)),
    check (error is null or outcome = 'failed')
);

-- However many processes there are, a time that comes is one run; and nothing runs beside itself
create unique index job_run_once on eventhistory.job_run (job, coalesce(subject, ''), due_at) where cause = 'schedule';
create unique index job_run_open on eventhistory.job_run (job, coalesce(subject, '')) where ended_at is null;
create index job_run_of on eventhistory.job_run (job, id);

-- What was found to be wrong, from when it was found until it was over. Not read models: a rebuild leaves them alone.
create table eventhistory.finding (
    id           bigint generated always as identity primary key,
    kind         text not null check (kind in ('never-received', 'stuck-in-prefetch', 'started-on-silent-worker', 'running-too-long', 'retry-never-came-back',
                                               'eta-overdue', 'worker-silent', 'failure-regressed')),
    source_id    int not null references eventhistory.source,
    since        timestamptz not null,
    found_at     timestamptz not null default now(),
    resolved_at  timestamptz,
    resolution   text,
    task_key     uuid,                              -- as task.key
    task_id      text,                              -- as task.id
    task_state   text,
    task_name_id int,
    queue_id     int,
    worker_id    int,                               -- the worker that is silent, or that has the task
    fingerprint  uuid,                              -- as failure_group.fingerprint
    check (case kind when 'worker-silent' then worker_id is not null and task_key is null and fingerprint is null
                     when 'failure-regressed' then fingerprint is not null and task_key is null and worker_id is null
                     else task_key is not null and task_state is not null and fingerprint is null end),
    check ((resolved_at is null) = (resolution is null))
);
create unique index finding_open_task on eventhistory.finding (source_id, task_key) where resolved_at is null and task_key is not null;
create unique index finding_open_worker on eventhistory.finding (source_id, worker_id) where resolved_at is null and kind = 'worker-silent';
create unique index finding_open_failure on eventhistory.finding (source_id, fingerprint) where resolved_at is null and kind = 'failure-regressed';
create index finding_kind on eventhistory.finding (kind, id);
create index finding_resolved on eventhistory.finding (resolved_at) where resolved_at is not null;

-- The last measurement of each day (UTC).
create table eventhistory.storage_day (
    day         date not null,
    part        text not null check (part in ('log', 'tasks', 'rollups', 'workers', 'failures', 'labels', 'other')),
    measured_at timestamptz not null,
    bytes       bigint not null check (bytes >= 0),
    rows        bigint not null check (rows >= 0), -- as PostgreSQL estimates
    primary key (day, part)
);

comment on table eventhistory.job_run is 'Every run of a job of the last 30 days; see docs/jobs.md.';
comment on column eventhistory.job_run.due_at is 'When it should have begun.';
comment on column eventhistory.job_run.cause is 'schedule; missed: its time came while nothing ran; asked: somebody wanted it; recovery: the run before did not come to its end.';
comment on column eventhistory.job_run.instance is 'The process that ran it.';
comment on column eventhistory.job_run.outcome is 'done; failed, with the error; cancelled: the process was asked to stop; lost: the process is gone without a word. Null: it runs.';
comment on column eventhistory.job_run.counts is 'What it did, by name.';
comment on table eventhistory.finding is 'What the watching jobs found: stuck tasks, silent workers, failure groups that came back. Resolved ones go after 30 days.';
comment on column eventhistory.finding.since is 'From when on it was so, by the clock of the task''s senders; of a worker: by ours.';
comment on column eventhistory.finding.task_state is 'The task''s, when it was found.';
comment on table eventhistory.storage_day is 'How large the parts of the history were.';
