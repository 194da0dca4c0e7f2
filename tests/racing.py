"""Who comes first where somebody holds a record in the moment in which its destruction begins?

`race_for_records` is the proof, of as many races as asked for. Half of them are started as close to each other as two
threads can be. In the others the two are sure to meet: one stands in the middle of its transaction until the other
waits for it, whatever the machine does besides.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from threading import Barrier, Event
from typing import Any

import psycopg
from django.db import connection, connections, transaction
from django.utils import timezone

from children.models import Child
from retention.models import DestructionItem
from retention.services.holds import set_hold
from safeguarding.accounts.models import User
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests.waiting import until

# In seconds: by how much one of the two begins later, at most.
CLOSE = 0.05
_WAITS_FOR = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND %s = ANY (pg_blocking_pids(pid)))"


def race_for_records(
    items: Iterable[tuple[DestructionItem, User]], *, destroyer: psycopg.Connection, seed: int
) -> list[tuple[bool, bool]]:
    """For each item, with who holds its record: whether a hold was set, and whether its destruction began. Never both,
    and never neither.

    Of each four, the destruction waits for the hold in the first, and the hold for the destruction in the second.
    """
    chance = Random(seed)
    ended = []
    for number, (item, by) in enumerate(items):
        child = Child.objects.select_related("school").get(pk=item.record_key)
        race = Race(item, child, by, destroyer, chance.choice(("child", "family")))
        if number % 4 == 0:
            ended.append(race.hold_first())
        elif number % 4 == 1:
            ended.append(race.destroyer_first())
        else:
            ended.append(race.at_once(chance.uniform(-CLOSE, CLOSE)))
    return ended


@dataclass(frozen=True)
class Race:
    """The destruction of one record, and a hold of this scope, set by this person: on the child, or on the school."""

    item: DestructionItem
    child: Child
    by: User
    destroyer: psycopg.Connection
    scope: str

    def hold_first(self) -> tuple[bool, bool]:
        """Whether it was held, and whether its destruction began, which had to wait until it was."""
        with ThreadPoolExecutor(2) as pool:
            with transaction.atomic():
                held = self._hold()
                begun = pool.submit(_apart, self._begin)
                until(lambda: begun.done() or _waits_for(connection.connection.info.backend_pid), seconds=60)
            return held, begun.result()

    def destroyer_first(self) -> tuple[bool, bool]:
        """The same, where the hold had to wait until its destruction had begun."""
        with ThreadPoolExecutor(2) as pool:
            with self.destroyer.transaction():
                begun = self._begin()
                held = pool.submit(_apart, self._hold)
                until(lambda: held.done() or _waits_for(self.destroyer.info.backend_pid), seconds=60)
            return held.result(), begun

    def at_once(self, late: float) -> tuple[bool, bool]:
        """The same, where the hold is set so many seconds later, or earlier, and the two may meet or not."""
        line = Barrier(2)

        def started(work: Callable[[], bool], later: float) -> bool:
            line.wait()
            Event().wait(max(later, 0))
            return work()

        with ThreadPoolExecutor(2) as pool:
            held = pool.submit(_apart, started, self._hold, late)
            begun = pool.submit(_apart, started, self._begin, -late)
            return held.result(), begun.result()

    def _hold(self) -> bool:
        words: dict[str, Any] = {
            "kind": "police",
            "reason": "The police asked.",
            "review_on": timezone.localdate() + timedelta(days=90),
        }
        # A record that is ending is there for nobody, and takes nothing new.
        with suppress(NotAllowed, OutOfTurn):
            set_hold(school=self.child.school, token=uuid7(), scope=self.scope, child=self.child, by=self.by, **words)
            return True
        return False

    def _begin(self) -> bool:
        [why] = self.destroyer.execute("SELECT public.begin_ending(%s)", [self.item.pk]).fetchone() or [None]
        # Of a hold on the child a row goes with the record, which is then not as it was approved.
        assert why in ("", "changed", "keeps_hold"), f"{why}: something else is in its way"
        return why == ""


def _apart(work: Callable[..., bool], *given: Any) -> bool:
    """In a thread, which leaves no connection behind."""
    try:
        return work(*given)
    finally:
        connections.close_all()


def _waits_for(key: int) -> bool:
    """Whether somebody waits for what this connection does."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS_FOR, [key])
        [[found]] = cursor.fetchall()
    return bool(found)
