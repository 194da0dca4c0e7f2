"""Does sealing keep up with 200 events a second, with transactions left open, and does no late one hide?"""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from safeguarding.audit.models import Checkpoint, Event, Leaf
from safeguarding.audit.seals import services
from tests.integration.audit.seals.conftest import places
from tests.integration.audit.seals.record import seal_all, verify
from tests.integration.audit.seals.writers import gaps, hidden, write

__all__ = ["places"]
pytestmark = pytest.mark.soak(part="walls")
WRITERS, A_SECOND, SECONDS, EVERY = 50, 200, 600, 10
# What security.md allows between an event and its seal, when a minute passes between two runs: here seconds do.
MOST_LAG = 30 + EVERY


def waits(chance: random.Random) -> Callable[[bool], object]:
    """In an open transaction up to 20 seconds. After each so long that all together write a fifth more than asked for:
    three events in each, less what is taken back and the time left open.
    """
    pause = WRITERS * 3 * 0.95 / (1.2 * A_SECOND) - 0.01 * 10
    clock = threading.Event()
    return lambda is_open: clock.wait(chance.random() * (20 if is_open else 2 * pause))


@pytest.mark.usefixtures("transactional_db")
def test_ten_minutes_of_200_events_a_second_with_open_transactions(
    connect: Callable[[str], psycopg.Connection], places: Any, figures: dict[str, Any]
) -> None:
    services.make_key()
    lags, began = [], time.monotonic()
    chances = [random.Random(number) for number in range(WRITERS)]
    connections, watching = [connect("web") for _ in range(WRITERS)], connect("web")
    rounds = late = 0
    with ThreadPoolExecutor(WRITERS) as people:
        work = [
            people.submit(write, one, chance, lambda: time.monotonic() < began + SECONDS, waits(chance))
            for one, chance in zip(connections, chances, strict=True)
        ]
        while not all(done.done() for done in work):
            threading.Event().wait(EVERY)
            services.seal_and_anchor()
            rounds, late = rounds + 1, late + hidden()
            oldest = watching.execute(
                "SELECT extract(epoch FROM clock_timestamp() - min(at)) FROM audit_event e "
                "WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)"
            ).fetchone()
            lags.append(float((oldest and oldest[0]) or 0))
        kept = sum(done.result() for done in work)
    rate = kept / SECONDS
    seal_all()
    code, report = verify(Path(places.anchors))
    figures |= {
        "events": Event.objects.count(),
        "events_a_second": round(rate),
        "seals": Checkpoint.objects.count(),
        "rounds": rounds,
        "gaps": gaps(),
        "late_in_a_sealed_range": late + hidden(),
        "most_lag_seconds": round(max(lags), 1),
    }
    assert (code, report["findings"]) == (0, [])
    assert Leaf.objects.count() == Event.objects.count() >= kept
    assert (figures["gaps"], figures["late_in_a_sealed_range"]) == (0, 0)
    assert rate >= A_SECOND
    assert max(lags) < MOST_LAG
