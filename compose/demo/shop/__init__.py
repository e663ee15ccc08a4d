"""A small web shop's background work: the Celery application that `make run` and the tests record.

Runs on Celery 5.2 (Debian 12) and later. Settings come from the environment:

    CELERY_BROKER_URL      default amqp://guest:guest@127.0.0.1:5672/%2F
    CELERY_RESULT_FOLDER   default /tmp/shop-results; all workers and publishers must see the same folder
"""

import os
import pathlib

from celery import Celery

results = pathlib.Path(os.environ.get("CELERY_RESULT_FOLDER", "/tmp/shop-results"))
results.mkdir(parents=True, exist_ok=True)

app = Celery("shop", include=["shop.orders", "shop.payments", "shop.stock", "shop.mail", "shop.reports"])
app.conf.update(
    broker_url=os.environ.get("CELERY_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"),
    broker_connection_max_retries=None,
    broker_connection_retry_on_startup=True,
    # Both are needed for a complete history: events of the workers, and of who publishes.
    worker_send_task_events=True,
    task_send_sent_event=True,
    task_default_queue="default",
    task_routes={"shop.mail.*": {"queue": "mail"}, "shop.reports.*": {"queue": "reports"}},
    # Results are needed for chords only; plain files do that without one more server.
    result_backend=f"file://{results.resolve()}",
    result_expires=600,
    task_ignore_result=True,
    worker_hijack_root_logger=False,
)
