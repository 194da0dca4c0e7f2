"""How do people write events while these are sealed, and did one come late or go missing?"""

import random
from collections.abc import Callable
from uuid import uuid4

import psycopg
from django.db import connection
from django.db.models import Max

from safeguarding.audit.models import Checkpoint, Leaf
from safeguarding.audit.seals.notes import Checkpoint as Said
from safeguarding.audit.seals.notes import SignedNote

ADD = (
    "INSERT INTO audit_event (id, verb, object_type, acting_role, purpose, shown, outcome) VALUES (%s, 'view', '', "
    "'', '', '', 'done')"
)
_HIDDEN = (
    "SELECT count(*) FROM audit_event e WHERE transaction_id < %s::text::xid8 "
    "AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)"
)


def write(
    web: psycopg.Connection, chance: random.Random, goes_on: Callable[[], bool], wait: Callable[[bool], object]
) -> int:
    """Write while `goes_on`: a few events in each transaction, some left open, some taken back.

    `wait` is called in one transaction of a hundred (with True), and after each. Returns how many events were kept.
    """
    kept = 0
    while goes_on():
        several, keep = chance.randint(1, 5), chance.random() > 0.05
        with web.transaction(force_rollback=not keep):
            for _ in range(several):
                web.execute(ADD, [uuid4()])
            if chance.random() < 0.01:
                wait(True)
        kept += several * keep
        wait(False)
    return kept


def hidden() -> int:
    """Events of a transaction below the newest complete seal's that have no number: they would never get one."""
    with connection.cursor() as cursor:
        said = [Said.parse(SignedNote.parse(c.note).body) for c in Checkpoint.objects.order_by("number")]
        cursor.execute(_HIDDEN, [str(max(s.settled_before for s in said if s.is_complete))])
        return int(cursor.fetchone()[0])


def gaps() -> int:
    """Numbers below the highest that no event has."""
    last = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1 - Leaf.objects.count()
