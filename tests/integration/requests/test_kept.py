"""Do the files of a request stay in the store, and does a case follow its child to another record and back?"""

from datetime import timedelta
from typing import Any

import pytest

from children.services import merging
from safeguarding.ending.reasons import what_keeps
from safeguarding.exceptions import OutOfTurn
from safeguarding.sealing import files
from safeguarding.sealing.services.destroying import destroy_key
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import Subject, first_subject, record_of
from safeguarding.uploads.services.strays import drop_strays
from sharing.requests.models import Bundle, RequestFile, RightsRequest
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.children.twice import WHY, merged
from tests.integration.concerns.filed import stored
from tests.integration.requests import cases
from tests.integration.requests.test_walls import seen

pytestmark = pytest.mark.django_db


def _kept(row: Any) -> str:
    owner, kind = record_of(row)
    return files.keep(b"%PDF-1.7", key=key_of(owner, kind, first_subject(row)))


@pytest.mark.usefixtures("empty_store")
def test_the_files_of_a_request_are_no_strays():
    room = factories.staffroom()
    case = cases.case_row(room, factories.child(room.school, by=room.office))
    item = cases.item(case, room.lead)
    file = cases.file_of(item, stored=_kept(item))
    volume = cases.built(case, by=room.lead)
    volume.stored = _kept(volume.bundle)
    volume.save(update_fields=["stored"])
    long_after = SCHOOL_DAY + timedelta(days=900)
    assert (drop_strays(at=long_after), len(stored())) == (0, 2)
    # Of a file whose row is gone, the file goes.
    RequestFile._base_manager.filter(pk=file.pk).delete()
    assert (drop_strays(at=long_after), len(stored())) == (1, 1)
    assert Bundle._base_manager.exists()


def test_a_case_follows_its_child_to_the_record_that_stays_and_back():
    room = factories.staffroom()
    keep, other = (factories.child(room.school, name, by=room.office) for name in ("Rowan", "Rowen"))
    case = cases.case_row(room, other)
    item = cases.item(case, room.deputy)
    cases.named(case, room.deputy, "reviewer")
    merge = merged(room, keep, other)
    case.refresh_from_db()
    assert case.child_id == keep.pk
    assert seen(RightsRequest, room.office) == {case.pk} and seen(type(item), room.deputy) == {item.pk}
    # It keeps the record that stays, and its key; the part ends with that one in any case.
    assert "keeps_open_request" in {kept.reason.fact for kept in what_keeps([keep.pk])[keep.pk] if kept.reason}
    for child in (keep, other):
        with pytest.raises(OutOfTurn):
            destroy_key(subject=Subject.child(child.pk), under="rule R02")
    merging.undo(merge=merge, reason=WHY, by=room.lead)
    case.refresh_from_db()
    assert case.child_id == other.pk and seen(type(item), room.deputy) == {item.pk}
    RightsRequest._base_manager.update(status="withdrawn", withdrawn_at=SCHOOL_DAY, withdrawn_by=room.office)
    kept = what_keeps([other.pk]).get(other.pk, [])
    assert "keeps_open_request" not in {one.reason.fact for one in kept if one.reason}
