-- What reports rely on: a change here is a change of the API. Written by `make golden`.
attempts.source text -- The broker that it was recorded from.
attempts.task_id text -- The task, as tasks.id.
attempts.name text -- The task's name.
attempts.number integer -- Celery's retries: 0 for the first try.
attempts.state text -- What became of this try, as tasks.state.
attempts.state_at timestamp with time zone -- When it came into this state.
attempts.sent timestamp with time zone -- When it was sent; known if clients send task-sent.
attempts.received timestamp with time zone -- When a worker received it.
attempts.started timestamp with time zone -- When a worker started it.
attempts.ended timestamp with time zone -- When it succeeded, failed, was revoked, rejected, or failed and was to be tried again; null: it has not.
attempts.worker text -- Node name of the worker that had it last.
attempts.worker_pid integer -- Process id of that worker.
attempts.queue_wait real -- Seconds from sent to received.
attempts.worker_wait real -- Seconds from received to started.
attempts.first_seen timestamp with time zone -- Of the task, as tasks.first_seen. Indexed: ranges of it are fast.
attempts.key uuid -- Of the task, as tasks.key: where key = reporting.task_key('…') is fast.
attempts.settled timestamp with time zone -- Of the task, as tasks.settled.
coverage.source text -- The broker.
coverage.kind text -- recorded: a run of the recorder. truncated: the broker had dropped messages before they were read. new-epoch: the stream was deleted and made anew. unreadable: a message that is no event.
coverage.since timestamp with time zone -- Its beginning; of a gap: all that was sent before is recorded. Null: unknown.
coverage.until timestamp with time zone -- Its end; of a run that goes on: its last sign of life.
coverage.messages bigint -- How many messages are missing, at most; null: unknown, or none.
coverage.detail text -- How and why a run ended; why a message could not be read.
events.source text -- The broker that it was recorded from.
events.position bigint -- Its place in the log of its source, without gaps.
events.recorded_at timestamp with time zone -- When it was recorded, by our clock.
events.occurred_at timestamp with time zone -- When it was sent, by its sender's clock; null: it bears no usable time.
events.type text -- task-sent, task-received, worker-heartbeat, ….
events.task_id text -- The task it is about; null: about none.
events.hostname text -- Node name of its sender.
events.body json -- The event verbatim.
failures.source text -- The broker that they were recorded from.
failures.id text -- The group's id, the same in API and pages.
failures.title text -- What it is about, in a line.
failures.exception_type text -- With its module where the traceback tells it.
failures.culprit text -- The innermost place of the application's own code.
failures.first_seen timestamp with time zone -- The earliest failure or retry, by its worker's clock.
failures.last_seen timestamp with time zone -- The latest failure or retry.
failures.last_failed timestamp with time zone -- The latest failure; null: such tasks were tried again each time.
failures.state text -- open, resolved, ignored, or regressed: it was resolved and failed again.
failures.state_changed_at timestamp with time zone -- When somebody decided about it last; null: nobody has.
failures.state_changed_by text -- Who did.
failures.state_reason text -- And why.
failures.sample_task_id text -- The latest task that failed so.
failures.sample_exception text -- Its exception, cut at 500 characters.
hourly_failures.source text -- The broker that they were recorded from.
hourly_failures.hour timestamp with time zone -- When the hour began in which they failed (UTC, their workers' clocks).
hourly_failures.failure_group text -- As failures.id.
hourly_failures.name text -- The tasks' name; null if unknown.
hourly_failures.failed bigint -- How many ended as FAILURE.
hourly_runtimes.source text -- The broker that they were recorded from.
hourly_runtimes.hour timestamp with time zone -- When the hour began in which they ended (UTC, their senders' clocks).
hourly_runtimes.name text -- The tasks' name. Tasks of which it is unknown are not counted here.
hourly_runtimes.succeeded bigint -- How many ended as SUCCESS.
hourly_runtimes.failed bigint -- How many ended as FAILURE.
hourly_runtimes.revoked bigint -- How many ended as REVOKED.
hourly_runtimes.rejected bigint -- How many ended as REJECTED.
hourly_runtimes.retries bigint -- Of all these tasks, in total.
hourly_runtimes.runtime_count bigint -- Tasks whose runtime is known: those that succeeded.
hourly_runtimes.runtime_mean double precision -- Seconds, exact.
hourly_runtimes.runtime_p50 double precision -- Half of them took no more seconds than this; wrong by 0.84 % at most, as all percentiles here.
hourly_runtimes.runtime_p90 double precision -- 90 % took no more seconds.
hourly_runtimes.runtime_p95 double precision -- 95 % took no more seconds.
hourly_runtimes.runtime_p99 double precision -- 99 % took no more seconds.
hourly_runtimes.queue_wait_count bigint -- Tasks whose time from sent to received (last attempt) is known.
hourly_runtimes.queue_wait_mean double precision -- Seconds, exact.
hourly_runtimes.queue_wait_p50 double precision -- Half of them waited no more seconds.
hourly_runtimes.queue_wait_p95 double precision -- 95 % waited no more seconds.
hourly_runtimes.worker_wait_count bigint -- Tasks whose time from received to started (last attempt) is known.
hourly_runtimes.worker_wait_mean double precision -- Seconds, exact.
hourly_runtimes.worker_wait_p50 double precision -- Half of them waited no more seconds.
hourly_runtimes.worker_wait_p95 double precision -- 95 % waited no more seconds.
hourly_runtimes.runtimes bytea -- Histogram of the runtimes, for reporting.percentile.
hourly_runtimes.queue_waits bytea -- Histogram of the times in the queue.
hourly_runtimes.worker_waits bytea -- Histogram of the times in the worker.
tasks.source text -- The broker that it was recorded from.
tasks.id text -- The task's id. To find one task quickly: where key = reporting.task_key('…').
tasks.name text -- The task's name; null if none of its events said it.
tasks.state text -- PENDING, RECEIVED, STARTED, SUCCESS, FAILURE, RETRY, REVOKED, REJECTED, or an application's own.
tasks.state_at timestamp with time zone -- When it came into this state.
tasks.first_seen timestamp with time zone -- Its earliest sign; 1970-01-01 if none of its events bears a usable time. Indexed: ranges of it are fast.
tasks.finished timestamp with time zone -- When it ended as SUCCESS, FAILURE, REVOKED or REJECTED; null while it has not.
tasks.sent timestamp with time zone -- When it was sent, last attempt; known if clients send task-sent.
tasks.received timestamp with time zone -- When a worker received it, last attempt.
tasks.started timestamp with time zone -- When a worker started it, last attempt.
tasks.succeeded timestamp with time zone -- When it succeeded.
tasks.failed timestamp with time zone -- When it failed for good.
tasks.retried timestamp with time zone -- When an attempt failed and was to be tried again, the last time.
tasks.revoked timestamp with time zone -- When it was revoked.
tasks.rejected timestamp with time zone -- When a worker rejected it.
tasks.runtime double precision -- Seconds the successful run took, measured by the worker.
tasks.queue_wait real -- Seconds from sent to received, last attempt.
tasks.worker_wait real -- Seconds from received to started, last attempt.
tasks.retries integer -- Celery's count: 0 for the first try.
tasks.worker text -- Node name of the worker that had it last.
tasks.worker_pid integer -- Process id of that worker.
tasks.client text -- Who sent it; known if clients send task-sent. So too with the next three.
tasks.queue text -- The queue it was sent to.
tasks.exchange text -- The exchange it was sent to.
tasks.routing_key text -- The routing key it was sent with.
tasks.args text -- Positional arguments as Python wrote them.
tasks.args_truncated boolean -- True if args is not all there was: its sender cut it.
tasks.kwargs text -- Keyword arguments as Python wrote them.
tasks.kwargs_truncated boolean -- True if kwargs is not all there was.
tasks.result text -- The result as Python wrote it.
tasks.result_truncated boolean -- True if result is not all there was.
tasks.exception text -- The exception of the latest failure or retry.
tasks.traceback text -- The traceback of the latest failure or retry.
tasks.failure_group text -- Of a task in state FAILURE or RETRY: its group, as failures.id.
tasks.root_id text -- The first task of its workflow; its own id if that is itself.
tasks.parent_id text -- The task that sent it.
tasks.eta text -- Not to be run before, as its sender wrote it.
tasks.expires text -- Not to be run after, as its sender wrote it.
tasks.terminated boolean -- Of a revoked task: whether it was stopped while it ran.
tasks.expired boolean -- Of a revoked task: whether it had expired.
tasks.signal text -- Of a terminated task: the signal.
tasks.events integer -- How many events of it are in the log, repeated ones included.
tasks.key uuid -- What tasks are indexed by: reporting.task_key of its id.
tasks.recorded_at timestamp with time zone -- When the last event of a finished task was recorded, by our clock; null: it is not finished.
tasks.settled timestamp with time zone -- The same, but infinity while it is not finished. Tasks are stored by days of it: a range of it reads only those days.
worker_minutes.hostname text -- The worker's node name.
worker_minutes.minute timestamp with time zone -- When the minute began, by the worker's clock.
worker_minutes.pid integer -- The process.
worker_minutes.active integer -- Tasks it was running.
worker_minutes.processed bigint -- Tasks it had started since it started.
worker_minutes.load_1 double precision -- Load average of its machine over 1 minute.
workers.source text -- The broker that it was recorded from.
workers.hostname text -- Its node name.
workers.first_seen timestamp with time zone -- The earliest time its events bear, by its own clock.
workers.last_seen timestamp with time zone -- The latest time its events bear, by its own clock.
workers.last_heard timestamp with time zone -- When an event of it was recorded last, by our clock.
workers.pid integer -- Its process id.
workers.heartbeat_interval double precision -- Seconds between its heartbeats.
workers.active integer -- Tasks it was running.
workers.processed bigint -- Tasks it had started since its process started.
workers.load_1 double precision -- Load average of its machine over 1 minute.
workers.load_5 double precision -- Over 5 minutes.
workers.load_15 double precision -- Over 15 minutes.
workers.software text -- Such as py-celery.
workers.software_version text -- Such as 5.4.0.
workers.software_system text -- Such as Linux.
reporting.events_recorded(timestamp with time zone,timestamp with time zone) returns SETOF reporting.events -- The events that were recorded at or after since and before until.
reporting.percentile(bytea[],double precision) returns double precision -- The p-th percentile (0 to 1), in seconds, of all durations in some histograms together: percentile(array_agg(runtimes), 0.95). Wrong by 0.84 % at most.
reporting.task_events(text) returns SETOF reporting.events -- One task's events, in the order they were recorded.
reporting.task_key(text) returns uuid -- What tasks.key is for a task id.
