-- What all migrations add up to. Written by `make golden`.

-- columns
delivery.id uuid not null
delivery.run_id bigint not null
delivery.place text not null
delivery.target jsonb not null
delivery.state text not null
delivery.attempts integer not null
delivery.next_at timestamp with time zone not null
delivery.claimed_until timestamp with time zone
delivery_attempt.delivery_id uuid not null
delivery_attempt.number integer not null
delivery_attempt.started_at timestamp with time zone not null
delivery_attempt.ended_at timestamp with time zone not null
delivery_attempt.problem text
erased_start.span integer not null
erased_start.since timestamp with time zone not null
erased_start.host_id integer not null
erased_start.pid integer not null
erased_start.started bigint not null
erased_task.erasure_id bigint not null
erased_task.source_id integer not null
erased_task.key uuid not null
erased_task.events bigint
erasure.id bigint not null
erasure.requested_at timestamp with time zone not null
erasure.requested_by text not null
erasure.reason text not null
erasure.finished_at timestamp with time zone
event.source_id integer
event.position bigint
event.recorded_at timestamp with time zone
event.occurred_at timestamp with time zone
event.type text
event.task_id text
event.hostname text
event.body json
event_segment.source_id integer not null
event_segment.first_position bigint not null
event_segment.event_count integer not null
event_segment.epoch integer not null
event_segment.first_offset bigint not null
event_segment.last_offset bigint not null
event_segment.recorded_at timestamp with time zone not null
event_segment.min_time timestamp with time zone
event_segment.max_time timestamp with time zone
event_segment.types integer[] not null
event_segment.odd_escapes boolean not null
event_segment.body text not null
event_segment.chain bytea not null
event_segment.part_counts integer[]
event_segment.part_recorded_at timestamp with time zone[]
event_segment.removed int8multirange
event_segment.removed_digests bytea
event_segment.seal bytea
failure_group.first_seen timestamp with time zone not null
failure_group.last_seen timestamp with time zone not null
failure_group.last_failed timestamp with time zone
failure_group.source_id integer not null
failure_group.failure_id integer not null
failure_group.fingerprint uuid not null
failure_group.sample_key uuid not null
failure_group.sample_fingerprint bigint not null
failure_group.version smallint not null
failure_group.exception_type text
failure_group.title text not null
failure_group.culprit text
failure_group.sample_id text
failure_group.sample_exception text
failure_state_change.id bigint not null
failure_state_change.fingerprint uuid not null
failure_state_change.changed_at timestamp with time zone not null
failure_state_change.changed_by text not null
failure_state_change.reason text
failure_state_change.state text not null
failure_state_change.until timestamp with time zone
failure_state_change.until_count bigint
finding.id bigint not null
finding.kind text not null
finding.source_id integer not null
finding.since timestamp with time zone not null
finding.found_at timestamp with time zone not null
finding.resolved_at timestamp with time zone
finding.resolution text
finding.task_key uuid
finding.task_id text
finding.task_state text
finding.task_name_id integer
finding.queue_id integer
finding.worker_id integer
finding.fingerprint uuid
gap.id bigint not null
gap.source_id integer not null
gap.noticed_at timestamp with time zone not null
gap.kind text not null
gap.epoch integer not null
gap.after_offset bigint
gap.next_offset bigint not null
gap.messages bigint
gap.position bigint not null
gap.after_time timestamp with time zone
gap.before_time timestamp with time zone not null
job_run.id bigint not null
job_run.job text not null
job_run.subject text
job_run.due_at timestamp with time zone not null
job_run.cause text not null
job_run.instance text not null
job_run.started_at timestamp with time zone not null
job_run.ended_at timestamp with time zone
job_run.outcome text
job_run.step text
job_run.step_at timestamp with time zone
job_run.done bigint
job_run.total bigint
job_run.counts json
job_run.bytes_freed bigint
job_run.error text
label.id integer not null
label.digest uuid not null
label.value text not null
own_event.id bigint not null
own_event.source_id integer
own_event.noted_at timestamp with time zone not null
own_event.body json not null
own_event_place.source_id integer not null
own_event_place.task_key uuid not null
own_event_place.position bigint not null
pin.source_id integer not null
pin.key uuid not null
pin.id text
pin.at timestamp with time zone not null
pin.by text not null
pin.why text
projection.name text not null
projection.version integer not null
projection.rebuilt_at timestamp with time zone
prune_receipt.id bigint not null
prune_receipt.kind text not null
prune_receipt.decided_at timestamp with time zone not null
prune_receipt.pruned_at timestamp with time zone
prune_receipt.policy jsonb not null
prune_receipt.day date
prune_receipt.tasks bigint not null
prune_receipt.states jsonb not null
prune_receipt.first_seen timestamp with time zone
prune_receipt.last_seen timestamp with time zone
prune_receipt.rows bigint not null
prune_receipt.bytes_freed bigint not null
pruned_log.day date not null
pruned_log.receipt_id bigint not null
pruned_log.events bigint not null
pruned_task.receipt_id bigint not null
pruned_task.source_id integer not null
pruned_task.first_key bigint not null
pruned_task.before bigint not null
pruned_task.keys bytea not null
recorder_run.id bigint not null
recorder_run.source_id integer not null
recorder_run.host text
recorder_run.pid integer
recorder_run.started_at timestamp with time zone not null
recorder_run.last_alive_at timestamp with time zone not null
recorder_run.recorded_from timestamp with time zone
recorder_run.recorded_to timestamp with time zone
recorder_run.ended_at timestamp with time zone
recorder_run.ended_how text
recorder_run.ended_why text
rejected_message.id bigint not null
rejected_message.source_id integer not null
rejected_message.epoch integer not null
rejected_message.offset bigint not null
rejected_message.recorded_at timestamp with time zone not null
rejected_message.reason text not null
rejected_message.events_kept integer not null
rejected_message.routing_key text
rejected_message.properties json not null
rejected_message.body bytea not null
rejected_message.sent_about timestamp with time zone
report.id uuid not null
report.name text not null
report.kind text not null
report.saved_query uuid
report.time_range text
report.cron text
report.time_zone text not null
report.formats text[] not null
report.row_limit integer not null
report.targets jsonb not null
report.changed_at timestamp with time zone not null
report.changed_by text not null
report_file.run_id bigint not null
report_file.format text not null
report_file.name text not null
report_file.content bytea not null
report_run.id bigint not null
report_run.report_id uuid not null
report_run.due_at timestamp with time zone not null
report_run.started_at timestamp with time zone not null
report_run.ended_at timestamp with time zone
report_run.outcome text
report_run.problem text
report_run.told_from timestamp with time zone
report_run.told_to timestamp with time zone
report_run.complete boolean
report_run.row_count bigint
retention_policy.only_one boolean not null
retention_policy.policy jsonb not null
retention_policy.changed_at timestamp with time zone not null
rollup.at timestamp with time zone not null
rollup.succeeded bigint not null
rollup.failed bigint not null
rollup.revoked bigint not null
rollup.rejected bigint not null
rollup.retries bigint not null
rollup.runtime_count bigint not null
rollup.queue_wait_count bigint not null
rollup.worker_wait_count bigint not null
rollup.source_id integer not null
rollup.resolution rollup_resolution not null
rollup.dimension rollup_dimension not null
rollup.label_id integer not null
rollup.runtime_sum numeric not null
rollup.queue_wait_sum numeric not null
rollup.worker_wait_sum numeric not null
rollup.runtime bytea not null
rollup.queue_wait bytea not null
rollup.worker_wait bytea not null
rollup.name_id integer not null
saved_query.id uuid not null
saved_query.name text not null
saved_query.q text not null
saved_query.columns text[] not null
saved_query.sort text not null
saved_query.descending boolean not null
saved_query.changed_at timestamp with time zone not null
saved_query.changed_by text not null
schema_migration.version integer not null
schema_migration.name text not null
schema_migration.applied_at timestamp with time zone not null
source.id integer not null
source.name text not null
source.epoch integer not null
source.last_offset bigint
source.last_digest bytea
source.next_position bigint not null
source.chain bytea not null
source.updated_at timestamp with time zone not null
source.reflected bigint not null
source.generation integer not null
source.first_position bigint not null
source.first_chain bytea not null
source.pruned_before timestamp with time zone
storage_day.day date not null
storage_day.part text not null
storage_day.measured_at timestamp with time zone not null
storage_day.bytes bigint not null
storage_day.rows bigint not null
task.settled timestamp with time zone not null
task.first_seen timestamp with time zone not null
task.state_at timestamp with time zone not null
task.sent timestamp with time zone
task.received timestamp with time zone
task.started timestamp with time zone
task.succeeded timestamp with time zone
task.failed timestamp with time zone
task.retried timestamp with time zone
task.revoked timestamp with time zone
task.rejected timestamp with time zone
task.runtime double precision
task.clock bigint not null
task.last_position bigint
task.queue_wait real
task.worker_wait real
task.source_id integer not null
task.name_id integer
task.worker_id integer
task.worker_pid integer
task.client_id integer
task.queue_id integer
task.exchange_id integer
task.routing_key_id integer
task.frames_id integer
task.retries integer not null
task.event_count integer not null
task.key uuid not null
task.root_key uuid
task.parent_key uuid
task.args_truncated boolean not null
task.kwargs_truncated boolean not null
task.result_truncated boolean not null
task.terminated boolean
task.expired boolean
task.state text not null
task.id text
task.root_id text
task.parent_id text
task.args text
task.kwargs text
task.result text
task.exception text
task.traceback text
task.eta text
task.expires text
task.signal text
task.positions bytea not null
task.stamps bytea
task.failure_id integer
task.attempts text
tombstone.id bigint not null
tombstone.source_id integer not null
tombstone.first_position bigint not null
tombstone.last_position bigint not null
tombstone.events bigint not null
tombstone.kind text not null
tombstone.removed_at timestamp with time zone not null
tombstone.removed_by text not null
tombstone.reason text
tombstone.receipt bigint
tombstone.link_before bytea
tombstone.link_after bytea
worker.host_id integer not null
worker.source_id integer not null
worker.first_seen timestamp with time zone not null
worker.last_seen timestamp with time zone not null
worker.last_heard timestamp with time zone not null
worker.beat_at timestamp with time zone
worker.beat_clock bigint
worker.beat_fingerprint bigint
worker.pid integer
worker.freq double precision
worker.active integer
worker.processed bigint
worker.load_average double precision[]
worker.software text
worker.software_version text
worker.software_system text
worker_counted.span integer not null
worker_counted.since timestamp with time zone not null
worker_counted.host_id integer not null
worker_counted.pid integer not null
worker_counted.first_at timestamp with time zone not null
worker_counted.first_processed bigint not null
worker_counted.last_at timestamp with time zone not null
worker_counted.last_processed bigint not null
worker_mark.host_id integer not null
worker_mark.at timestamp with time zone not null
worker_mark.online boolean not null
worker_mark.pid integer not null
worker_mark.clock bigint not null
worker_mark.fingerprint bigint not null
worker_minute.host_id integer not null
worker_minute.minute timestamp with time zone not null
worker_minute.pid integer not null
worker_minute.at timestamp with time zone not null
worker_minute.clock bigint not null
worker_minute.fingerprint bigint not null
worker_minute.active integer
worker_minute.processed bigint
worker_minute.load_average double precision[]
worker_started.span integer not null
worker_started.since timestamp with time zone not null
worker_started.host_id integer not null
worker_started.pid integer not null
worker_started.started bigint not null

-- indexes
CREATE UNIQUE INDEX delivery_attempt_pkey ON eventhistory.delivery_attempt USING btree (delivery_id, number)
CREATE INDEX delivery_of ON eventhistory.delivery USING btree (run_id)
CREATE UNIQUE INDEX delivery_pkey ON eventhistory.delivery USING btree (id)
CREATE INDEX delivery_waiting ON eventhistory.delivery USING btree (next_at) WHERE (state = 'waiting'::text)
CREATE UNIQUE INDEX erased_start_pkey ON eventhistory.erased_start USING btree (span, since, host_id, pid)
CREATE INDEX erased_task_key ON eventhistory.erased_task USING btree (key)
CREATE UNIQUE INDEX erased_task_pkey ON eventhistory.erased_task USING btree (erasure_id, source_id, key)
CREATE UNIQUE INDEX erasure_pkey ON eventhistory.erasure USING btree (id)
CREATE UNIQUE INDEX event_segment_pkey ON ONLY eventhistory.event_segment USING btree (source_id, first_position, recorded_at)
CREATE UNIQUE INDEX failure_group_pkey ON eventhistory.failure_group USING btree (source_id, failure_id)
CREATE INDEX failure_state_change_of ON eventhistory.failure_state_change USING btree (fingerprint, id DESC)
CREATE UNIQUE INDEX failure_state_change_pkey ON eventhistory.failure_state_change USING btree (id)
CREATE INDEX finding_kind ON eventhistory.finding USING btree (kind, id)
CREATE UNIQUE INDEX finding_open_failure ON eventhistory.finding USING btree (source_id, fingerprint) WHERE ((resolved_at IS NULL) AND (kind = 'failure-regressed'::text))
CREATE UNIQUE INDEX finding_open_task ON eventhistory.finding USING btree (source_id, task_key) WHERE ((resolved_at IS NULL) AND (task_key IS NOT NULL))
CREATE UNIQUE INDEX finding_open_worker ON eventhistory.finding USING btree (source_id, worker_id) WHERE ((resolved_at IS NULL) AND (kind = 'worker-silent'::text))
CREATE UNIQUE INDEX finding_pkey ON eventhistory.finding USING btree (id)
CREATE INDEX finding_resolved ON eventhistory.finding USING btree (resolved_at) WHERE (resolved_at IS NOT NULL)
CREATE UNIQUE INDEX gap_pkey ON eventhistory.gap USING btree (id)
CREATE INDEX gap_time ON eventhistory.gap USING btree (source_id, before_time)
CREATE INDEX job_run_of ON eventhistory.job_run USING btree (job, id)
CREATE UNIQUE INDEX job_run_once ON eventhistory.job_run USING btree (job, COALESCE(subject, ''::text), due_at) WHERE (cause = 'schedule'::text)
CREATE UNIQUE INDEX job_run_open ON eventhistory.job_run USING btree (job, COALESCE(subject, ''::text)) WHERE (ended_at IS NULL)
CREATE UNIQUE INDEX job_run_pkey ON eventhistory.job_run USING btree (id)
CREATE UNIQUE INDEX label_digest_key ON eventhistory.label USING btree (digest)
CREATE UNIQUE INDEX label_pkey ON eventhistory.label USING btree (id)
CREATE UNIQUE INDEX own_event_pkey ON eventhistory.own_event USING btree (id)
CREATE UNIQUE INDEX own_event_place_pkey ON eventhistory.own_event_place USING btree (source_id, task_key, "position")
CREATE UNIQUE INDEX pin_pkey ON eventhistory.pin USING btree (key, source_id)
CREATE UNIQUE INDEX projection_pkey ON eventhistory.projection USING btree (name)
CREATE UNIQUE INDEX prune_receipt_pkey ON eventhistory.prune_receipt USING btree (id)
CREATE INDEX prune_receipt_time ON eventhistory.prune_receipt USING btree (pruned_at DESC) WHERE (pruned_at IS NOT NULL)
CREATE UNIQUE INDEX pruned_log_pkey ON eventhistory.pruned_log USING btree (day, receipt_id)
CREATE INDEX pruned_log_receipt ON eventhistory.pruned_log USING btree (receipt_id)
CREATE UNIQUE INDEX pruned_task_pkey ON eventhistory.pruned_task USING btree (receipt_id, source_id, first_key)
CREATE UNIQUE INDEX recorder_run_open ON eventhistory.recorder_run USING btree (source_id) WHERE (ended_at IS NULL)
CREATE UNIQUE INDEX recorder_run_pkey ON eventhistory.recorder_run USING btree (id)
CREATE INDEX recorder_run_time ON eventhistory.recorder_run USING btree (source_id, started_at)
CREATE UNIQUE INDEX rejected_message_pkey ON eventhistory.rejected_message USING btree (id)
CREATE INDEX rejected_message_time ON eventhistory.rejected_message USING btree (source_id, COALESCE(sent_about, recorded_at))
CREATE UNIQUE INDEX report_file_pkey ON eventhistory.report_file USING btree (run_id, format)
CREATE UNIQUE INDEX report_name_key ON eventhistory.report USING btree (name)
CREATE INDEX report_of_saved_query ON eventhistory.report USING btree (saved_query) WHERE (saved_query IS NOT NULL)
CREATE UNIQUE INDEX report_pkey ON eventhistory.report USING btree (id)
CREATE INDEX report_run_of ON eventhistory.report_run USING btree (report_id, id DESC)
CREATE UNIQUE INDEX report_run_pkey ON eventhistory.report_run USING btree (id)
CREATE INDEX report_run_started ON eventhistory.report_run USING btree (started_at)
CREATE UNIQUE INDEX retention_policy_pkey ON eventhistory.retention_policy USING btree (only_one)
CREATE UNIQUE INDEX rollup_hour_pkey ON eventhistory.rollup_hour USING btree (source_id, resolution, dimension, at, label_id, name_id)
CREATE UNIQUE INDEX rollup_minute_pkey ON eventhistory.rollup_minute USING btree (source_id, resolution, dimension, at, label_id, name_id)
CREATE UNIQUE INDEX rollup_pkey ON ONLY eventhistory.rollup USING btree (source_id, resolution, dimension, at, label_id, name_id)
CREATE UNIQUE INDEX saved_query_name_key ON eventhistory.saved_query USING btree (name)
CREATE UNIQUE INDEX saved_query_pkey ON eventhistory.saved_query USING btree (id)
CREATE UNIQUE INDEX schema_migration_pkey ON eventhistory.schema_migration USING btree (version)
CREATE UNIQUE INDEX source_name_key ON eventhistory.source USING btree (name)
CREATE UNIQUE INDEX source_pkey ON eventhistory.source USING btree (id)
CREATE UNIQUE INDEX storage_day_pkey ON eventhistory.storage_day USING btree (day, part)
CREATE INDEX task_blocks ON ONLY eventhistory.task USING brin (state_at, started, received, sent, worker_id int4_bloom_ops (n_distinct_per_range='512'), queue_id int4_bloom_ops (n_distinct_per_range='64')) WITH (autosummarize='on')
CREATE INDEX task_failure ON ONLY eventhistory.task USING btree (failure_id, first_seen) WHERE (failure_id IS NOT NULL)
CREATE INDEX task_first_seen ON ONLY eventhistory.task USING btree (first_seen)
CREATE INDEX task_key ON ONLY eventhistory.task USING btree (key)
CREATE INDEX task_name ON ONLY eventhistory.task USING btree (name_id, first_seen)
CREATE INDEX task_name_state ON ONLY eventhistory.task USING btree (name_id, first_seen) WHERE (state <> 'SUCCESS'::text)
CREATE INDEX task_open_failure_id_first_seen_idx ON eventhistory.task_open USING btree (failure_id, first_seen) WHERE (failure_id IS NOT NULL)
CREATE INDEX task_open_first_seen_idx ON eventhistory.task_open USING btree (first_seen)
CREATE INDEX task_open_key_idx ON eventhistory.task_open USING btree (key)
CREATE INDEX task_open_name_id_first_seen_idx ON eventhistory.task_open USING btree (name_id, first_seen)
CREATE INDEX task_open_name_id_first_seen_idx1 ON eventhistory.task_open USING btree (name_id, first_seen) WHERE (state <> 'SUCCESS'::text)
CREATE INDEX task_open_parent_key_idx ON eventhistory.task_open USING btree (parent_key) WHERE (parent_key IS NOT NULL)
CREATE INDEX task_open_root_key_idx ON eventhistory.task_open USING btree (root_key) WHERE (root_key <> key)
CREATE INDEX task_open_state_at_started_received_sent_worker_id_queue_id_idx ON eventhistory.task_open USING brin (state_at, started, received, sent, worker_id int4_bloom_ops (n_distinct_per_range='512'), queue_id int4_bloom_ops (n_distinct_per_range='64')) WITH (autosummarize='on')
CREATE INDEX task_open_state_first_seen_idx ON eventhistory.task_open USING btree (state, first_seen) WHERE (state <> 'SUCCESS'::text)
CREATE INDEX task_parent ON ONLY eventhistory.task USING btree (parent_key) WHERE (parent_key IS NOT NULL)
CREATE INDEX task_root ON ONLY eventhistory.task USING btree (root_key) WHERE (root_key <> key)
CREATE INDEX task_state ON ONLY eventhistory.task USING btree (state, first_seen) WHERE (state <> 'SUCCESS'::text)
CREATE UNIQUE INDEX tombstone_pkey ON eventhistory.tombstone USING btree (id)
CREATE INDEX tombstone_place ON eventhistory.tombstone USING btree (source_id, first_position)
CREATE INDEX tombstone_receipt ON eventhistory.tombstone USING btree (receipt, kind)
CREATE UNIQUE INDEX worker_counted_day_pkey ON eventhistory.worker_counted_day USING btree (span, since, host_id, pid)
CREATE UNIQUE INDEX worker_counted_hour_pkey ON eventhistory.worker_counted_hour USING btree (span, since, host_id, pid)
CREATE UNIQUE INDEX worker_counted_minute_pkey ON eventhistory.worker_counted_minute USING btree (span, since, host_id, pid)
CREATE UNIQUE INDEX worker_counted_pkey ON ONLY eventhistory.worker_counted USING btree (span, since, host_id, pid)
CREATE UNIQUE INDEX worker_mark_pkey ON eventhistory.worker_mark USING btree (host_id, at, online, pid, clock, fingerprint)
CREATE UNIQUE INDEX worker_minute_pkey ON eventhistory.worker_minute USING btree (host_id, minute, pid)
CREATE UNIQUE INDEX worker_pkey ON eventhistory.worker USING btree (host_id)
CREATE UNIQUE INDEX worker_started_day_pkey ON eventhistory.worker_started_day USING btree (span, since, host_id, pid)
CREATE UNIQUE INDEX worker_started_hour_pkey ON eventhistory.worker_started_hour USING btree (span, since, host_id, pid)
CREATE UNIQUE INDEX worker_started_minute_pkey ON eventhistory.worker_started_minute USING btree (span, since, host_id, pid)
CREATE UNIQUE INDEX worker_started_pkey ON ONLY eventhistory.worker_started USING btree (span, since, host_id, pid)

-- functions
advance_source(integer,integer,bigint,integer,bigint,bigint,integer,bigint,bytea,bytea,bigint) returns void
begin_prune() returns void
begin_rebuild() returns void
carry_over(text) returns void
catch_up_partition(text) returns bigint
end_prune() returns void
ensure_partition(text,date,text) returns void
event_time(json) returns timestamp with time zone
event_times(integer[],timestamp with time zone[]) returns timestamp with time zone[]
event_times(integer[],timestamp with time zone[],bigint,int8multirange) returns timestamp with time zone[]
events_at(integer,bigint[]) returns SETOF event
events_of_segment(integer,bigint,integer,int8multirange,timestamp with time zone,boolean,text,integer[],timestamp with time zone[]) returns TABLE(source_id integer, "position" bigint, recorded_at timestamp with time zone, occurred_at timestamp with time zone, type text, task_id text, hostname text, body json)
events_recorded(timestamp with time zone,timestamp with time zone) returns SETOF event
finish_partition(text,text) returns void
has_keyword_argument(text,text,text[]) returns boolean
histogram_buckets(bytea) returns TABLE(bucket integer, count bigint)
histogram_percentile(bytea,double precision) returns double precision
histogram_percentile(bytea[],double precision) returns double precision
histogram_seconds(integer) returns double precision
keyword_arguments(text) returns TABLE(name text, value text)
part_total(integer[]) returns bigint
positions(bytea) returns bigint[]
positions_left(bigint,integer,int8multirange) returns bigint[]
prepare_swap() returns void
range_total(int8multirange) returns bigint
read_models(text) returns SETOF text
readable_json(text) returns json
rebuilt_index(regclass) returns text
stage_partition(text) returns void
swap_in(text) returns void
swap_partition(text,text) returns void
task_events(text) returns SETOF event
task_key(text) returns uuid
tell(text,json,integer) returns void
tell_change() returns trigger
tell_finding(finding,text) returns void
traceback(text,text) returns text
unwatch_partition(text) returns void
watch_partition(text) returns void
