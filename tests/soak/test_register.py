"""A school year of 80,000 days ends though `destroyer` is killed at every step, and nobody who is held loses a day."""

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from retention import ledger as lines
from retention.models import ItemPart, Tombstone
from retention.services import destroying, parts
from retention.services.destroying import destroy_due
from safeguarding.ending.by_child import AT_ONCE
from safeguarding.plans.models import AttendanceDay
from safeguarding.sealing import ledger
from safeguarding.sealing.models import KEYS
from tests.integration.retention.attending import lay_register
from tests.integration.retention.conftest import Office, as_destroyer, place  # noqa: F401  (fixture)
from tests.integration.retention.test_attendance import Killed

pytestmark = [pytest.mark.soak(part="kills"), pytest.mark.django_db(databases=["default", KEYS])]
CHILDREN, DAYS = 421, 190
STEPS = [
    (parts, "_begin_part", False),
    (parts, "_begin_part", True),
    (lines, "note_part", False),
    (lines, "note_part", True),
    (parts, "end_part", True),
]


def test_eighty_thousand_days_end_through_a_kill_at_every_step(
    place: Office,  # noqa: F811
    settings: Any,
    tmp_path: Path,
    figures: dict[str, Any],
) -> None:
    settings.ANCHOR_FOLDER = tmp_path / "anchors"
    settings.EPOCH_KEYS_PATH = Path(shutil.copy(settings.EPOCH_KEYS_PATH, tmp_path))
    register = lay_register(place, CHILDREN, DAYS)
    assert AttendanceDay.objects.count() == CHILDREN * (DAYS + 1) > 80_000
    chance, kept = Random(36), set()
    for child in chance.sample(register.children, 5):
        register.hold(child)
        kept.add(child.pk)
    register.approved()
    kills = 0
    while not Tombstone.objects.exists():
        # Between two parts somebody is held who is in none.
        begun = {key for part in ItemPart.objects.all() for key in part.children}
        left = [child for child in register.children if child.pk not in begun | kept]
        for where, name, after in STEPS if left else [(destroying, "end_keys", False), (destroying, "_end_rows", True)]:
            kills += killed(where, name, after=after)
        left = [child for child in left if not ItemPart.objects.filter(children__contains=[child.pk]).exists()]
        if len(left) > AT_ONCE:
            held = chance.choice(left)
            register.hold(held)
            kept.add(held.pk)
    for child in register.children:
        assert len(register.days(child)) == (DAYS + 1 if child.pk in kept else 1)
    assert sum(len(line.children) for line in ledger.entries()) == CHILDREN - len(kept)
    register.ensure_opened()
    figures |= {"days": CHILDREN * DAYS, "kills": kills, "kept": len(kept), "parts": ItemPart.objects.count()}


def killed(where: Any, name: str, *, after: bool) -> int:
    """Let a process run until it comes to a step, and be killed before or after it. Returns whether it came there."""
    step = getattr(where, name)

    def kill(*given: Any, **named: Any) -> Any:
        if after:
            step(*given, **named)
        raise Killed

    with pytest.MonkeyPatch.context() as patched, as_destroyer():
        patched.setattr(where, name, kill)
        try:
            destroy_due()
        except Killed:
            return 1
    return 0
