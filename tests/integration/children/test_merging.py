"""Do two records of one child become one, for everybody, and two again?"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from children.models import Child, ChildDetail, ConflictOfInterest, FormerUpn, MergedRow, OtherName
from children.services import find_children, merging
from children.services.access import declare_conflict, grant_child
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.keys import uuid7
from tests import factories, sheets
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db
TODAY = SCHOOL_DAY.date()


@pytest.fixture
def cast() -> factories.Staffroom:
    return factories.staffroom()


def two(cast: factories.Staffroom, **other: Any) -> tuple[Child, Child]:
    """A child, and the same child once more from the nursery, under another spelling and a UPN of its own."""
    born = date(2017, 3, 14)
    keep = factories.child(
        cast.school, "Rowan", "Ashdown", by=cast.office, details={"upn": sheets.number(1), "date_of_birth": born}
    )
    again = {"upn": sheets.number(2), "date_of_birth": born, "medical": "Carries an adrenaline pen"} | other
    return keep, factories.child(cast.school, "Rowen", "Ashdowne-Pike", by=cast.office, details=again)


def merged(cast: factories.Staffroom, keep: Child, other: Child, **more: Any) -> Any:
    given = {"reason": "The same birth certificate.", "token": uuid7(), "seen": None, "by": cast.lead, "at": SCHOOL_DAY}
    return merging.merge(keep=keep, other=other, **{**given, **more})


def test_first(cast):
    keep, other = two(cast)
    concern = factories.concern(cast, children=[ChildEntry(role="worried_about", child=other)])
    done = merged(cast, keep, other)
    assert concern.children.get().child_id == keep.pk
    keep.refresh_from_db()
    assert {f.child.pk for f in find_children(by=cast.lead, school=cast.school, words="Rowen Pike", today=TODAY)} == {keep.pk}
    assert FormerUpn.objects.get(child=keep).upn == sheets.number(2)
    merging.undo(merge=done, reason="Cousins.", by=cast.lead, at=SCHOOL_DAY + timedelta(days=30))
    assert concern.children.get().child_id == other.pk
    assert not FormerUpn.objects.exists()
