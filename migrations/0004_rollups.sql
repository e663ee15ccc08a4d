-- Finished tasks, counted per minute and per hour. Can be rebuilt from the log; outlives the tasks. Creates only; takes
-- no lock on anything that exists.

create type eventhistory.rollup_resolution as enum ('minute', 'hour');
create type eventhistory.rollup_dimension as enum ('all', 'name', 'worker', 'queue');

-- Wide columns first: nothing is lost to alignment. Counts are bigint and sums numeric because a clock that stands still
-- puts all tasks for ever into the same minute. No check that they are positive: see Rollup in EventHistory.Core.
create table eventhistory.rollup (
    at                timestamptz not null,
    succeeded         bigint not null,
    failed            bigint not null,
    revoked           bigint not null,
    rejected          bigint not null,
    retries           bigint not null,
    runtime_count     bigint not null,
    queue_wait_count  bigint not null,
    worker_wait_count bigint not null,
    source_id         int not null,
    resolution        eventhistory.rollup_resolution not null,
    dimension         eventhistory.rollup_dimension not null,
    label_id          int not null,
    runtime_sum       numeric not null,
    queue_wait_sum    numeric not null,
    worker_wait_sum   numeric not null,
    runtime           bytea compression lz4 not null,
    queue_wait        bytea compression lz4 not null,
    worker_wait       bytea compression lz4 not null,
    -- time before label: what is read grows with the range asked for, not with the history; and the row of one label is
    -- found by probing each of a range's hours
    primary key (source_id, resolution, dimension, at, label_id),
    check (at = date_bin(case resolution when 'minute' then interval '1 minute' else interval '1 hour' end, at, timestamptz '1970-01-01 00:00:00+00')),
    check ((dimension = 'all') = (label_id = 0))
) partition by list (resolution);

create table eventhistory.rollup_minute partition of eventhistory.rollup for values in ('minute');

-- Few rows, each rewritten for an hour, with every batch: half a page free, and rows of half a page left whole, so that an
-- update finds room beside the old version and needs no vacuum. What is longer leaves its old parts to the vacuum, at once.
create table eventhistory.rollup_hour partition of eventhistory.rollup for values in ('hour')
    with (fillfactor = 50, toast_tuple_target = 4000, toast.autovacuum_vacuum_cost_delay = 0);

-- A histogram's buckets in use; both functions as HistogramLayout and Histogram in EventHistory.Core, for ever.
create function eventhistory.histogram_buckets(histogram bytea) returns table (bucket int, count bigint)
language plpgsql immutable strict parallel safe as $$
declare
    bytes bytea := histogram || ''; -- fetched once, not for each byte
    next int := 0;
    byte int;
    shift int;
    number bigint;
begin
    bucket := 0;
    while next < length(bytes) loop
        number := 0;
        shift := 0;
        loop
            byte := get_byte(bytes, next);
            next := next + 1;
            number := number | ((byte & 127)::bigint << shift);
            exit when byte < 128;
            shift := shift + 7;
        end loop;
        bucket := bucket + (number >> 1)::int;
        if number & 1 = 0 then
            count := 1;
        else
            number := 0;
            shift := 0;
            loop
                byte := get_byte(bytes, next);
                next := next + 1;
                number := number | ((byte & 127)::bigint << shift);
                exit when byte < 128;
                shift := shift + 7;
            end loop;
            count := (number >> 1 & x'7fffffffffffffff'::bigint) # -(number & 1);
        end if;
        return next;
    end loop;
end $$;

-- The duration that stands for all of a bucket, in seconds.
create function eventhistory.histogram_seconds(bucket int) returns float8 language sql immutable strict parallel safe as $$
    select case when bucket < 128 then bucket
                when bucket = 3328 then 1::bigint << 57
                else ((bucket - 64 * s)::bigint << s) + (1::bigint << (s - 1)) end::float8 / 1e9
      from (select bucket / 64 - 1) as shift(s)
$$;

comment on table eventhistory.rollup is 'Finished tasks by the minute and the hour in which they finished (their sender''s clock, UTC): all, and by name, worker and queue. Rows of one dimension and range add up to any longer range; see docs/rollups.md.';
comment on column eventhistory.rollup.at is 'When the minute or hour began.';
comment on column eventhistory.rollup.succeeded is 'Tasks that ended as SUCCESS; failed, revoked and rejected likewise.';
comment on column eventhistory.rollup.retries is 'Of all these tasks, in total.';
comment on column eventhistory.rollup.runtime_count is 'Tasks whose runtime is known.';
comment on column eventhistory.rollup.queue_wait_count is 'Tasks whose time from sent to received (last attempt) is known.';
comment on column eventhistory.rollup.worker_wait_count is 'Tasks whose time from received to started (last attempt) is known.';
comment on column eventhistory.rollup.label_id is 'The name, worker or queue, a number of eventhistory.label; 0 for dimension all. Tasks of which it is unknown have no row there.';
comment on column eventhistory.rollup.runtime_sum is 'Seconds, exact to the nanosecond; a task counts for at most 144115188 s.';
comment on column eventhistory.rollup.queue_wait_sum is 'Seconds, as runtime_sum.';
comment on column eventhistory.rollup.worker_wait_sum is 'Seconds, as runtime_sum.';
comment on column eventhistory.rollup.runtime is 'Histogram: for each bucket in use, ascending, varint(distance to the bucket before * 2 + 1 if a count follows) and varint(zigzag(count)); without one the count is 1. Bucket of n whole nanoseconds: n below 64, else 64*s + (n >> s) with s = floor(log2 n) - 6; the last one, 3328, from 2^57. Percentiles are off by 0.84 % at most.';
comment on column eventhistory.rollup.queue_wait is 'Histogram, as runtime.';
comment on column eventhistory.rollup.worker_wait is 'Histogram, as runtime.';
