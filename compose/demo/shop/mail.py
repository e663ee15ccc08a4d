"""Mail: long and many-lettered arguments and results."""

import time

from shop import app


@app.task
def send_receipt(order, to="Zoë Müller <zoe@example.org>"):
    """The last link of a chain; takes the order as number or as the result of the task before."""
    time.sleep(0.05)
    return f"✉️ receipt for {order} → {to}"


@app.task
def send_newsletter(subject, recipients):
    """Arguments and result are longer than Celery's limit of 1024 characters, so both arrive cut."""
    return [f"{subject} → {recipient}" for recipient in recipients]


@app.task
def translate(text, language):
    """Emoji, right-to-left and combining letters, quotes, backslashes, newlines."""
    return {"language": language, "text": text, "as \"quoted\"": "tab\t, backslash \\, new\nline, 日本語, עברית, 👩‍👩‍👧"}
