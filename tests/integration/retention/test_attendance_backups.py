"""Is an older backup no way back to the days of a register, and does it take nobody else's?"""

from pathlib import Path
from typing import Any

import pytest

from retention.ledger import _complete
from retention.models import ItemPart, ItemRun, Tombstone
from retention.services import parts
from retention.services.destroying import destroy_due
from safeguarding.ending.by_child import AT_ONCE
from safeguarding.plans.models import AttendanceDay, AttendanceYear
from safeguarding.sealing import ledger
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.services.replaying import refuse_unreplayed
from tests.integration.sealing.backed import backed_up
from tests.integration.sealing.conftest import files, installation  # noqa: F401  (fixtures)

from .attending import Register, lay_register
from .conftest import Office
from .leaving import lose, put_back_by_hand, signed_in_as
from .test_attendance import Killed
from .test_ledger_and_backups import restore

pytestmark = pytest.mark.django_db(transaction=True)
CHILDREN = AT_ONCE + 4


def put_back(records: Path, keys: Path) -> None:
    """The backup from before, by hand; nothing starts on it."""
    lose("default", KEYS)
    put_back_by_hand(records, keys)
    assert AttendanceDay.objects.count() == 3 * CHILDREN
    with pytest.raises(SystemExit, match=r"brought back \d+ records that were destroyed.*restore --destroyed"):
        refuse_unreplayed()


def ensure_kept(register: Register, *kept: Any) -> None:
    for child in register.children:
        whole = [*register.old, *register.new]
        assert register.days(child) == (whole if child in kept else register.new)
    register.ensure_opened()
    refuse_unreplayed()


def test_an_older_backup_loses_the_same_days_again_and_no_others(
    place: Office,
    installation: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = lay_register(place, CHILDREN)
    held = max(register.children, key=lambda child: child.pk)
    register.hold(held)
    item = register.approved()
    _, records, keys = backed_up()

    # The machine is lost after the first part.
    def killed(_: Any) -> Any:
        raise Killed

    with signed_in_as("destroyer"), monkeypatch.context() as patched:
        begin = parts._begin_part
        patched.setattr(parts, "_begin_part", lambda key: killed(key) if ItemPart.objects.exists() else begin(key))
        with pytest.raises(Killed):
            destroy_due()
    [line] = ledger.entries()
    put_back(records, keys)
    assert "1 records that had been destroyed were here" in restore("--destroyed")
    left = set(AttendanceDay.objects.filter(on__in=register.old).values_list("child", flat=True))
    assert left == {child.pk for child in register.children} - set(line.children)
    assert not ItemRun.objects.exists(), "the item goes on where it was then"
    refuse_unreplayed()
    with signed_in_as("destroyer"):
        assert destroy_due() == 1
    ensure_kept(register, held)

    # And once more when all of it is done.
    put_back(records, keys)
    assert "3 records that had been destroyed were here" in restore("--destroyed")
    assert "0 records that had been destroyed" in restore("--destroyed")
    ensure_kept(register, held)
    assert not AttendanceYear.objects.filter(pk=register.year.pk).exists()
    assert ItemRun.objects.get(item=item).state == ItemRun.State.FILES_GONE
    assert Tombstone.objects.get().record_key == register.year.pk
    # The file of the ledger is lost, and written again before the next line from what stands here.
    before = {line.item: set(line.children) for line in ledger.entries()}
    ledger.path().unlink()
    _complete()
    assert {line.item: set(line.children) for line in ledger.entries()} == before
