"""Does the chronology say that two records became one, and two again, to those who may know it and nobody else?"""

from datetime import timedelta

import pytest
from django.urls import reverse

from children.services import merging
from children.services.access import declare_conflict, grant_child
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.children.twice import TODAY, WHY, merged, opened, text
from tests.walls import asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MADE, TAKEN_APART = " became part of the other.", " is a record of its own again."


@pytest.fixture
def room():
    return factories.staffroom()


def test_a_merge_and_its_undoing_are_entries_with_who_and_when_that_lead_to_its_page(client, room, pair):
    keep, other = pair
    asked = merging.ask(keep=keep, other=other, reason=WHY, token=uuid7(), by=room.office)

    def chronology(person, child):
        return text(opened(client, person, "child_chronology", child.pk))

    assert MADE not in chronology(room.lead, keep), "asked is not decided"
    done = merged(room, keep, other)
    assert done.pk == asked.pk
    there = reverse("merge", args=[done.pk])
    page = chronology(room.lead, keep)
    assert page.count(MADE) == 1 and there in page and room.lead.full_name in page
    assert f"Record {other.number} became part of the other." in page and "Fairclough-Pike" not in page
    # A pastoral lead who was given the child reads its chronology, and no merges.
    grant_child(child=keep, user=room.pastoral, reason="Helps", last_day=TODAY + timedelta(days=9), by=room.headteacher)
    assert MADE not in chronology(room.pastoral, keep) and opened(
        client, room.pastoral, "merge", done.pk
    ).status_code in (403, 404)
    third = factories.child(room.school, "Rohan", "Ashdown", by=room.office)
    with asking(room.lead):
        again = merged(room, third, keep, at=SCHOOL_DAY + timedelta(minutes=1))
    assert chronology(room.lead, third).count(MADE) == 2, "those of a record that became part come along"
    for undone, why, by in ((again, "No.", room.lead), (done, "Cousins.", room.headteacher)):
        with asking(by):
            merging.undo(merge=undone, reason=why, by=by)
    for child in (keep, other):
        page = chronology(room.lead, child)
        assert MADE in page and TAKEN_APART in page and room.headteacher.full_name in page
        assert there in page and "Cousins." not in page
    # Whoever may not see one of the two has no entry on the other.
    declare_conflict(user=room.deputy, child=other, kind="relative", by=room.deputy)
    page = chronology(room.deputy, keep)
    assert there not in page and reverse("merge", args=[again.pk]) in page
    with asking(room.lead):
        merged(room, keep, other, at=SCHOOL_DAY + timedelta(minutes=2))
    assert opened(client, room.deputy, "child_chronology", keep.pk).status_code == 404
