"""Stock: the ends a task can have besides success and failure."""

from celery.exceptions import Ignore, Reject

from shop import app


@app.task(acks_late=True)
def reserve(article):
    """Rejected for good: the message goes, no result comes."""
    raise Reject(f"article {article} is not ours", requeue=False)


@app.task(bind=True, acks_late=True)
def recount(self, article):
    """Rejected and queued again the first time, succeeds the second time."""
    if not self.request.delivery_info.get("redelivered"):
        raise Reject("counted while goods came in", requeue=True)
    return {"article": article, "count": 17}


@app.task
def release(article):
    """Ignored: Celery sends no closing event at all."""
    raise Ignore()
