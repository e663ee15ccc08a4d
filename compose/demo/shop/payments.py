"""Payments: failures with deep and chained tracebacks, retries that succeed and retries that run out."""

from shop import app


class GatewayError(Exception):
    """The payment gateway did not do its part."""


class PaymentRefused(Exception):
    """What the shop makes of it; several arguments, as real exceptions have."""

    def __init__(self, message, status, details):
        super().__init__(message, status, details)


def open_connection(host):
    raise ConnectionResetError(104, f"connection reset by {host}")


def post(host, path, body):
    try:
        open_connection(host)
    except OSError as error:
        raise GatewayError(f"POST https://{host}{path} failed") from error


def authorise(order, cents):
    post("gateway.example", "/v2/authorise", {"order": order, "cents": cents})


@app.task
def charge(order, cents=1999):
    """Fails: three exceptions, each raised from the one before, through several functions."""
    try:
        authorise(order, cents)
    except GatewayError as error:
        raise PaymentRefused(f"gateway refused order {order}", 402, {"retry": False}) from error


def add_up(lines, depth):
    return lines[depth]["cents"] + add_up(lines, depth + 1)


@app.task
def check_totals(order, lines=40):
    """Fails deep inside a recursion: a traceback of many frames."""
    add_up([{"cents": 5}] * lines, 0)


@app.task(bind=True, max_retries=5)
def capture(self, order, fails=2, countdown=1):
    """Retries `fails` times, then succeeds."""
    if self.request.retries < fails:
        error = GatewayError(f"upstream timed out for order {order}, attempt {self.request.retries + 1}")
        raise self.retry(exc=error, countdown=countdown)
    return f"order {order} captured at attempt {self.request.retries + 1}"


@app.task(bind=True, autoretry_for=(OSError,), max_retries=2, default_retry_delay=1)
def refund(self, order):
    """Retries twice and then fails for good."""
    open_connection("bank.example")
