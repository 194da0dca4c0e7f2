"""Do the pages of a request do what they say, who opens them, and what do they cost?"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from children.models import Child
from safeguarding import clocks
from safeguarding.accounts.models import User
from safeguarding.accounts.services import add_term
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.dates import full_day
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RequestLetter, RequestRole, RequestStep, RightsRequest, SearchPlace
from sharing.requests.services import letters, places, roles, steps
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.factories import Staffroom
from tests.matrix.asking import refusals_without_frame

from .cases import handed_in, item, taken_up

pytestmark = pytest.mark.django_db
LATELY = timezone.localdate() - timedelta(days=5)


@dataclass
class Place:
    """A staffroom with a data protection officer, a SENCO and a chair; and a child about whom somebody asks."""

    room: Staffroom
    dpo: User
    senco: User
    chair: User
    child: Child

    def case(self, *others: Child, **facts: Any) -> RightsRequest:
        """A request about the child, and others, taken up by the office."""
        case = handed_in(self.room, received_on=LATELY)
        return taken_up(self.room, self.child, *others, case=case, **facts)


@pytest.fixture
def place() -> Place:
    load_request_law()
    room = factories.staffroom()
    people = {key: factories.member(room.school, key, name, "Reed") for key, name in _OTHERS.items()}
    return Place(room, **people, child=factories.child(room.school, by=room.office))


_OTHERS = {"dpo": "Dev", "senco": "Sana", "chair": "Cleo"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def day(name: str, on: date) -> dict[str, int]:
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


def page_of(case: RightsRequest, name: str = "request") -> str:
    return reverse(name, args=[case.pk])


def letter_of(place: Place, case: RightsRequest) -> RequestLetter:
    return letters.begin(case, by=place.room.office, kind="acknowledgement", token=uuid7())


def test_last_day_beyond_announced_bank_holidays_reads_to_be_confirmed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list, the page and the letter name the day to keep to until they are announced."""
    case, office = place.case(), signed_in(place.room.office)
    kept_to = steps.dates_of(case).extend_by
    assert kept_to and "To be confirmed" not in office.get(page_of(case)).content.decode()
    monkeypatch.setattr(clocks, "KNOWN_UNTIL", LATELY)
    page = office.get(page_of(case)).content.decode()
    assert "To be confirmed" in page and f"Keep to {full_day(kept_to)} until they are." in page
    assert "Bank holidays after" in page and "The time has not begun" not in page
    assert "days left, to be confirmed" in office.get(reverse("requests")).content.decode()
    assert f"by {full_day(kept_to)} at the latest" in letter_of(place, case).text


def test_two_days_to_reply_say_what_each_is_for(place: Place) -> None:
    """The copies and the educational record: on the page of the case, on the list and on the first page."""
    ends = LATELY + timedelta(days=60)
    add_term(school=place.room.school, name="Term", starts_on=LATELY, ends_on=ends, by=place.room.headteacher)
    with_record = handed_in(place.room, received_on=LATELY, channel="letter")
    two = taken_up(place.room, place.child, case=with_record, wants_record=True)
    one, office = place.case(), signed_in(place.room.office)
    dates = steps.dates_of(two)
    assert dates.record_due_on and dates.due_on and dates.record_due_on != dates.due_on
    page = office.get(page_of(two)).content.decode()
    assert "each with a day of its own" in page and "Copies by" in page and "Educational record by" in page
    assert "Reply by" not in page and "Educational record: " in page.split('id="dates"')[1].split("</dl>")[0]
    for name in ("requests", "staff_home"):
        said = office.get(reverse(name)).content.decode()
        assert "Educational record: " in said.split(two.reference)[0] + said.split(two.reference)[1]
    alone = office.get(page_of(one)).content.decode()
    assert "Reply by" in alone and "Copies by" not in alone and "Educational record: " not in alone


def asked(place: Place, case: RightsRequest) -> SearchPlace:
    return places.ask(
        case, by=place.room.office, place="mail", user=place.senco, searched_for="Rowan Ashdown", token=uuid7()
    )


def hand_in_body(**other: Any) -> dict[str, Any]:
    given = {
        "token": uuid7(),
        "requester": "Dana Ashdown, mother",
        "about": "Rowan Ashdown, 5B",
        "words": "Everything you have on my son.",
        "right": "access",
        "channel": "spoken",
    }
    return given | day("received_on", LATELY) | other


# --- who


def test_who_opens_which_page(place: Place):
    new, case = handed_in(place.room, received_on=LATELY), place.case()
    asked(place, case)
    draft = letter_of(place, case)
    pages = [
        reverse("requests"),
        reverse("request_hand_in"),
        page_of(case),
        page_of(new, "request_take_up"),
        reverse("request_letter", args=[case.pk, draft.pk]),
        page_of(case, "request_places"),
    ]
    room = place.room
    expected = {
        room.office: [200, 200, 200, 200, 200, 404],
        room.lead: [200, 200, 200, 200, 200, 404],
        # Always asked about concerns about adults, each apart.
        room.headteacher: [200, 200, 200, 200, 200, 200],
        place.chair: [200, 403, 302, 403, 404, 200],
        place.dpo: [200, 200, 200, 200, 200, 404],
        # Is asked to search, and sees no case.
        place.senco: [200, 200, 302, 403, 404, 200],
        room.deputy: [403, 200, 403, 403, 403, 404],
        room.teacher: [403, 200, 403, 403, 403, 404],
        room.pastoral: [403, 200, 403, 403, 403, 404],
    }
    clients = {who: signed_in(who) for who in expected}
    with refusals_without_frame():
        found = {who: [client.get(page).status_code for page in pages] for who, client in clients.items()}
    assert found == expected


def test_somebody_close_to_the_child_finds_no_case(place: Place):
    from children.services.access import declare_conflict

    case = place.case()
    declare_conflict(user=place.room.office, child=place.child, kind="relative", by=place.room.office)
    office = signed_in(place.room.office)
    assert office.get(page_of(case)).status_code == 404
    assert case.reference not in office.get(reverse("requests")).content.decode()


# --- the way


def test_handed_in_by_a_teacher_and_taken_up_by_the_office(place: Place):
    teacher, office = signed_in(place.room.teacher), signed_in(place.room.office)
    refused = teacher.post(reverse("request_hand_in"), hand_in_body(words="", channel=""))
    assert refused.status_code == 422
    said = refused.content.decode()
    assert "Enter what they asked, in their words" in said
    assert "Choose how they asked" in said
    assert escape("Dana Ashdown, mother") in said
    body = hand_in_body()
    for _ in range(2):  # pressed twice, it is one request
        answer = teacher.post(reverse("request_hand_in"), body, follow=True)
    case = RightsRequest.objects.get()
    assert f"Handed in as {case.reference}" in answer.content.decode()
    assert "nobody has taken it up yet" in office.get(page_of(case)).content.decode().lower()

    take_up = page_of(case, "request_take_up")
    found = office.post(take_up, {"q": "Rowan", "find": "find", "scope": "Since September"}).content.decode()
    assert f'value="{place.child.pk}"' in found
    assert "Since September" in found
    assert str(place.child.pk) in office.post(f"{take_up}?part=1", {"q": "Rowan"}).content.decode()
    facts = {"right": "access", "requester_is": "parent", "authority": "parental", "scope": "Since September"}
    assert "tick that it is about no child" in office.post(take_up, facts | {"send": "send"}).content.decode()
    added = office.post(take_up, facts | {"add": str(place.child.pk)}).content.decode()
    assert f'name="who" value="{place.child.pk}"' in added
    sent = office.post(take_up, facts | {"who": [str(place.child.pk)], "identity_seen": "Passport", "send": "send"})
    assert sent.url == page_of(case)
    shown = office.get(page_of(case)).content.decode()
    assert "Passport" in shown
    assert "Since September" in shown
    assert "Safeguarding lead’s part: <b>to do</b>" in shown
    assert office.get(take_up).url == page_of(case)


def test_steps_move_the_day_and_each_sentence_is_shown(place: Place):
    case, office = place.case(), signed_in(place.room.office)
    page = page_of(case)
    before = steps.dates_of(case)
    shown = office.get(page).content.decode()
    assert all(escape(sentence) in shown for sentence in before.sentences)
    today = timezone.localdate()
    body = {"deed": "step", "token": uuid7(), "kind": "clarification_asked"} | day("happened_on", today)
    assert office.post(page, body).url == page
    assert "Paused: you wait for an answer" in office.get(page).content.decode()
    step = RequestStep.objects.get()
    assert office.post(page, {"deed": "unstep", "step": str(step.pk)}).url == page
    assert steps.dates_of(case).due_on == before.due_on
    # Those of the review are not offered to the office, nor taken from it.
    refused = office.post(page, body | {"token": uuid7(), "kind": "writer_consulted", "text": "Asked"})
    assert refused.status_code == 422
    too_early = body | {"token": uuid7(), "kind": "clarification_given", "text": "All."}
    answer = office.post(page, too_early | day("happened_on", LATELY - timedelta(days=3)))
    assert answer.status_code == 422
    assert "All." in answer.content.decode()


def test_a_letter_begins_from_facts_is_changed_sent_and_printed(place: Place):
    case, office = place.case(), signed_in(place.room.office)
    begun = office.post(page_of(case), {"deed": "letter", "token": uuid7(), "kind": "acknowledgement"})
    letter = RequestLetter.objects.get()
    assert begun.url == reverse("request_letter", args=[case.pk, letter.pk])
    assert case.reference in office.get(begun.url).content.decode()
    body = {"revision": 0, "text": letter.text + "\n\nYours, Sue"} | day("sent_on", LATELY)
    assert office.post(begun.url, body | {"save": "save"}).url == begun.url
    stale = office.post(begun.url, body | {"text": "Another", "save": "save"})
    assert stale.status_code == 409
    assert "Another" in stale.content.decode()
    letter.refresh_from_db()
    unsent = office.post(begun.url, {"revision": letter.revision, "text": letter.text, "send": "send"})
    assert "Enter the day on which it was sent" in unsent.content.decode()
    today = day("sent_on", timezone.localdate())
    sent = office.post(begun.url, {"revision": letter.revision, "text": letter.text, "send": "send"} | today)
    assert sent.url == page_of(case)
    assert office.post(begun.url, body | {"save": "save"}).status_code == 409
    paper = office.get(reverse("request_letter_paper", args=[case.pk, letter.pk]))
    assert paper["Content-Type"] == "application/pdf"


def test_who_is_asked_adds_what_is_there_and_answers(place: Place):
    case = place.case()
    theirs = asked(place, case)
    senco, page = signed_in(place.senco), page_of(case, "request_places")
    home = senco.get(reverse("staff_home")).content.decode()
    assert page in home
    shown = senco.get(page).content.decode()
    assert "Rowan Ashdown" in shown
    assert case.reference in shown
    body = {"place": str(theirs.pk)}
    added = senco.post(page, body | {"do": "text", "title": "E-mail", "text": "He was late on Monday."})
    assert added.status_code == 302
    assert "Choose what is there" in senco.post(page, body | {"do": "answer"}).content.decode()
    assert senco.post(page, body | {"do": "answer", "found": "some", "note": "My mailbox"}).url == page
    assert page not in senco.get(reverse("staff_home")).content.decode()
    # The office sees that it is answered by somebody else's word alone, and not the word.
    assert "My mailbox" not in signed_in(place.room.office).get(page_of(case)).content.decode()
    # A place of somebody else is not theirs.
    others = SearchPlace.objects.get(case=case, place="adults_headteacher")
    assert senco.post(page, {"place": str(others.pk), "do": "answer", "found": "none"}).status_code == 403


def test_named_replaced_checked(place: Place):
    case, lead = place.case(), signed_in(place.room.lead)
    page = page_of(case)
    name = {"deed": "name", "part": "preparer", "user": str(place.room.lead.pk)}
    assert lead.post(page, name).url == page
    assert lead.post(page, name | {"user": str(place.room.headteacher.pk)}).url == page
    live = RequestRole.objects.get(case=case, part="preparer", ended_at=None)
    assert live.user == place.room.headteacher
    assert "may not have this part" in lead.post(page, name | {"user": str(place.room.office.pk)}).content.decode()
    body = {"deed": "checks", "seen": RightsRequest.objects.get(pk=case.pk).revision, "order_binds": "yes"}
    body |= {"address_is_confidential": "no", "care_order": "no"}
    assert "Say how this is known" in lead.post(page, body).content.decode()
    assert lead.post(page, body | {"note": "Zephyr order of 3 March"}).url == page
    assert "Zephyr" in lead.get(page).content.decode()
    office = signed_in(place.room.office)
    assert "Zephyr" not in office.get(page).content.decode()
    assert "binds who asks" not in office.get(page).content.decode()
    assert office.post(page, body).status_code == 403


def test_withdrawn_and_opened_again(place: Place):
    case, office = place.case(), signed_in(place.room.office)
    page = page_of(case)
    assert "Say why" in office.post(page, {"deed": "withdraw"}).content.decode()
    assert office.post(page, {"deed": "withdraw", "because": "They telephoned."}).url == page
    shown = office.get(page).content.decode()
    assert "They telephoned." in shown
    assert 'value="step"' not in shown
    assert office.post(page, {"deed": "reopen", "because": "They asked again."}).url == page
    assert RightsRequest.objects.get(pk=case.pk).status == "open"


def test_gathered_once_somebody_prepares_it(place: Place):
    case, office = place.case(), signed_in(place.room.office)
    page = page_of(case)
    assert "Name who prepares the copies first" in office.post(page, {"deed": "gather"}).content.decode()
    roles.name(case, by=place.room.office, user=place.room.lead, part="preparer")
    assert office.post(page, {"deed": "gather"}).url == page
    assert "Waits to be gathered" in office.get(page).content.decode()
    assert "Gather what is held" not in office.get(page).content.decode()


def test_what_is_not_corrected_gets_a_statement_beside_the_concern(place: Place):
    worried = factories.concern(place.room, children=[ChildEntry("worried_about", place.child)])
    case, lead = place.case(right="rectify"), signed_in(place.room.lead)
    page = page_of(case)
    office = signed_in(place.room.office)
    assert worried.reference not in office.get(page).content.decode()
    assert worried.reference in lead.get(page).content.decode()
    body = {"deed": "statement", "token": uuid7(), "concern": str(worried.pk), "text": "He was not late that day."}
    assert "Enter the written on" in lead.post(page, body).content.decode()
    assert lead.post(page, body | day("written_on", LATELY)).url == page
    assert office.post(page, body | day("written_on", LATELY)).status_code == 403
    told = lead.get(reverse("child_chronology", args=[place.child.pk])).content.decode()
    assert "Statement of disagreement" in told
    assert "outcome" in office.get(page).content.decode()
    decided = {"deed": "outcome", "seen": RightsRequest.objects.get(pk=case.pk).revision, "outcome": "statement"}
    assert "Enter reasons" in office.post(page, decided).content.decode()
    assert office.post(page, decided | {"reasons": "It is an opinion."}).url == page
    assert "It is an opinion." in office.get(page).content.decode()


def test_a_complaint_has_its_own_days_and_no_part_of_the_lead(place: Place):
    office = signed_in(place.room.office)
    case = place.case(right="complaint")
    shown = office.get(page_of(case)).content.decode()
    assert case.reference.startswith("RQ-")
    assert "Acknowledge by" in shown
    assert "Safeguarding lead’s part" not in shown


# --- what the office never sees


def stripped(page: bytes) -> str:
    """A page without what differs each time."""
    return re.sub(r'value="[^"]{30,}"', "", page.decode())


def test_no_page_of_the_office_says_what_is_found(place: Place):
    """The same page, byte for byte, whether there are no items or many."""
    case, office = place.case(), signed_in(place.room.office)
    roles.name(case, by=place.room.lead, user=place.room.lead, part="preparer")
    pages = [reverse("requests"), page_of(case), reverse("staff_home"), reverse("child", args=[place.child.pk])]
    before = [stripped(office.get(page, follow=True).content) for page in pages]
    for n in range(3):
        item(case, place.room.lead, f"Quagmire {n}", title="Lanternfish notes")
    roles.give(case, place.room.deputy, "reviewer", by=None, at=timezone.now())
    after = [stripped(office.get(page, follow=True).content) for page in pages]
    assert after == before
    assert place.room.deputy.full_name not in after[1].split('id="more"')[0]


# --- what it costs, and where it is found


def queries(client: Client, page: str) -> int:
    """What a page asks. The first time it fills what is kept; once a minute a page notes that its session was used."""
    return min(_asks(client, page) for _ in range(3))


def _asks(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert client.get(page).status_code == 200
    return len(made)


def test_the_list_and_a_case_cost_the_same_for_one_and_for_many(place: Place):
    case = place.case()
    letter_of(place, case)
    asked(place, case)
    _happened(place, case)
    office = signed_in(place.room.office)
    pages = [reverse("requests"), page_of(case), reverse("staff_home")]
    before = [queries(office, page) for page in pages]
    for forename in ("Nora", "Ada", "Theo", "Bo"):
        other = taken_up(
            place.room,
            factories.child(place.room.school, forename, by=place.room.office),
            case=handed_in(place.room, received_on=LATELY),
        )
        _happened(place, other)
    for _ in range(4):
        _happened(place, case)
    letters.begin(case, by=place.room.office, kind="identity", token=uuid7())
    assert [queries(office, page) for page in pages] == before
    assert before[0] <= 12
    assert before[1] <= 25


def _happened(place: Place, case: RightsRequest) -> None:
    steps.add(case, by=place.room.office, kind="note", happened_on=LATELY, text="They rang.", token=uuid7())


def test_what_is_late_stands_on_the_first_pages(place: Place):
    long_ago = timezone.localdate() - timedelta(days=60)
    late = taken_up(place.room, place.child, case=handed_in(place.room, received_on=long_ago))
    new = handed_in(place.room, received_on=LATELY)
    today = signed_in(place.room.lead).get(reverse("today")).content.decode()
    assert page_of(late) in today
    assert page_of(new) in today
    home = signed_in(place.room.office).get(reverse("staff_home")).content.decode()
    assert "days late" in home
    assert reverse("request_hand_in") in home
    record = signed_in(place.room.lead).get(reverse("child", args=[place.child.pk]), follow=True).content.decode()
    assert page_of(late) in record
    teacher = signed_in(place.room.teacher).get(reverse("staff_home")).content.decode()
    assert late.reference not in teacher
    assert reverse("request_hand_in") in teacher


# --- what is next


def next_of(user: User, case: RightsRequest) -> str:
    """The panel with which the page begins; empty where there is none."""
    column = signed_in(user).get(page_of(case)).content.decode().partition('id="next"')[2]
    return column.partition("</section>")[0]


def test_page_begins_with_what_is_next_for_who_reads_it(place: Place) -> None:
    """From taking it up to the answer: each with its form or the way there, and no such form a second time below."""
    office, lead = place.room.office, place.room.lead
    new = handed_in(place.room, received_on=LATELY)
    assert "Nobody has taken it up yet" in next_of(office, new) and "Take it up" in next_of(office, new)
    case = place.case()
    assert "Nobody prepares the copies yet" in next_of(office, case)
    assert 'name="part"' in next_of(office, case)
    page = signed_in(office).get(page_of(case)).content.decode()
    assert page.count('id="name_part"') == 1 and page.index('id="next"') < page.index('id="dates"')
    roles.name(case, by=office, user=lead, part="preparer")
    assert "Nothing is gathered yet" in next_of(lead, case) and "Gather it" in next_of(office, case)
    RightsRequest._base_manager.filter(pk=case.pk).update(gathering="done", gathered_at=timezone.now())
    assert "Nobody approves them yet" in next_of(office, case)
    roles.name(case, by=office, user=place.dpo, part="approver")
    assert "being reviewed" in next_of(office, case) and "<form" not in next_of(office, case)
    one = item(case, lead, "He was late.")
    assert "Review what was found" in next_of(lead, case) and "Review" not in next_of(office, case)
    RequestItem._base_manager.filter(pk=one.pk).update(decided="full", decided_at=timezone.now(), decided_by=lead)
    assert "Say what binds the answer" in next_of(lead, case) and 'name="order_binds"' in next_of(lead, case)
    nothing = {"order_binds": "no", "address_is_confidential": "no", "care_order": "no"}
    RightsRequest._base_manager.filter(pk=case.pk).update(**nothing)
    assert "Not all parts are finished" in next_of(lead, case)
    for place_asked in SearchPlace._base_manager.filter(case=case, place__startswith="adults"):
        places.answer(place_asked, by=place_asked.asked, found="none")
    assert "Say that it is prepared" in next_of(lead, case)
    stamps = {"prepared_at": timezone.now(), "prepared_by": lead}
    RightsRequest._base_manager.filter(pk=case.pk).update(status="prepared", **stamps)
    assert "Read it and approve" in next_of(place.dpo, case)
    assert "waits for a second person" in next_of(lead, case) and "<a " not in next_of(lead, case)
    RightsRequest._base_manager.filter(pk=case.pk).update(
        status="withdrawn", withdrawn_at=timezone.now(), withdrawn_by=office, prepared_at=None, prepared_by=None
    )
    assert next_of(office, case) == ""
