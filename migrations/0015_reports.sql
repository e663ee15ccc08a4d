-- Searches that are kept under a name, reports of what they (or a ready question) find, and how each report was delivered: see docs/reports.md.

create table eventhistory.saved_query (
    id         uuid primary key,
    name       text not null unique,
    q          text not null,          -- as it was written: how long ago counts from whenever it is asked
    columns    text[] not null check (cardinality(columns) > 0),
    sort       text not null,
    descending bool not null,
    changed_at timestamptz not null,
    changed_by text not null
);

create table eventhistory.report (
    id          uuid primary key,
    name        text not null unique,
    kind        text not null check (kind in ('tasks', 'failures', 'slowest', 'runtimes', 'throughput', 'coverage')),
    saved_query uuid references eventhistory.saved_query (id),
    time_range  text,
    cron        text,
    time_zone   text not null,
    formats     text[] not null check (cardinality(formats) > 0),
    row_limit   int not null check (row_limit > 0),
    targets     jsonb not null,        -- with the secrets of webhooks: they sign what is sent
    changed_at  timestamptz not null,
    changed_by  text not null,
    check ((kind = 'tasks') = (saved_query is not null)),
    check (kind = 'tasks' or time_range is not null)
);
create index report_of_saved_query on eventhistory.report (saved_query) where saved_query is not null;

create table eventhistory.report_run (
    id         bigint generated always as identity primary key,
    report_id  uuid not null references eventhistory.report (id) on delete cascade,
    due_at     timestamptz not null,
    started_at timestamptz not null,
    ended_at   timestamptz,
    outcome    text check (outcome in ('made', 'failed')),
    problem    text,
    told_from  timestamptz,
    told_to    timestamptz,
    complete   bool,                   -- whether that time was recorded whole; null also where it cannot be told
    row_count  bigint,
    check ((ended_at is null) = (outcome is null)),
    check ((outcome = 'failed') = (problem is not null) or outcome is null)
);
create index report_run_of on eventhistory.report_run (report_id, id desc);
create index report_run_started on eventhistory.report_run (started_at);

create table eventhistory.report_file (
    run_id  bigint not null references eventhistory.report_run (id) on delete cascade,
    format  text not null check (format in ('html', 'csv', 'ndjson')),
    name    text not null,
    content bytea compression lz4 not null,
    primary key (run_id, format)
);

-- To one target each. Whoever sends it holds it until claimed_until: if that process dies, another one goes on.
create table eventhistory.delivery (
    id            uuid primary key default gen_random_uuid(),
    run_id        bigint not null references eventhistory.report_run (id) on delete cascade,
    place         text not null,       -- what goes to the same place goes one after the other
    target        jsonb not null,
    state         text not null default 'waiting' check (state in ('waiting', 'delivered', 'given_up')),
    attempts      int not null default 0,
    next_at       timestamptz not null,
    claimed_until timestamptz
);
create index delivery_of on eventhistory.delivery (run_id);
create index delivery_waiting on eventhistory.delivery (next_at) where state = 'waiting';

create table eventhistory.delivery_attempt (
    delivery_id uuid not null references eventhistory.delivery (id) on delete cascade,
    number      int not null,
    started_at  timestamptz not null,
    ended_at    timestamptz not null,
    problem     text,                  -- null: it arrived
    primary key (delivery_id, number)
);

comment on table eventhistory.saved_query is 'Searches that are kept under a name; API, pages and reports use the same.';
comment on table eventhistory.report is 'What is told again and again: of what, of which time, when, how, and to whom.';
comment on table eventhistory.report_run is 'Each time that a report was made, or could not be.';
comment on table eventhistory.delivery is 'Each report on its way to each of its targets.';
comment on table eventhistory.delivery_attempt is 'Each time that somebody tried to deliver it.';
