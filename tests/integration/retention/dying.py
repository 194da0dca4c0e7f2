"""Records that may be destroyed from now on, each with a photograph, and some of them held: for proofs in which
destroyers are killed.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from children.models import Child
from retention.models import DestructionItem, EndingRow, FileToDrop, ItemRun, Tombstone
from retention.services.brakes import MOST_A_DAY
from retention.services.holds import set_hold
from safeguarding.ending.removal import left_of
from safeguarding.keys import uuid7
from safeguarding.sealing import files
from safeguarding.sealing.models import KEYS, SubjectKey
from tests import stores

from .conftest import Office, days_ago, make_office, time_was_looked_at, wait_is_over
from .kinds import photograph

# Of a hundred.
HELD = 15


@dataclass(frozen=True)
class Due:
    """The keys of the records that may be destroyed, and of those that are held."""

    free: frozenset[UUID]
    held: frozenset[UUID]


def keep_on_disk(settings: Any, folder: Path) -> None:
    """Files and the ledger lie where the processes of the test look for them."""
    stores.use(settings, "FolderStore", location=folder / "files")
    settings.ANCHOR_FOLDER = folder / "anchors"


def due_at_schools(number: int) -> Due:
    """As many records, at schools of which none would be stopped for the number."""
    free, held = set(), set()
    for first in range(0, number, MOST_A_DAY):
        place = make_office(f"School {first // MOST_A_DAY + 1}")
        children = [_leaver(place, first + n) for n in range(min(MOST_A_DAY, number - first))]
        place.due(*children)
        place.approve(place.sent(*children))
        for n, child in enumerate(children, start=first):
            is_held = (n + 1) * HELD // 100 > n * HELD // 100
            if is_held:
                _hold(place, child)
            (held if is_held else free).add(child.pk)
    wait_is_over()
    time_was_looked_at()
    return Due(frozenset(free), frozenset(held))


def _leaver(place: Office, number: int) -> Child:
    child = place.leaver(f"Ida{number}", "Thorne")
    photograph(place, child, at=days_ago(4000))
    return child


def _hold(place: Office, child: Child) -> None:
    review_on = timezone.localdate() + timedelta(days=200)
    words = {"scope": "child", "kind": "police", "reason": "The police asked.", "review_on": review_on}
    set_hold(school=place.school, token=uuid7(), child=child, by=place.room.deputy, **words)


def problems(due: Due) -> list[str]:
    """What is not as it has to be once all of it is over: lost, done twice, touched, or left."""
    keys = dict(SubjectKey.objects.using(KEYS).filter(kind="child").values_list("pk", "wrapped"))
    left = set(Child.objects.filter(ending_at=None).values_list("pk", flat=True))
    tombs = [key for (key,) in Tombstone.objects.values_list("record_key")]
    stored = {name for child in Child.objects.all() for name in child.photographs.values_list("stored", flat=True)}
    said = {
        "a held record is touched, or one is left that was free": left == due.held,
        "a card is half gone": not Child.objects.exclude(ending_at=None).exists(),
        "something is left of one more often, or less often, than once": sorted(tombs) == sorted(due.free),
        "a step is not taken": not ItemRun.objects.exclude(state=ItemRun.State.FILES_GONE).exists(),
        "a run is there twice": ItemRun.objects.count() == len(due.free),
        "a key opens what is gone": not any(keys[key] for key in due.free),
        "a key of what is held is gone": all(keys[key] for key in due.held),
        "a file has no row, or a row no file": set(files.stored_names()) == stored and len(stored) == len(due.held),
        "a file waits": not FileToDrop.objects.filter(dropped_at=None).exists(),
        "a file was dropped more or less often than once": FileToDrop.objects.count() == len(due.free),
        "a row waits": not EndingRow.objects.exists(),
        "a key of one stands somewhere": left_of(list(due.free)) == [],
        "an item is gone": DestructionItem.objects.count() == len(due.free | due.held),
    }
    return [what for what, holds in said.items() if not holds]
