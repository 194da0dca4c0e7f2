"""Contacts with parents and agencies, meetings with their minutes, and reminders of what somebody has to do."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from children.facts import Adult
from children.models import Contact
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import acting
from safeguarding.audit.models import Event
from safeguarding.concerns.models import Action, Attachment, ContactMade, KeptText, Meeting, MeetingDecision
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import agencies, deciding, meeting
from safeguarding.concerns.services.agencies import Contacted
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.naming import ChildEntry, name_children
from safeguarding.concerns.services.reminding import remind
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY
from tests.walls import as_role

from .decided import act, decide, fresh

pytestmark = pytest.mark.django_db

CALLED = Called(kind="school", held_at=SCHOOL_DAY, place="Rainbow room", others="Dana Whitlock, school nurse")
RANG = Contacted(
    kind="agency",
    agency="health",
    with_whom="Dana Whitlock, school nurse",
    how="telephone",
    said="She will see him.",
    made_at=SCHOOL_DAY,
    parents_told="no_risk",
    parents_reason="It could add to the risk.",
)
DAY = timedelta(days=1)


@pytest.fixture
def rowan(room):
    mother = Adult(surname="Ashdown", forename="Kate", relationship="Mother", mobile="07700 900111")
    uncle = Adult(surname="Ashdown", forename="Darren", relationship="Uncle", mobile="07700 900112")
    made = factories.child(room.school, "Rowan", "Ashdown", by=room.office, adults=[mother, uncle])
    factories.order(made, "No contact with Rowan.", by=room.lead, binds="Darren")
    return made


@pytest.fixture
def concern(room, rowan):
    made = factories.concern(room, children=[ChildEntry("worried_about", rowan)])
    decide(deciding.open_concern(concern=made, by=room.lead, at=SCHOOL_DAY), room.lead)
    return fresh(made)


@pytest.fixture
def met(room, concern):
    return meeting.call_meeting(
        concern=concern, token=uuid4(), called=CALLED, staff=[room.lead, room.pastoral], by=room.lead, at=SCHOOL_DAY
    )


def look(at):
    """As the worker does, for nobody in particular."""
    with as_role("worker"):
        return remind(at=at)


def save(met, by, minutes, page, seen=0):
    return meeting.save_minutes(meeting=met, seen=seen, page=page, minutes=minutes, by=by, at=SCHOOL_DAY)


# --- contacts


def test_a_contact_is_recorded_once_by_leads_with_who_was_told_and_why_not(room, concern):
    token = uuid4()
    add = {"concern": concern, "token": token, "made": RANG, "at": SCHOOL_DAY}
    assert agencies.add_contact(**add, by=room.lead) == agencies.add_contact(**add, by=room.lead)
    assert ContactMade.objects.count() == 1
    with pytest.raises(NotAllowed):
        agencies.add_contact(**add, by=room.teacher)
    for changes, sentence in (
        ({"parents_reason": ""}, "why parents have not been told"),
        ({"with_whom": " "}, "name and the role"),
        ({"agency": ""}, "Choose the agency"),
        ({"made_at": SCHOOL_DAY + DAY}, "in the past"),
    ):
        with pytest.raises(BadInput, match=sentence):
            agencies.add_contact(**add | {"made": replace(RANG, **changes)}, by=room.lead)


def test_the_page_shows_who_must_not_be_told_and_asks_before_such_an_adult_is_chosen(lead, room, concern, rowan):
    address = reverse("record_contact", args=[concern.pk])
    page = lead.get(address)
    assert "No contact with Rowan." in page.content.decode()
    [(_, offered)] = [pair for pair in page.context["contact_form"].fields["adult"].choices if pair[0]]
    [uncle] = [key for key, words in offered if "an order or agreement binds them" in words]
    [mother] = [key for key, words in offered if "Mother" in words]
    typed = {
        "token": page.context["contact_form"]["token"].value(),
        "kind": "parent",
        "adult": uncle,
        "how": "in_person",
        "day_day": "24",
        "day_month": "11",
        "day_year": "2026",
        "time": "9am",
        "said": "He asked for the address.",
        "parents_told": "yes",
    }
    refused = lead.post(address, typed)
    assert (refused.status_code, "Read it, then say that you have" in refused.content.decode()) == (422, True)
    assert "He asked for the address." in refused.content.decode()
    assert lead.post(address, typed | {"heeded_order": "on"}).status_code == 302
    assert lead.post(address, typed | {"adult": mother}).status_code == 302
    first, second = ContactMade.objects.order_by("recorded_at", "pk")
    assert (first.with_whom, first.heeded_order) == ("Darren Ashdown, Uncle", True)
    assert (second.with_whom, second.heeded_order) == ("Kate Ashdown, Mother", False)
    shown = lead.get(reverse("concern", args=[concern.pk])).content.decode()
    assert "Darren Ashdown, Uncle" in shown
    assert "Contact: Kate Ashdown, Mother" in lead.get(reverse("child_chronology", args=[rowan.pk])).content.decode()


def test_an_order_about_another_child_of_the_concern_binds_the_same_adult_on_the_page_and_in_the_service(
    lead, room, concern
):
    mother = Adult(surname="Ashdown", forename="Kate", relationship="Aunt", mobile="07700 900111")
    father = Adult(surname="Hart", forename="Lee", relationship="Father", mobile="07700 900113")
    skye = factories.child(room.school, "Skye", "Hart", by=room.office, adults=[mother, father])
    factories.order(skye, "Not to meet Skye alone.", by=room.lead, binds="Kate", kind="agreement")
    name_children(concern, [ChildEntry("witness", skye)], by=room.lead, at=SCHOOL_DAY)
    address = reverse("record_contact", args=[concern.pk])
    page = lead.get(address)
    assert "Not to meet Skye alone." in page.content.decode()
    assert "Lee Hart" not in page.content.decode()
    [(_, offered)] = [pair for pair in page.context["contact_form"].fields["adult"].choices if pair[0]]
    [kate] = [key for key, words in offered if words == "Kate Ashdown, Mother; an order or agreement binds them"]
    typed = {
        "token": page.context["contact_form"]["token"].value(),
        "kind": "parent",
        "adult": kate,
        "how": "in_person",
        "day_day": "24",
        "day_month": "11",
        "day_year": "2026",
        "time": "9am",
        "said": "She rang.",
        "parents_told": "yes",
    }
    assert lead.post(address, typed).status_code == 422
    assert lead.post(address, typed | {"heeded_order": "on"}).status_code == 302
    assert ContactMade.objects.get().heeded_order is True
    of_witness = replace(RANG, kind="parent", adult=Contact.objects.get(forename="Lee"), agency="")
    with pytest.raises(BadInput, match="on no record of a child this concern is about"):
        agencies.add_contact(concern=concern, token=uuid4(), made=of_witness, by=room.lead, at=SCHOOL_DAY)


# --- meetings


def test_minutes_are_saved_as_they_are_typed_and_two_pages_do_not_overwrite_each_other(room, met):
    mine, theirs = uuid4(), uuid4()
    save(met, room.lead, "One.", mine)
    # The page's own next save does not know of the last revision, and need not.
    assert save(met, room.lead, "One. Two.", mine).revision == 2
    with pytest.raises(ChangedSince, match=room.lead.full_name):
        save(met, room.deputy, "Other words.", theirs, seen=1)
    assert save(met, room.deputy, "One. Two. Other words.", theirs, seen=2).minutes == "One. Two. Other words."
    with pytest.raises(ChangedSince):
        save(met, room.lead, "One. Two. Three.", mine)
    with pytest.raises(NotAllowed):
        save(met, room.pastoral, "Mine.", uuid4(), seen=9)
    assert Event.objects.filter(object_id=met.pk, verb=ConcernVerb.DRAFT).count() == 3


def test_finished_minutes_are_only_added_to_and_decisions_become_actions_once(room, concern, met):
    decided = meeting.note_decision(
        meeting=met, token=uuid4(), text="See the nurse weekly.", by=room.lead, at=SCHOOL_DAY
    )
    give = {
        "decision": decided,
        "owner": room.pastoral,
        "due_on": date(2026, 11, 27),
        "by": room.lead,
        "at": SCHOOL_DAY,
    }
    action = meeting.give_decision(**give)
    assert meeting.give_decision(**give) == action
    assert (action.text, action.owner) == ("See the nurse weekly.", room.pastoral)
    with pytest.raises(OutOfTurn, match=room.pastoral.full_name):
        meeting.give_decision(**give | {"owner": room.deputy})
    assert Action.objects.count() == 1
    finish = {"meeting": met, "seen": 0, "page": uuid4(), "by": room.lead, "at": SCHOOL_DAY}
    with pytest.raises(BadInput, match="Write the minutes"):
        meeting.finish_minutes(**finish, minutes=" ")
    for _ in range(2):
        assert meeting.finish_minutes(**finish, minutes="We met.").status == Meeting.Status.FINISHED
    with pytest.raises(OutOfTurn, match="Add to them"):
        save(met, room.lead, "We did not.", uuid4(), seen=9)
    with pytest.raises(OutOfTurn):
        meeting.note_decision(meeting=met, token=uuid4(), text="More.", by=room.lead)
    meeting.add_to_minutes(meeting=met, token=uuid4(), text="The nurse was late.", by=room.deputy)
    assert Meeting.objects.get().minutes == "We met."


def test_the_page_of_a_meeting_saves_shows_both_and_keeps_what_a_signed_out_author_typed(
    lead, client, room, concern, met
):
    address, minutes = reverse("meeting", args=[met.pk]), reverse("meeting_minutes", args=[met.pk])
    form = lead.get(address).context["minutes_form"]
    key = lead.get(address).context["key"]
    typed = {"key": key, "revision": form["revision"].value(), "page": str(form["page"].value())}
    kept = lead.post(reverse("meeting_keep", args=[met.pk]), typed | {"minutes": "First."})
    assert kept.json()["saved"].startswith("Minutes saved")
    save(met, room.deputy, "First. And the deputy.", uuid4(), seen=1)
    lost = lead.post(reverse("meeting_keep", args=[met.pk]), typed | {"minutes": "First. Second."})
    assert (lost.status_code, "Press Save minutes" in lost.json()["problem"]) == (409, True)
    both = lead.post(minutes, typed | {"minutes": "First. Second.", "do": "save"})
    assert both.status_code == 409
    assert {"First. And the deputy.", "First. Second."} <= {
        both.context["found"].minutes,
        both.context["minutes_form"]["minutes"].value(),
    }

    decided = lead.post(
        reverse("meeting_decide", args=[met.pk]),
        {"token": uuid4(), "text": "Ring the nurse.", "owner": room.pastoral.pk, "due_on": "2026-11-27"},
    )
    assert decided.url == f"{address}#decided"
    assert MeetingDecision.objects.get().action.owner == room.pastoral

    meeting.attach_to_meeting(meeting=met, token=uuid4(), uploads=[Upload("agenda.txt", b"One item.")], by=room.lead)
    assert Attachment.objects.get().get_absolute_url() == f"{address}#files"
    assert "agenda.txt" in lead.get(address).content.decode()
    assert lead.get(reverse("meeting_paper", args=[met.pk])).content[:4] == b"%PDF"

    lead.logout()
    answer = lead.post(minutes, typed | {"minutes": "Typed after the session.", "do": "save"})
    assert answer.status_code in (302, 303)
    assert KeptText.objects.get().part == met.pk
    client.force_login(room.lead)
    again = client.get(address)
    assert again.context["minutes_form"]["minutes"].value() == "Typed after the session."


def test_the_long_list_of_colleagues_is_folded_until_something_in_it_was_sent_back(lead, room, concern):
    address = reverse("call_meeting", args=[concern.pk])
    first = lead.get(address).content.decode()
    assert '<details class="govuk-details">' in first and "Colleagues who are there, beside you" in first
    ticked = [str(room.lead.pk), str(room.pastoral.pk)]
    again = lead.post(address, {"token": uuid4(), "kind": "", "staff": ticked})
    assert again.status_code == 422
    assert '<details class="govuk-details" open>' in again.content.decode()
    assert again.context["meeting_form"]["staff"].value() == ticked


def test_whoever_only_reads_reads_minutes_and_writes_none(client, room, met):
    client.force_login(room.teacher)
    assert client.get(reverse("meeting", args=[met.pk])).status_code == 403
    assert client.post(reverse("meeting_keep", args=[met.pk]), {"minutes": "No."}).status_code == 403


# --- reminders


def test_an_owner_is_reminded_the_day_before_and_when_it_is_late_once_each(room, concern):
    action = act(concern, room.lead, room.pastoral, due_on=date(2026, 11, 26))
    told = Notice.objects.filter(object_id=action.pk, kind=ConcernNotice.ACTION_DUE)
    assert look(SCHOOL_DAY) == 0
    assert look(datetime(2026, 11, 25, 5, 0, tzinfo=LONDON)) == 0
    assert (look(SCHOOL_DAY + DAY), look(SCHOOL_DAY + DAY), look(SCHOOL_DAY + 2 * DAY)) == (1, 0, 0)
    assert [one.user for one in told] == [room.pastoral]
    assert (look(SCHOOL_DAY + 3 * DAY), look(SCHOOL_DAY + 4 * DAY)) == (1, 0)
    now = Action.objects.get(pk=action.pk)
    deciding.hand_over(action=now, owner=room.deputy, due_on=date(2026, 12, 1), by=room.lead, at=SCHOOL_DAY + 4 * DAY)
    assert not told.filter(user=room.pastoral, opened_at=None, settled_at=None).exists()
    assert look(SCHOOL_DAY + 6 * DAY) == 1
    assert told.filter(user=room.deputy).count() == 1
    # By the same day, by somebody else: told of it today, reminded tomorrow. And so again when it moves because they
    # are away.
    now = Action.objects.get(pk=action.pk)
    deciding.hand_over(action=now, owner=room.lead, due_on=date(2026, 12, 1), by=room.deputy, at=SCHOOL_DAY + 6 * DAY)
    assert (look(SCHOOL_DAY + 6 * DAY), look(SCHOOL_DAY + 7 * DAY)) == (0, 1)
    waiting = told.filter(opened_at=None, settled_at=None)
    with time_machine.travel(SCHOOL_DAY + 7 * DAY, tick=False):
        acting.name_acting(
            school=room.school, away=(room.lead,), acting=room.pastoral, ends_on=date(2026, 12, 8), by=room.headteacher
        )
        assert (look(SCHOOL_DAY + 7 * DAY), waiting.count()) == (0, 0)
        assert look(SCHOOL_DAY + 8 * DAY) == 1
    assert [one.user for one in waiting] == [room.pastoral]
    deciding.end_action(action=Action.objects.get(), move="complete", result="Done.", by=room.lead)
    assert look(SCHOOL_DAY + 9 * DAY) == 0
