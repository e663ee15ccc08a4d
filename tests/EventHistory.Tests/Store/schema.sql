-- What all migrations add up to. Written by `make golden`.

-- columns
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
label.id integer not null
label.digest uuid not null
label.value text not null
projection.name text not null
projection.version integer not null
projection.rebuilt_at timestamp with time zone
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
CREATE UNIQUE INDEX event_segment_pkey ON ONLY eventhistory.event_segment USING btree (source_id, first_position, recorded_at)
CREATE UNIQUE INDEX failure_group_pkey ON eventhistory.failure_group USING btree (source_id, failure_id)
CREATE INDEX failure_state_change_of ON eventhistory.failure_state_change USING btree (fingerprint, id DESC)
CREATE UNIQUE INDEX failure_state_change_pkey ON eventhistory.failure_state_change USING btree (id)
CREATE UNIQUE INDEX gap_pkey ON eventhistory.gap USING btree (id)
CREATE INDEX gap_time ON eventhistory.gap USING btree (source_id, before_time)
CREATE UNIQUE INDEX label_digest_key ON eventhistory.label USING btree (digest)
CREATE UNIQUE INDEX label_pkey ON eventhistory.label USING btree (id)
CREATE UNIQUE INDEX projection_pkey ON eventhistory.projection USING btree (name)
CREATE UNIQUE INDEX recorder_run_open ON eventhistory.recorder_run USING btree (source_id) WHERE (ended_at IS NULL)
CREATE UNIQUE INDEX recorder_run_pkey ON eventhistory.recorder_run USING btree (id)
CREATE INDEX recorder_run_time ON eventhistory.recorder_run USING btree (source_id, started_at)
CREATE UNIQUE INDEX rejected_message_pkey ON eventhistory.rejected_message USING btree (id)
CREATE INDEX rejected_message_time ON eventhistory.rejected_message USING btree (source_id, COALESCE(sent_about, recorded_at))
CREATE UNIQUE INDEX rollup_hour_pkey ON eventhistory.rollup_hour USING btree (source_id, resolution, dimension, at, label_id, name_id)
CREATE UNIQUE INDEX rollup_minute_pkey ON eventhistory.rollup_minute USING btree (source_id, resolution, dimension, at, label_id, name_id)
CREATE UNIQUE INDEX rollup_pkey ON ONLY eventhistory.rollup USING btree (source_id, resolution, dimension, at, label_id, name_id)
CREATE UNIQUE INDEX schema_migration_pkey ON eventhistory.schema_migration USING btree (version)
CREATE UNIQUE INDEX source_name_key ON eventhistory.source USING btree (name)
CREATE UNIQUE INDEX source_pkey ON eventhistory.source USING btree (id)
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
begin_rebuild() returns void
ensure_partition(text,date,text) returns void
event_time(json) returns timestamp with time zone
event_times(integer[],timestamp with time zone[]) returns timestamp with time zone[]
events_at(integer,bigint[]) returns SETOF event
events_of_segment(integer,bigint,timestamp with time zone,boolean,text,integer[],timestamp with time zone[]) returns TABLE(source_id integer, "position" bigint, recorded_at timestamp with time zone, occurred_at timestamp with time zone, type text, task_id text, hostname text, body json)
events_recorded(timestamp with time zone,timestamp with time zone) returns SETOF event
has_keyword_argument(text,text,text[]) returns boolean
histogram_buckets(bytea) returns TABLE(bucket integer, count bigint)
histogram_percentile(bytea,double precision) returns double precision
histogram_percentile(bytea[],double precision) returns double precision
histogram_seconds(integer) returns double precision
keyword_arguments(text) returns TABLE(name text, value text)
part_total(integer[]) returns bigint
positions(bytea) returns bigint[]
prepare_swap() returns void
read_models(text) returns SETOF text
readable_json(text) returns json
rebuilt_index(regclass) returns text
swap_in(text) returns void
task_events(text) returns SETOF event
task_key(text) returns uuid
traceback(text,text) returns text
