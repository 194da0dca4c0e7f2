"""The same with several concerns, saved filters, and notes of supervision that no role opens."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.audit.protection import may_view
from safeguarding.concerns.models import Action, ConcernNote, SavedFilter, SupervisionNote
from safeguarding.concerns.services import deciding, own, several
from safeguarding.exceptions import BadInput, NotAllowed
from tests import factories
from tests.factories import SCHOOL_DAY

from .decided import close, decide, fresh

pytestmark = pytest.mark.django_db
REVIEW = date(2026, 12, 8)


@pytest.fixture
def three(room):
    """One decided, one that waits, one closed."""
    found = [factories.concern(room, at=SCHOOL_DAY - timedelta(hours=n)) for n in (1, 2, 3)]
    for one in (found[0], found[2]):
        decide(deciding.open_concern(concern=one, by=room.lead, at=SCHOOL_DAY), room.lead)
    close(fresh(found[2]), room.lead)
    return [fresh(one) for one in found]


def test_each_of_several_goes_through_every_rule_and_what_was_not_done_is_said(room, three):
    review = {
        "concerns": three,
        "token": uuid4(),
        "review_on": REVIEW,
        "reason": "After the holidays.",
        "at": SCHOOL_DAY,
    }
    for _ in range(2):
        outcomes = several.review_all(**review, by=room.lead)
        assert [(one.done, one.sentence) for one in outcomes] == [
            (True, "Review on 8 December 2026."),
            (False, "It waits for a decision: decide first."),
            (False, "It is closed."),
        ]
    assert [fresh(one).review_on for one in three[:2]] == [REVIEW, None]
    assert ConcernNote.objects.filter(text__isnull=False).count() == 1
    assert not any(one.done for one in several.review_all(**review, by=room.pastoral))
    given = several.give_all(
        concerns=three, token=uuid4(), text="Look at it with me.", owner=room.pastoral, due_on=REVIEW, by=room.lead, at=SCHOOL_DAY
    )  # fmt: skip
    assert [one.done for one in given] == [True, True, False]
    assert Action.objects.filter(owner=room.pastoral).count() == 2


def test_the_page_of_several_keeps_what_was_chosen_and_typed(lead, room, three):
    address = reverse("many_concerns")
    page = lead.get(address)
    assert [row.concern for row in page.context["rows"]] == three[:2]
    typed = {"token": page.context["review_form"]["token"].value(), "do": "review", "chosen": [str(three[0].pk)], "review_on": "2026-12-08"}  # fmt: skip
    lacking = lead.post(address, typed)
    assert (lacking.status_code, lacking.context["picked"]) == (422, {str(three[0].pk)})
    nothing = lead.post(address, typed | {"chosen": [], "reason": "Later."})
    assert b"Choose at least one concern" in nothing.content
    done = lead.post(address, typed | {"reason": "Later."})
    assert [one.done for one in done.context["outcomes"]] == [True]


def test_a_saved_filter_is_its_owners_alone_and_keeps_codes_only(lead, client, room, three):
    page = lead.get(reverse("concerns"), {"status": "decided"})
    form = {"token": page.context["save_form"]["token"].value(), "status": "decided", "name": "Rowan’s family"}
    for _ in range(2):
        assert lead.post(reverse("save_filter"), form).url.endswith("?status=decided")
    [mine] = SavedFilter.objects.all()
    assert (mine.name, mine.chosen) == ("Rowan’s family", {"status": "decided"})
    assert "Rowan’s family" in lead.get(reverse("concerns")).content.decode()
    with pytest.raises(BadInput, match="Choose something to narrow"):
        own.save_filter(school_id=room.school.pk, token=uuid4(), name="All", chosen={}, by=room.lead)
    client.force_login(room.deputy)
    assert "Rowan’s family" not in client.get(reverse("concerns")).content.decode()
    client.post(reverse("remove_filter", args=[mine.pk]))
    assert SavedFilter.objects.exists()
    client.force_login(room.lead)
    client.post(reverse("remove_filter", args=[mine.pk]))
    assert not SavedFilter.objects.exists()


def test_notes_of_supervision_are_for_two_and_ask_for_the_code_first(client, room, settings):
    add = {"school": room.school, "token": uuid4(), "held_on": SCHOOL_DAY.date(), "text": "C-2026-0001 weighs on me.", "at": SCHOOL_DAY}  # fmt: skip
    note = own.add_supervision(**add, other=room.headteacher, by=room.lead)
    assert own.add_supervision(**add, other=room.headteacher, by=room.lead) == note
    seen = {who for who in ("lead", "headteacher", "deputy", "teacher", "office") if may_view(getattr(room, who), note)}
    assert seen == {"lead", "headteacher"}
    with pytest.raises(BadInput, match="does not lead on safeguarding"):
        own.add_supervision(**add, other=room.teacher, by=room.lead)
    with pytest.raises(NotAllowed):
        own.add_supervision(**add, other=room.lead, by=room.pastoral)
    assert SupervisionNote.objects.count() == 1
    client.force_login(room.lead)
    assert "C-2026-0001" in client.get(reverse("supervision")).content.decode()
    # Given longer ago than is fresh.
    settings.FACTOR_FRESH = 0
    asked = client.get(reverse("supervision"))
    assert asked.status_code == 302
    assert "C-2026-0001" not in asked.content.decode()
    client.force_login(room.teacher)
    assert client.get(reverse("supervision")).status_code == 403
