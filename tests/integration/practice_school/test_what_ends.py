"""Does each row of the practice school's privacy notice end, of which it says that it is destroyed?

A row for each rule that the notice names: of each the school has a record that is due. All of them are decided,
approved and destroyed in one run.
"""

import shutil
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from children.models import Photograph
from retention.models import DestructionItem, DestructionList, Group, RetentionDate, RetentionRule, Tombstone
from retention.phrases import is_plain
from retention.services.approvals import approve
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.list_notices import close_lists
from retention.services.lists import begin_list, decide, send
from retention.services.scan import is_due, on_no_list
from safeguarding.accounts.models import School, User
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.services.access import give_access
from safeguarding.ending.kinds import kinds
from safeguarding.ending.removal import left_of
from safeguarding.keys import uuid7
from safeguarding.privacy_notice import Asked
from safeguarding.sealing import files, ledger
from safeguarding.sealing.models import KEYS
from sharing.notice.models import PrivacyNotice
from sharing.notice.services.drafting import lines_of
from sharing.notice.services.health import health_of
from sharing.notice.services.telling import promised
from tests.integration.retention.conftest import as_destroyer, later

pytestmark = pytest.mark.django_db(databases=["default", KEYS])
# By the same row as a proof that a file came; those of the school are of children who left last year.
BESIDE = {"file_sent"}
# It counts from when the child was put on the list here, for all of them today (`retention/test_leavers.py` ends some).
NOT_YET = {"R09b"}


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ANCHOR_FOLDER = tmp_path / "anchors"
    # Keys of an epoch go with a list that is carried out.
    settings.EPOCH_KEYS_PATH = Path(shutil.copy(settings.EPOCH_KEYS_PATH, tmp_path))


def notice_of(school: School) -> PrivacyNotice:
    return PrivacyNotice.objects.get(school=school)


def told(school: School) -> dict[str, RetentionRule]:
    """The rules of which the published notice says that their records are destroyed."""
    lines = {line for _, line in lines_of(notice_of(school).sections) if line.endswith("estroyed")}
    rules = RetentionRule.objects.filter(school=school, status=RetentionRule.Status.IN_FORCE)
    return {rule.code: rule for rule in rules if any(line.startswith(f"{rule.record_class}: ") for line in lines)}


def due(school: School) -> dict[tuple[str, str], RetentionDate]:
    """For each rule, and each kind that ends by it, the record that is due last."""
    rows = on_no_list(RetentionDate.objects.filter(school=school), DestructionItem.objects)
    waits = DestructionItem.objects.filter(in_group=Group.ADULTS, left_out_at=None).values("record_key")
    there = rows | RetentionDate.objects.filter(is_due(), school=school, record_key__in=waits)
    return {
        (row.rule.code, row.kind): row
        for row in there.select_related("rule").order_by("due_on", "record_key")
        if row.rule
    }


def person(name: str) -> User:
    return User.objects.get(username=name)


def listed(school: School, keys: Collection[UUID], *, by: User) -> DestructionList:
    """A list of these, each decided to be destroyed, and sent."""
    made = begin_list(school=school, records=keys, token=uuid7(), by=by)
    for item in made.items.all():
        made.refresh_from_db()
        decide(item=item, seen=made.revision, kind="destroy", token=uuid7(), reason="Read, and not needed.", by=by)
    made.refresh_from_db()
    return send(on_list=made, seen=made.revision, by=by)


def approved(made: DestructionList, *, by: User) -> None:
    made.refresh_from_db()
    items = made.items.filter(left_out_at=None).values_list("pk", flat=True)
    approve(on_list=made, seen=made.revision, items=list(items), by=by)


def let_in(chair: User, head: User, keys: Collection[UUID]) -> None:
    """The Headteacher gives the chair access to these by name."""
    for concern in StaffConcern.objects.filter(pk__in=keys):
        last_day = timezone.localdate() + timedelta(days=60)
        give_access(concern=concern, user=chair, reason="To approve its end.", last_day=last_day, by=head)


def all_decided(school: School, found: dict[tuple[str, str], RetentionDate]) -> list[DestructionList]:
    """Three lists, and the one that the Headteacher has sent to the chair already."""
    lead, head, chair = person("d.oyebanji"), person("h.garthwick"), person("w.delapenha")
    waits = DestructionList.objects.get(school=school, in_group=Group.ADULTS)
    there = set(waits.items.values_list("record_key", flat=True))
    adults = [row.record_key for row in found.values() if row.in_group == Group.ADULTS and row.record_key not in there]
    let_in(chair, head, adults)
    lists = [waits, listed(school, adults, by=head)]
    for made in lists:
        approved(made, by=chair)
    for plain in (True, False):
        keys = [
            row.record_key
            for row in found.values()
            if row.in_group == Group.RECORDS and is_plain(row.kind, row.rule) == plain
        ]
        lists.append(listed(school, keys, by=lead))
        approved(lists[-1], by=head)
    return lists


def test_of_each_row_of_the_notice_a_record_is_due_and_is_destroyed(school: School) -> None:
    rows, found = told(school), due(school)
    assert set(rows) == set(notice_of(school).facts["destroyed"]) and set(rows) >= NOT_YET
    rows = {code: rule for code, rule in rows.items() if code not in NOT_YET}
    assert {code for code, _ in found} == set(rows), "a row of the notice of which nothing ends"
    # Where several kinds end by one row, a record of each.
    assert {kind for _, kind in found} == {key for key, one in kinds().items() if set(one.rules) & set(rows)} - BESIDE
    lists = all_decided(school, found)
    keys = [row.record_key for row in found.values()]
    stored = Photograph._base_manager.get(pk=found["R16", "photograph"].record_key).stored
    with later(days=15):
        with as_destroyer():
            # With two files that waited out their fourteen days.
            assert destroy_due() == len(found) + 2
            assert finish() >= len(lists)
        close_lists()
    for made in lists:
        made.refresh_from_db()
        assert made.status == DestructionList.Status.DONE
    assert left_of(keys) == []
    for (code, kind), row in found.items():
        assert not kinds()[kind].model._base_manager.filter(pk=row.record_key).exists(), kind
        assert Tombstone.objects.filter(record_key=row.record_key, under__startswith=f"rule {code} ").exists()
    assert {entry.record for entry in ledger.entries() if not entry.until} >= set(keys)
    assert stored not in set(files.stored_names())


def test_a_version_that_promised_more_is_red(school: School) -> None:
    """The notice as it stood before a kind carried out what it says: one more row, destroyed by nobody."""
    notice = notice_of(school)
    asked = Asked(school, timezone.now(), notice.published_by)
    assert promised(notice, at=timezone.now()) == []
    titles = [*notice.facts["schedule"], "rule R20 version 1", "rule R17 version 1"]
    notice.facts = {name: said for name, said in notice.facts.items() if name != "destroyed"} | {"schedule": titles}
    said = promised(notice, at=timezone.now())
    assert [line.partition("”")[0] for line in said] == [
        "“Accident record of a child",
        "“Record of who has seen and done what",
    ]
    wrong = {one.title: one.wrong for one in health_of(asked, published=notice)}
    assert wrong["What it says is destroyed is destroyed"] == said
