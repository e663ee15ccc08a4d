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
gap.id bigint not null
gap.source_id integer not null
gap.noticed_at timestamp with time zone not null
gap.kind text not null
gap.epoch integer not null
gap.after_offset bigint
gap.next_offset bigint not null
gap.messages bigint
gap.position bigint not null
label.id integer not null
label.digest uuid not null
label.value text not null
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
task.key uuid not null
task.id text
task.source_id integer not null
task.state text not null
task.state_at timestamp with time zone not null
task.first_seen timestamp with time zone not null
task.name_id integer
task.worker_id integer
task.worker_pid integer
task.client_id integer
task.queue_id integer
task.exchange_id integer
task.routing_key_id integer
task.retries integer not null
task.clock bigint not null
task.sent timestamp with time zone
task.received timestamp with time zone
task.started timestamp with time zone
task.succeeded timestamp with time zone
task.failed timestamp with time zone
task.retried timestamp with time zone
task.revoked timestamp with time zone
task.rejected timestamp with time zone
task.runtime double precision
task.queue_wait double precision
task.worker_wait double precision
task.args text
task.kwargs text
task.result text
task.exception text
task.traceback text
task.args_truncated boolean not null
task.kwargs_truncated boolean not null
task.result_truncated boolean not null
task.eta text
task.expires text
task.root_key uuid
task.root_id text
task.parent_key uuid
task.parent_id text
task.terminated boolean
task.expired boolean
task.signal text
task.event_count integer not null
task.positions bigint[] not null
task.last_position bigint not null
task.stamps bytea not null
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

-- indexes
CREATE UNIQUE INDEX event_segment_pkey ON ONLY eventhistory.event_segment USING btree (source_id, first_position, recorded_at)
CREATE UNIQUE INDEX gap_pkey ON eventhistory.gap USING btree (id)
CREATE UNIQUE INDEX label_digest_key ON eventhistory.label USING btree (digest)
CREATE UNIQUE INDEX label_pkey ON eventhistory.label USING btree (id)
CREATE UNIQUE INDEX rejected_message_pkey ON eventhistory.rejected_message USING btree (id)
CREATE UNIQUE INDEX schema_migration_pkey ON eventhistory.schema_migration USING btree (version)
CREATE UNIQUE INDEX source_name_key ON eventhistory.source USING btree (name)
CREATE UNIQUE INDEX source_pkey ON eventhistory.source USING btree (id)
CREATE INDEX task_first_seen ON eventhistory.task USING btree (first_seen DESC, key DESC)
CREATE INDEX task_name ON eventhistory.task USING btree (name_id, first_seen DESC, key DESC)
CREATE INDEX task_parent ON eventhistory.task USING btree (parent_key) WHERE (parent_key IS NOT NULL)
CREATE UNIQUE INDEX task_pkey ON eventhistory.task USING btree (key)
CREATE INDEX task_state ON eventhistory.task USING btree (state, first_seen DESC, key DESC) WHERE (state <> 'SUCCESS'::text)
CREATE INDEX task_worker ON eventhistory.task USING btree (worker_id, first_seen DESC, key DESC)
CREATE UNIQUE INDEX worker_mark_pkey ON eventhistory.worker_mark USING btree (host_id, at, online, pid, clock, fingerprint)
CREATE UNIQUE INDEX worker_minute_pkey ON eventhistory.worker_minute USING btree (host_id, minute, pid)
CREATE UNIQUE INDEX worker_pkey ON eventhistory.worker USING btree (host_id)

-- functions
advance_source(integer,bigint,integer,bigint,bigint,integer,bigint,bytea,bytea) returns void
ensure_segment_partition(date) returns void
event_time(json) returns timestamp with time zone
readable_json(text) returns json
task_events(text) returns SETOF event
task_key(text) returns uuid
