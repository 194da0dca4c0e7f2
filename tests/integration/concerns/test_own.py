"""The same with several concerns, saved filters, and notes of supervision that no role opens."""

import re
from datetime import date, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.urls import reverse

from children.mentions import marker
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.services import end_role
from safeguarding.audit.protection import may_view
from safeguarding.concerns.models import Action, ConcernNote, Mention, SavedFilter, SupervisionNote
from safeguarding.concerns.services import deciding, own, several
from safeguarding.exceptions import BadInput, NotAllowed
from tests import factories
from tests.factories import SCHOOL_DAY

from .decided import close, decide, fresh

pytestmark = pytest.mark.django_db
REVIEW = date(2026, 12, 8)


def day(on):
    """A day as its three boxes send it."""
    return {"held_on_day": on.day, "held_on_month": on.month, "held_on_year": on.year}


@pytest.fixture
def three(room):
    """One decided, one that waits, one closed."""
    found = [factories.concern(room, at=SCHOOL_DAY - timedelta(hours=n)) for n in (1, 2, 3)]
    for one in (found[0], found[2]):
        decide(deciding.open_concern(concern=one, by=room.lead, at=SCHOOL_DAY), room.lead)
    close(fresh(found[2]), room.lead)
    return [fresh(one) for one in found]


def test_each_of_several_goes_through_every_rule_and_what_was_not_done_is_said(room, three):
    hazel = factories.child(room.school, "Hazel", "Reed", by=room.office)
    review = {
        "concerns": three,
        "seen": {one.pk: one.revision for one in three},
        "token": uuid4(),
        "review_on": REVIEW,
        "reason": f"After the holidays, with {marker(hazel.pseudonym)}.",
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
    assert Mention.objects.get().child_key == hazel.pk
    assert not any(one.done for one in several.review_all(**review, by=room.pastoral))
    given = several.give_all(
        concerns=three,
        token=uuid4(),
        text="Look at it with me.",
        owner=room.pastoral,
        due_on=REVIEW,
        by=room.lead,
        at=SCHOOL_DAY,
    )
    assert [one.done for one in given] == [True, True, False]
    assert Action.objects.filter(owner=room.pastoral).count() == 2


def sent(page, *chosen):
    """What the browser sends of these concerns, without the reason."""
    shown = re.findall(r'name="shown" value="([^"]+)"', page.content.decode())
    token = page.context["review_form"]["token"].value()
    return {
        "token": token,
        "shown": shown,
        "do": "review",
        "chosen": [one.pk for one in chosen],
        "review_on": "2026-12-08",
    }


def test_the_page_of_several_keeps_what_was_chosen_and_typed(lead, room, three):
    address = reverse("many_concerns")
    page = lead.get(address)
    assert [row.concern for row in page.context["rows"]] == three[:2]
    typed = sent(page, three[0])
    lacking = lead.post(address, typed)
    assert (lacking.status_code, lacking.context["picked"]) == (422, {str(three[0].pk)})
    nothing = lead.post(address, typed | {"chosen": [], "reason": "Later."})
    assert b"Choose at least one concern" in nothing.content
    # A revision that no row has.
    for number in ("9" * 5_000, "²", ""):
        assert lead.post(address, typed | {"shown": [f"{three[0].pk}:{number}"]}).status_code == 422
    done = lead.post(address, typed | {"reason": "Later."})
    assert [one.done for one in done.context["outcomes"]] == [True]


def test_what_is_sent_is_about_the_concerns_that_stood_on_the_page_and_as_they_stood_there(lead, room, three):
    address = f"{reverse('many_concerns')}?status=decided"
    typed = sent(lead.get(address), three[0]) | {"reason": "Later."}
    # The list of the filter is another one by now.
    other = deciding.open_concern(concern=factories.concern(room, at=SCHOOL_DAY), by=room.lead, at=SCHOOL_DAY)
    decide(other, room.lead)
    close(fresh(three[0]), room.deputy)
    again = lead.post(address, typed | {"reason": ""})
    assert (again.status_code, [row.concern for row in again.context["rows"]]) == (422, three[:1])
    assert again.context["chosen"].errors == {}
    [refused] = lead.post(address, typed).context["outcomes"]
    assert (refused.done, refused.sentence) == (False, "It is closed.")
    typed = sent(lead.get(address), other) | {"reason": "Later."}
    deciding.add_note(concern=fresh(other), token=uuid4(), text="Rang.", by=room.deputy)
    before = fresh(other).review_on
    [late] = lead.post(address, typed).context["outcomes"]
    assert (late.done, late.sentence.startswith("Tom Aldous added to this concern")) == (False, True)
    assert fresh(other).review_on == before
    typed = sent(lead.get(address), other) | {"reason": "Later."}
    for _ in range(2):
        assert [one.done for one in lead.post(address, typed).context["outcomes"]] == [True]
    assert ConcernNote.objects.filter(concern=other, author=room.lead).count() == 1
    # A key that was not on the page.
    wrong = lead.post(address, typed | {"chosen": [three[1].pk]})
    assert "One of the concerns is not there any more" in wrong.content.decode()


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
    add = {
        "school": room.school,
        "token": uuid4(),
        "held_on": SCHOOL_DAY.date(),
        "text": "C-2026-0001 weighs on me.",
        "at": SCHOOL_DAY,
    }
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


def test_supervision_is_led_to_from_the_first_page_and_open_to_who_stands_in_and_to_who_has_a_note(client, room, clock):
    alternate = factories.member(room.school, "alternate_lead", "Ines", "Duarte")
    home, address = reverse("home"), reverse("supervision")
    link = f'href="{address}"'
    chair = factories.member(room.school, "chair", "Ros", "Neale")
    of_each = ((room.lead, True), (room.deputy, True), (alternate, True), (chair, True), (room.teacher, False))
    for person, there in of_each:
        client.force_login(person)
        assert (link in client.get(home, follow=True).content.decode()) is there, person
    note = {
        "school": room.school,
        "token": uuid4(),
        "held_on": SCHOOL_DAY.date(),
        "text": "It weighs on me.",
        "at": SCHOOL_DAY,
    }
    own.add_supervision(**note, other=alternate, by=room.deputy)
    client.force_login(alternate)
    page = client.get(address)
    assert "It weighs on me." in page.content.decode()
    typed = {"token": uuid4(), "other": room.deputy.pk, "text": "What I said.", **day(SCHOOL_DAY.date())}
    assert client.post(address, typed).status_code == 302
    # Led once, and teaches now: what was written stays theirs to read.
    end_role(assignment=RoleAssignment.objects.get(user=room.deputy), last_day=SCHOOL_DAY.date() - timedelta(days=1))
    factories.give_role(user=room.deputy, school=room.school, role_key="teacher", starts_on=factories.LONG_AGO)
    client.force_login(User.objects.get(pk=room.deputy.pk), factor=True)
    page = client.get(address)
    assert (page.status_code, page.context["form"]) == (200, None)
    assert link in client.get(home, follow=True).content.decode()
    assert [one.text for one in page.context["notes"]] == ["What I said.", "It weighs on me."]
    assert client.post(address, typed).status_code == 403
    assert SupervisionNote.objects.count() == 2


def test_a_note_of_supervision_that_is_not_taken_keeps_every_word(lead, room):
    address = reverse("supervision")
    typed = {"token": uuid4(), "other": room.headteacher.pk, "text": "A long note."}
    old = lead.post(address, typed | day(date(2024, 11, 20)))
    assert (old.status_code, list(old.context["form"].errors)) == (422, ["held_on"])
    assert "A long note." in old.content.decode()
    with patch.object(own, "partners", wraps=own.partners) as asked:
        # Chosen on the page, and gone when it is saved.
        asked.side_effect = [User.objects.filter(pk=room.headteacher.pk), User.objects.none()]
        gone = lead.post(address, typed | day(SCHOOL_DAY.date()))
    assert gone.status_code == 422
    assert "does not lead on safeguarding at this school" in gone.content.decode()
    assert "A long note.</textarea>" in gone.content.decode()
    assert not SupervisionNote.objects.exists()
