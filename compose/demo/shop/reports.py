"""Reports: groups and chords. `day` keeps its result, because a chord collects it."""

import time

from shop import app


@app.task(ignore_result=False)
def day(date, seconds=0.1):
    time.sleep(seconds)
    return len(date) * 100


@app.task
def monthly(totals, month="2026-11"):
    """The body of a chord: takes what its header returned."""
    return {"month": month, "total_cents": sum(totals)}


@app.task
def archive(month, seconds=1.5):
    time.sleep(seconds)
    return f"{month}.tar.zst"
