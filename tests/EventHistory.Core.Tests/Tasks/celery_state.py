"""Feeds events (JSON, one a line, from stdin) to Celery's own monitor and prints, after each, the task it spoke of."""
import json
import sys

from celery.events.state import State

FIELDS = [
    "state", "timestamp", "clock", "sent", "received", "started", "succeeded", "failed", "retried", "revoked", "rejected",
    "name", "args", "kwargs", "eta", "expires", "retries", "result", "runtime", "exception", "traceback",
    "exchange", "routing_key", "queue", "client", "root_id", "parent_id", "terminated", "expired", "signum",
]

state = State(max_tasks_in_memory=1_000_000)
for line in sys.stdin:
    event = json.loads(line)
    event["local_received"] = event["timestamp"]
    uuid = event.get("uuid")
    state.event(event)
    if uuid is None:
        print("null")
        continue
    task = state.tasks[uuid]
    told = {field: getattr(task, field, None) for field in FIELDS}
    told["worker"] = task.worker.hostname if task.worker else None
    print(json.dumps(told))
