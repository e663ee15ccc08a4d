"""Orders: quick successes, progress events, time limits, a worker process that dies."""

import os
import signal
import time

from celery.exceptions import SoftTimeLimitExceeded

from shop import app


@app.task
def place(order, customer="guest", items=()):
    """Succeeds at once; the result feeds the next task of a chain."""
    return {"order": order, "customer": customer, "total_cents": 1000 + 250 * len(items)}


@app.task
def ship(order, carrier="DHL", seconds=0.3):
    """Succeeds after a moment."""
    time.sleep(seconds)
    return f"order {order} handed to {carrier}"


@app.task(bind=True)
def import_catalogue(self, supplier, pages=5):
    """Tells its progress with custom events (task-progress)."""
    for page in range(1, pages + 1):
        time.sleep(0.1)
        self.send_event("task-progress", page=page, pages=pages, note=f"page {page} of {supplier} ✓")
    return {"supplier": supplier, "pages": pages}


@app.task(soft_time_limit=1)
def wait_for_warehouse(order):
    """Fails with SoftTimeLimitExceeded after a second."""
    try:
        time.sleep(30)
    except SoftTimeLimitExceeded:
        raise SoftTimeLimitExceeded(f"the warehouse did not answer for order {order}")


@app.task(time_limit=1)
def wait_for_customs(order):
    """Is killed by the hard time limit after a second."""
    time.sleep(30)


@app.task
def resize_photos(order):
    """Its process is killed as the kernel does when memory is short: WorkerLostError."""
    os.kill(os.getpid(), signal.SIGKILL)


@app.task
def reindex(seconds=30):
    """Runs long, so that it can be revoked and terminated."""
    time.sleep(seconds)


@app.task(send_events=False)
def touch(order):
    """The worker stays silent about this one: only its task-sent is ever seen."""
