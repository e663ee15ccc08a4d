-- What we do and find is an event, too: each change of a finding, a decision, a pin, the retention policy, … puts one into `own_event`, in
-- its own transaction, whoever makes it. The recorder moves what waits there to the log: see docs/log.md.

create table eventhistory.own_event (
    id        bigint generated always as identity primary key,
    source_id int references eventhistory.source, -- whose log it goes to; null: that of whichever recorder comes first
    noted_at  timestamptz not null,
    body      json not null check ((json_typeof(body) = 'object' and body ->> 'type' like 'eventhistory-_%') is true)
);

-- Where in the log those about a task are, so that they can be erased with it.
create table eventhistory.own_event_place (
    source_id int not null references eventhistory.source,
    task_key  uuid not null,               -- as task.key
    position  bigint not null,
    primary key (source_id, task_key, position)
);

-- As Celery words its events; our name is `eventhistory`.
create function eventhistory.tell(type text, about json, of_source int default null) returns void language sql as $$
    insert into eventhistory.own_event (source_id, noted_at, body)
    select of_source, now.at, format('{"type":%s,"timestamp":%s,"hostname":"eventhistory",%s', to_json(type), extract(epoch from now.at),
               substr(about::text, 2))::json
      from (select clock_timestamp() as at) now
$$;

create function eventhistory.tell_finding(f eventhistory.finding, type text) returns void language sql as $$
    select eventhistory.tell(type, json_strip_nulls(json_build_object('finding', f.id, 'kind', f.kind, 'task', coalesce(f.task_id, f.task_key::text),
               'state', f.task_state, 'task_name', name.value, 'queue_name', queue.value, 'worker', worker.value,
               'failure_group', replace(f.fingerprint::text, '-', ''), 'since', extract(epoch from f.since), 'resolution', f.resolution)), f.source_id)
      from (select) one
      left join eventhistory.label name on name.id = f.task_name_id
      left join eventhistory.label queue on queue.id = f.queue_id
      left join eventhistory.label worker on worker.id = f.worker_id
$$;

create function eventhistory.tell_change() returns trigger language plpgsql as $$
declare
    change text := case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'deleted' end;
begin
    case tg_table_name
    when 'finding' then
        perform eventhistory.tell_finding(new, case new.kind
            when 'worker-silent' then case tg_op when 'INSERT' then 'eventhistory-worker-silent' else 'eventhistory-worker-silence-over' end
            when 'failure-regressed' then case tg_op when 'INSERT' then 'eventhistory-failure-regressed' else 'eventhistory-failure-regression-over' end
            else case tg_op when 'INSERT' then 'eventhistory-stuck-found' else 'eventhistory-stuck-resolved' end end);
    when 'failure_state_change' then
        perform eventhistory.tell('eventhistory-failure-decided', json_strip_nulls(json_build_object('failure_group', replace(new.fingerprint::text, '-', ''),
            'decision', new.state, 'by', new.changed_by, 'why', new.reason, 'until', extract(epoch from new.until), 'until_count', new.until_count)));
    when 'pin' then
        if tg_op = 'DELETE' then
            perform eventhistory.tell('eventhistory-task-unpinned', json_build_object('task', coalesce(old.id, old.key::text)), old.source_id);
        else
            perform eventhistory.tell('eventhistory-task-pinned',
                json_strip_nulls(json_build_object('task', coalesce(new.id, new.key::text), 'by', new."by", 'why', new.why)), new.source_id);
        end if;
    when 'retention_policy' then
        perform eventhistory.tell('eventhistory-retention-changed', json_build_object('policy', case when tg_op <> 'DELETE' then new.policy end));
    when 'prune_receipt' then
        perform eventhistory.tell('eventhistory-pruned', json_strip_nulls(json_build_object('receipt', new.id, 'of', new.kind, 'day', new.day,
            'tasks', nullif(new.tasks, 0), 'states', nullif(new.states, '{}'), 'rows', nullif(new.rows, 0))));
    when 'erasure' then
        perform eventhistory.tell(case tg_op when 'INSERT' then 'eventhistory-erasure-requested' else 'eventhistory-erased' end,
            json_strip_nulls(json_build_object('erasure', new.id, 'by', new.requested_by, 'why', new.reason, 'tasks', t.tasks, 'events', t.events)))
           from (select count(*) as tasks, sum(events) as events from eventhistory.erased_task where erasure_id = new.id) t;
    when 'saved_query' then
        perform eventhistory.tell('eventhistory-saved-query-' || change, json_strip_nulls(json_build_object('saved_query', coalesce(new.id, old.id),
            'title', coalesce(new.name, old.name), 'by', new.changed_by)));
    when 'report' then
        perform eventhistory.tell('eventhistory-report-' || change, json_strip_nulls(json_build_object('report', coalesce(new.id, old.id),
            'title', coalesce(new.name, old.name), 'of', coalesce(new.kind, old.kind), 'cron', new.cron, 'time_zone', new.time_zone, 'by', new.changed_by)));
    when 'job_run' then
        perform eventhistory.tell('eventhistory-job-asked', json_strip_nulls(json_build_object('run', new.id, 'job', new.job, 'subject', new.subject)));
    when 'projection' then
        perform eventhistory.tell('eventhistory-rebuilt', json_build_object('projection', new.name, 'version', new.version));
    end case;
    return null;
end $$;

create trigger found after insert on eventhistory.finding for each row execute function eventhistory.tell_change();
create trigger over after update on eventhistory.finding for each row when (old.resolved_at is null and new.resolved_at is not null)
    execute function eventhistory.tell_change();
create trigger decided after insert on eventhistory.failure_state_change for each row execute function eventhistory.tell_change();
create trigger changed after insert or update or delete on eventhistory.pin for each row execute function eventhistory.tell_change();
create trigger changed after insert or update or delete on eventhistory.retention_policy for each row execute function eventhistory.tell_change();
create trigger valid_at_once after insert on eventhistory.prune_receipt for each row when (new.pruned_at is not null) execute function eventhistory.tell_change();
create trigger valid after update on eventhistory.prune_receipt for each row when (old.pruned_at is null and new.pruned_at is not null)
    execute function eventhistory.tell_change();
create trigger requested after insert on eventhistory.erasure for each row execute function eventhistory.tell_change();
create trigger finished after update on eventhistory.erasure for each row when (old.finished_at is null and new.finished_at is not null)
    execute function eventhistory.tell_change();
create trigger changed after insert or update or delete on eventhistory.saved_query for each row execute function eventhistory.tell_change();
create trigger changed after insert or update or delete on eventhistory.report for each row execute function eventhistory.tell_change();
create trigger asked after insert on eventhistory.job_run for each row when (new.cause = 'asked') execute function eventhistory.tell_change();
create trigger rebuilt after update on eventhistory.projection for each row when (new.rebuilt_at is distinct from old.rebuilt_at)
    execute function eventhistory.tell_change();

comment on table eventhistory.own_event is 'Our own events that wait to be put into the log.';
comment on table eventhistory.own_event_place is 'Where in the log our own events about a task are.';
comment on column eventhistory.event_segment.first_offset is 'Of the messages it came from; of our own events: where the stream stood, -1: nothing of it was recorded yet.';
