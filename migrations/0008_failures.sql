-- Failures by what they have in common. Everything but what people decided about a group can be rebuilt from the log, and
-- must be once: the rows of tasks that were recorded before have no group yet.

-- The group of a task whose state is FAILURE or RETRY: the number of its fingerprint's label.
alter table eventhistory.task add failure_id int;
create index task_failure on eventhistory.task (failure_id, first_seen) where failure_id is not null;

-- One row per group and source. It holds nothing that depends on which failure came first; how many there were, and of which
-- tasks, is in the rollups of dimension `failure`.
create table eventhistory.failure_group (
    first_seen         timestamptz not null, -- the earliest failure or retry, by its worker's clock
    last_seen          timestamptz not null,
    last_failed        timestamptz,
    source_id          int not null,
    failure_id         int not null,
    fingerprint        uuid not null,        -- the digest of its label: the group's id everywhere outside of this database
    sample_key         uuid not null,        -- as task.key
    sample_fingerprint bigint not null,
    version            smallint not null,
    exception_type     text,
    title              text not null,
    culprit            text,
    sample_id          text,                 -- as task.id
    sample_exception   text,
    primary key (source_id, failure_id),
    check (first_seen <= last_seen and last_failed between first_seen and last_seen)
) with (fillfactor = 70);

-- What people decided about a group, and why. Kept for ever, and beyond rebuilds; the last one counts.
create table eventhistory.failure_state_change (
    id          bigint generated always as identity primary key,
    fingerprint uuid not null,
    changed_at  timestamptz not null default now(),
    changed_by  text not null,
    reason      text,
    state       text not null check (state in ('open', 'resolved', 'ignored')),
    until       timestamptz,
    until_count bigint check (until_count > 0),
    check (state = 'ignored' or (until is null and until_count is null))
);
create index failure_state_change_of on eventhistory.failure_state_change (fingerprint, id desc);

alter type eventhistory.rollup_dimension add value 'failure';
alter table eventhistory.rollup
    add name_id int not null default 0,
    drop constraint rollup_pkey,
    add primary key (source_id, resolution, dimension, at, label_id, name_id),
    add check (name_id = 0 or dimension not in ('all', 'name', 'worker', 'queue')); -- the new value can be named only when this is committed

create or replace function eventhistory.read_models(projection text default null) returns setof text language sql immutable as $$
    select of_table
      from (values ('tasks', 'task'), ('tasks', 'rollup'), ('tasks', 'worker_started'), ('tasks', 'failure_group'),
                   ('workers', 'worker'), ('workers', 'worker_mark'), ('workers', 'worker_minute'), ('workers', 'worker_counted')) m(name, of_table)
     where name = coalesce(projection, name)
$$;

-- An empty log has nothing to rebuild
update eventhistory.projection set version = 2
 where name = 'tasks' and not exists (select from eventhistory.source where next_position > 1);

-- A percentile of many histograms together, in seconds, as the program counts it: the duration of rank ceil(p * count).
create function eventhistory.histogram_percentile(histograms bytea[], p float8) returns float8 language sql immutable strict parallel safe as $$
    with total as (
        select b.bucket, sum(b.count) as count from unnest(histograms) h, eventhistory.histogram_buckets(h) b group by b.bucket
    ), ranked as (
        select bucket, sum(count) over (order by bucket) as rank, sum(count) over ()::float8 as count from total
    )
    select eventhistory.histogram_seconds(min(bucket)) from ranked where rank >= greatest(ceil(p * count), 1)
$$;

-- And of one.
create function eventhistory.histogram_percentile(histogram bytea, p float8) returns float8 language sql immutable strict parallel safe as $$
    select eventhistory.histogram_percentile(array[histogram], p)
$$;

comment on column eventhistory.task.failure_id is 'Of a task in state FAILURE or RETRY: its failure group, as failure_group.failure_id.';
comment on column eventhistory.rollup.name_id is 'Of dimension failure: the task''s name, a number of eventhistory.label, 0 if it is unknown. Of the others: 0.';
comment on column eventhistory.rollup.label_id is 'The name, worker, queue or failure group, a number of eventhistory.label; 0 for dimension all. Tasks of which it is unknown have no row there.';
comment on table eventhistory.failure_group is 'Failures that have exception type and places in the code in common: see docs/failures.md.';
comment on column eventhistory.failure_group.first_seen is 'The earliest failure or retry of this group, by its worker''s clock.';
comment on column eventhistory.failure_group.last_seen is 'The latest failure or retry.';
comment on column eventhistory.failure_group.last_failed is 'The latest failure; null: such tasks were tried again each time.';
comment on column eventhistory.failure_group.fingerprint is 'The group''s id in API and pages; the digest of its label, the same in every database.';
comment on column eventhistory.failure_group.version is 'Of the rules that tell groups apart.';
comment on column eventhistory.failure_group.sample_exception is 'Of the latest failure, or the latest retry if there is no failure; cut at 500 characters.';
comment on table eventhistory.failure_state_change is 'What people decided about failure groups; the last one of a group counts.';
comment on column eventhistory.failure_state_change.until is 'Ignored until then.';
comment on column eventhistory.failure_state_change.until_count is 'Ignored until so many more tasks failed; counted by minutes, from the one after the change.';
