"""Who comes first where somebody holds a record in the moment in which its destruction begins?

`race_for_records` is the proof, of as many races as asked for.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from random import Random
from threading import Barrier, Event
from typing import Any

import psycopg
from django.db import connections
from django.utils import timezone

from children.models import Child
from retention.models import DestructionItem
from retention.services.holds import set_hold
from safeguarding.accounts.models import User
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.keys import uuid7

# In seconds: by how much one of the two begins later, at most.
CLOSE = 0.05


def race_for_records(
    items: Iterable[DestructionItem], *, by: User, destroyer: psycopg.Connection, seed: int
) -> list[tuple[bool, bool]]:
    """For each item: whether a hold was set, and whether its destruction began. Never both, and never neither.

    Of the first two the one is held before, and the other after.
    """
    chance = Random(seed)
    return [_race(item, by, destroyer, chance, number) for number, item in enumerate(items)]


def _race(
    item: DestructionItem, by: User, destroyer: psycopg.Connection, chance: Random, number: int
) -> tuple[bool, bool]:
    line, late = Barrier(2), chance.uniform(-CLOSE, CLOSE)
    child, scope = Child.objects.select_related("school").get(pk=item.record_key), chance.choice(("child", "family"))

    def hold() -> bool:
        words = {
            "kind": "police",
            "reason": "The police asked.",
            "review_on": timezone.localdate() + timedelta(days=90),
        }
        try:
            # A record that is ending is there for nobody, and takes nothing new.
            with suppress(NotAllowed, OutOfTurn):
                set_hold(school=child.school, token=uuid7(), scope=scope, child=child, by=by, **words)
                return True
            return False
        finally:
            connections.close_all()

    def begin() -> bool:
        [why] = destroyer.execute("SELECT public.begin_ending(%s)", [item.pk]).fetchone() or [None]
        return bool(why == "")

    def started(work: Callable[[], Any], later: float) -> Any:
        line.wait()
        Event().wait(max(later, 0))
        return work()

    with ThreadPoolExecutor(2) as pool:
        if number == 0:
            return pool.submit(hold).result(), begin()
        if number == 1:
            return (begin(), pool.submit(hold).result())[::-1]
        held = pool.submit(started, hold, late)
        begun = pool.submit(started, begin, -late)
        return held.result(), begun.result()
