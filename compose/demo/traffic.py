"""Publishes work for the demo shop.

    python3 traffic.py [--rate 5] [--seed N]     a natural mix with bursts, for ever; survives broker restarts
    python3 traffic.py --once [--prefix demo]    one of every kind, then exit (takes about 6 s)

With a seed, the order of kinds, the arguments and the task ids are the same in every run.

`--once` gives every task an id of its own, so that a test knows what to look for. Workers must be running,
because two kinds are revoked. With prefix `demo` and all tasks finished, these are the ids and their ends:

    demo-success              SUCCESS
    demo-slow                 SUCCESS after 2 s
    demo-eta                  SUCCESS, received 3 s before it starts
    demo-failure              FAILURE, three chained exceptions
    demo-deep                 FAILURE, a recursion of 40 frames
    demo-retry                SUCCESS at the third attempt
    demo-retry-exhausted      FAILURE after two retries
    demo-chain-1, -2, -3      SUCCESS, each the parent of the next, root demo-chain-1
    demo-group-1, -2, -3      SUCCESS
    demo-chord-1, -2, -3      SUCCESS; then demo-chord-body SUCCESS (with celery.chord_unlock tasks in between)
    demo-long                 SUCCESS, arguments and result cut at about 1024 characters
    demo-unicode              SUCCESS, emoji and other letters
    demo-progress             SUCCESS, with five task-progress events
    demo-revoked              revoked before a worker took it
    demo-terminated           revoked with terminate, signal SIGTERM, while running
    demo-expired              revoked with expired=true
    demo-rejected             rejected, requeue=false; no other end
    demo-requeued             rejected, requeue=true; then SUCCESS
    demo-ignored              started, no other end
    demo-unknown              FAILURE NotRegistered, never received
    demo-soft-limit           FAILURE SoftTimeLimitExceeded
    demo-hard-limit           FAILURE TimeLimitExceeded
    demo-lost                 FAILURE WorkerLostError
    demo-silent               sent, no other event
    demo/an odd id: 100% & ünïcode? #🐇    SUCCESS
"""

import argparse
import heapq
import itertools
import random
import sys
import time
import uuid

from celery import chain, chord, group
from kombu.exceptions import OperationalError

from shop import app, mail, orders, payments, reports, stock

NAMES = ["Zoë Müller", "Łukasz Nowak", "山田花子", "Ana-María Núñez", "O'Brien \"Bob\"", "Ada 🚀 Lovelace"]
SUPPLIERS = ["Böhm & Söhne", "ACME", "株式会社サンプル"]
LONG = [f"customer{n:04}@example.org" for n in range(200)]


class Shop:
    """Every kind of task, as a method: its name is what the shop does, `id` makes up the id of each task."""

    def __init__(self, rng, id, later):
        self.rng = rng
        self.id = id        # (what) -> task id
        self.later = later  # (seconds, action): to be done after a while

    def order(self):
        return self.rng.randint(10_000, 99_999)

    def success(self):
        items = self.rng.sample(["tea", "cup", "kettle", "honey"], self.rng.randint(1, 4))
        orders.place.apply_async((self.order(), self.rng.choice(NAMES), items), task_id=self.id("success"))

    def receipt(self):
        mail.send_receipt.apply_async((self.order(), self.rng.choice(NAMES)), task_id=self.id("receipt"))

    def shipping(self):
        seconds = round(self.rng.uniform(0.05, 0.5), 2)
        orders.ship.apply_async((self.order(),), {"seconds": seconds}, task_id=self.id("shipping"))

    def slow(self):
        reports.archive.apply_async(("2026-10",), {"seconds": 2}, task_id=self.id("slow"))

    def eta(self):
        orders.ship.apply_async((self.order(), "Hermes"), task_id=self.id("eta"), countdown=3)

    def failure(self):
        payments.charge.apply_async((self.order(), 4999), task_id=self.id("failure"))

    def deep(self):
        payments.check_totals.apply_async((self.order(),), task_id=self.id("deep"))

    def retry(self):
        payments.capture.apply_async((self.order(),), {"fails": 2}, task_id=self.id("retry"))

    def retry_exhausted(self):
        payments.refund.apply_async((self.order(),), task_id=self.id("retry-exhausted"))

    def chain(self):
        chain(
            orders.place.si(self.order(), self.rng.choice(NAMES), ["tea"]).set(task_id=self.id("chain-1")),
            payments.capture.s(fails=0).set(task_id=self.id("chain-2")),
            mail.send_receipt.s().set(task_id=self.id("chain-3")),
        ).apply_async()

    def group(self):
        group(
            orders.ship.si(self.order(), seconds=0.2).set(task_id=self.id(f"group-{n}")) for n in (1, 2, 3)
        ).apply_async()

    def chord(self):
        header = [reports.day.si(f"2026-11-0{n}").set(task_id=self.id(f"chord-{n}")) for n in (1, 2, 3)]
        chord(header)(reports.monthly.s(month="2026-11").set(task_id=self.id("chord-body")))

    def long(self):
        mail.send_newsletter.apply_async(("🍂 November", LONG), task_id=self.id("long"))

    def unicode(self):
        text = "naïve café – „Grüße“ 🐇\n'single' \"double\" \\ e\u0301 עברית"
        mail.translate.apply_async((text,), {"language": "日本語"}, task_id=self.id("unicode"))

    def progress(self):
        orders.import_catalogue.apply_async((self.rng.choice(SUPPLIERS),), task_id=self.id("progress"))

    def revoked(self):
        task_id = self.id("revoked")
        app.control.revoke(task_id)
        self.later(2, lambda: orders.ship.apply_async((self.order(),), task_id=task_id))

    def terminated(self):
        task_id = self.id("terminated")
        orders.reindex.apply_async(task_id=task_id)
        self.later(4, lambda: app.control.revoke(task_id, terminate=True, signal="SIGTERM"))

    def expired(self):
        # The worker has to hold the task when it expires; one still in its queue would vanish without an event.
        orders.ship.apply_async((self.order(),), task_id=self.id("expired"), countdown=4, expires=2)

    def rejected(self):
        stock.reserve.apply_async((self.rng.randint(1, 500),), task_id=self.id("rejected"))

    def requeued(self):
        stock.recount.apply_async((self.rng.randint(1, 500),), task_id=self.id("requeued"))

    def ignored(self):
        stock.release.apply_async((self.rng.randint(1, 500),), task_id=self.id("ignored"))

    def unknown(self):
        app.send_task("shop.loyalty.add_points", (self.order(), 20), task_id=self.id("unknown"))

    def soft_limit(self):
        orders.wait_for_warehouse.apply_async((self.order(),), task_id=self.id("soft-limit"))

    def hard_limit(self):
        orders.wait_for_customs.apply_async((self.order(),), task_id=self.id("hard-limit"))

    def lost(self):
        orders.resize_photos.apply_async((self.order(),), task_id=self.id("lost"))

    def silent(self):
        orders.touch.apply_async((self.order(),), task_id=self.id("silent"))

    def odd_id(self):
        orders.place.apply_async((self.order(),), task_id=self.id("odd-id"))


# How often each kind is published, relative to the others. The kinds that occupy a process are rare.
WEIGHTS = {
    Shop.success: 300, Shop.receipt: 200, Shop.shipping: 150, Shop.failure: 40, Shop.retry: 30, Shop.chain: 30,
    Shop.unicode: 25, Shop.group: 20, Shop.progress: 15, Shop.eta: 15, Shop.deep: 12, Shop.long: 12, Shop.slow: 10,
    Shop.chord: 10, Shop.retry_exhausted: 10, Shop.requeued: 8, Shop.rejected: 8, Shop.ignored: 5, Shop.unknown: 5,
    Shop.revoked: 5, Shop.expired: 5, Shop.silent: 5, Shop.soft_limit: 3, Shop.terminated: 3, Shop.hard_limit: 2,
    Shop.odd_id: 2, Shop.lost: 1,
}
ONLY_FOR_EVER = {Shop.receipt, Shop.shipping}


class Later:
    """Actions to be done at a time to come."""

    def __init__(self):
        self.waiting = []
        self.number = itertools.count()

    def __call__(self, seconds, action):
        heapq.heappush(self.waiting, (time.monotonic() + seconds, next(self.number), action))

    def do_due(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            heapq.heappop(self.waiting)[2]()


def publish_once(prefix):
    odd = {"odd-id": f"{prefix}/an odd id: 100% & ünïcode? #🐇"}
    later = Later()
    shop = Shop(random.Random(1), lambda what: odd.get(what, f"{prefix}-{what}"), later)
    # Last the kinds that hold up a process, so that the others need not wait for them.
    for kind in sorted(WEIGHTS.keys() - ONLY_FOR_EVER, key=lambda kind: (-WEIGHTS[kind], kind.__name__)):
        kind(shop)
    while later.waiting:
        later.do_due()
        time.sleep(0.05)


def publish_for_ever(rate, seed):
    rng = random.Random(seed)
    later = Later()

    def new_id(what):
        task_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        return f"basket {task_id[:8]}/checkout" if what == "odd-id" else task_id

    shop = Shop(rng, new_id, later)
    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
    cleanup = 0
    while True:
        try:
            later.do_due()
            # Now and then ten at once; the pauses make up for it.
            burst = 10 if rng.random() < 0.02 else 1
            for kind in rng.choices(kinds, weights, k=burst):
                kind(shop)
            if time.monotonic() > cleanup:  # the results of chords are files that somebody has to remove
                app.send_task("celery.backend_cleanup")
                cleanup = time.monotonic() + 600
            time.sleep(rng.expovariate(rate / 1.18 / 1.2))  # 1.18: mean burst; 1.2: mean tasks of a kind
        except (OperationalError, OSError) as error:
            print(f"traffic: the broker is away ({error}); trying again", file=sys.stderr, flush=True)
            time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description="Publishes work for the demo shop.")
    parser.add_argument("--rate", type=float, default=5, help="tasks per second, on average (default 5)")
    parser.add_argument("--seed", type=int, help="makes a run repeatable, task ids included")
    parser.add_argument("--once", action="store_true", help="publish one of every kind and exit")
    parser.add_argument("--prefix", default="demo", help="with --once: what task ids begin with (default demo)")
    arguments = parser.parse_args()
    if arguments.rate <= 0:
        parser.error("--rate must be above 0")
    if "/" in arguments.prefix:
        parser.error("--prefix must not contain a slash: the results of the chord are files named by task id")
    if arguments.once:
        publish_once(arguments.prefix)
    else:
        seed = arguments.seed if arguments.seed is not None else random.SystemRandom().getrandbits(32)
        print(f"traffic: seed {seed}, about {arguments.rate:g} tasks/s", flush=True)
        publish_for_ever(arguments.rate, seed)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
