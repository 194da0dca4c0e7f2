"""From a request to correct the record to its answer: what was corrected, who received it, and what it waits for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from children.models import ChildUpdate
from safeguarding.accounts.models import User
from safeguarding.audit.models import Event
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import (
    RequestCorrection,
    RequestLetter,
    RequestRecipient,
    RequestStep,
    RightsRequest,
)
from sharing.requests.services import answering, approving, correcting, intake, letters, recipients, roles
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.integration.sharing.conftest import Place, make_place
from tests.integration.sharing.deciding import checked, sent
from tests.integration.test_rights_rows import insert
from tests.walls import asking

from .answers import CHECKS, now
from .cases import handed_in, taken_up
from .test_walls import change, refused

pytestmark = pytest.mark.django_db
WHY = "The date of birth was wrong (UK GDPR Article 16)."
TODAY = timezone.localdate


@dataclass
class Desk:
    """A child whose record went outside twice, and whose parent asks for a correction."""

    place: Place
    officer: User
    case: RightsRequest
    # Whom something was sent to.
    who: str

    @property
    def room(self) -> Any:
        return self.place.room

    @property
    def page(self) -> str:
        return reverse("request", args=[self.case.pk])

    def now(self) -> RightsRequest:
        return RightsRequest.objects.select_related("child").get(pk=self.case.pk)

    def done(self) -> Any:
        """The office says that it is done."""
        body = {"deed": "outcome", "seen": self.now().revision, "outcome": "done", "reasons": WHY}
        return client(self.room.office).post(self.page, body)

    def corrects(self, **other: Any) -> Any:
        """The office changes the date of birth on the form that “Correct it” leads to."""
        form = f"{reverse('keep_child', args=[self.place.child.pk])}?part=birth&request={self.case.pk}"
        office = client(self.room.office)
        shown = office.get(form).context["forms"][0]
        typed = {name: shown.initial.get(name, "") or "" for name in ("seen", "deed", "told_by", "request")}
        body = typed | {"token": uuid7(), "sex": "F", "how": "corrected"} | boxes("date_of_birth", date(2016, 3, 4))
        return office.post(form, body | other)

    def said(self, name: str, **other: Any) -> Any:
        """The lead says of one recipient whether they were told."""
        [who] = [one for one in recipients.received(self.case, self.room.lead) if one.name.startswith(name)]
        body = {"deed": "recipient", "who": who.key, "how": "told", "named": "yes"} | boxes("told_on", TODAY())
        return client(self.room.lead).post(self.page, body | other)

    def confirms(self) -> Any:
        """The lead confirms who had received the record."""
        return client(self.room.lead).post(self.page, {"deed": "recipients", "token": uuid7()})


@pytest.fixture
def desk() -> Desk:
    load_request_law()
    place = make_place()
    officer = factories.member(place.school, "dpo", "Ines", "Marlow")
    event = sent(place)
    case = handed_in(place.room, received_on=TODAY(), right="rectify")
    case = taken_up(place.room, place.child, case=case)
    roles.name(case, by=place.room.office, user=place.room.lead, part="preparer")
    roles.name(case, by=place.room.office, user=officer, part="approver")
    intake.answer_checks(case, by=place.room.lead, **CHECKS)
    return Desk(place, officer, case, event.recipient.name)


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def boxes(name: str, on: date) -> dict[str, int]:
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_correction_from_request_to_answer(desk: Desk):
    office, lead = client(desk.room.office), client(desk.room.lead)
    shown = text(office.get(desk.page))
    assert "Nothing is corrected yet" in shown
    assert f"{reverse('keep_child', args=[desk.place.child.pk])}?request={desk.case.pk}" in shown
    assert escape(desk.who) not in shown, "the office sees no share"

    # Done is refused until something is corrected.
    refused = desk.done()
    assert (refused.status_code, "Nothing is corrected yet. Press" in text(refused)) == (409, True)
    assert WHY in text(refused) and desk.now().outcome == ""
    assert desk.corrects(request="").status_code == 422
    assert desk.corrects().status_code == 302
    row, update = RequestCorrection.objects.get(), ChildUpdate.objects.get(child=desk.place.child)
    assert (row.part, row.way, row.by, row.case_id) == ("birth", "corrected", desk.room.office, desk.case.pk)
    assert row.fields == update.fields and "2016" not in str(
        [getattr(row, one.attname) for one in row._meta.fields[2:7]]
    )
    assert "Date of birth and sex" in text(office.get(desk.page))
    assert desk.done().status_code == 302

    # It is not prepared until of each recipient somebody has said whether they were told, and the list is confirmed.
    with pytest.raises(OutOfTurn, match="told of the correction"):
        approving.prepare(desk.now(), by=desk.room.lead)
    assert desk.confirms().status_code == 409
    with CaptureQueriesContext(connection) as asked:
        shown = text(lead.get(desk.page))
    assert escape(desk.who) in shown
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 25
    assert "Not said yet" in shown
    assert desk.said(desk.who, how="impossible", **dict.fromkeys(boxes("told_on", TODAY()), "")).status_code == 422
    assert desk.said(desk.who, how="not_it", reasons="They had the address alone.").status_code == 422
    assert client(desk.room.office).post(desk.page, {"deed": "recipient"}).status_code == 403
    assert desk.said(desk.who).status_code == 302
    with pytest.raises(OutOfTurn, match="not confirmed yet"):
        approving.prepare(desk.now(), by=desk.room.lead)
    assert client(desk.room.office).post(desk.page, {"deed": "recipients", "token": uuid7()}).status_code == 403
    assert desk.confirms().status_code == 302
    assert "Recipients confirmed" in text(office.get(desk.page))
    with asking(desk.room.lead):
        approving.prepare(desk.now(), by=desk.room.lead)
    with asking(desk.officer):
        approving.approve(desk.now(), by=desk.officer)

    # The letter names them, and is not sent without.
    office.post(desk.page, {"deed": "letter", "kind": "outcome", "token": uuid7()})
    letter = RequestLetter.objects.get(kind="outcome")
    told = RequestRecipient.objects.get()
    assert f"{told.name}: told of the correction on" in letter.text and "Date of birth and sex, on" in letter.text
    there = reverse("request_letter", args=[desk.case.pk, letter.pk])
    body = {"revision": letter.revision, "text": "It is done.", "send": "1"} | boxes("sent_on", TODAY())
    assert "does not name everybody" in text(office.post(there, body))
    letter.refresh_from_db()
    assert office.post(there, body | {"text": letter.text, "revision": letter.revision}).status_code == 302
    assert office.post(desk.page, {"deed": "finish", "seen": desk.now().revision}).status_code == 302
    assert desk.now().status == "answered"
    purposes = ("correction", "recipient told or not", "recipients")
    events = Event.objects.filter(object_id=desk.case.pk, purpose__in=purposes)
    lead = desk.room.lead.pk
    assert sorted(events.values_list("actor_id", flat=True)) == sorted([desk.room.office.pk, lead, lead])


def test_what_an_answer_waits_for_does_not_say_whether_anything_was_shared(desk: Desk):
    """The office reads the same of two requests, one of them about a child of whom nothing went outside."""
    office, lead = desk.room.office, desk.room.lead
    other = taken_up(desk.room, factories.child(desk.room.school, "Wren", by=office), right="rectify")
    read = []
    for case, is_shared in ((desk.case, True), (other, False)):
        correcting.corrected_elsewhere(case, by=office, words="In our own system.", token=uuid7())
        case = answering.answer(case, by=office, outcome="done", reasons=WHY)
        with asking(office):
            read.append(recipients.unsaid(case, office))
        assert bool(recipients.received(case, lead)) is is_shared
    assert read == [[recipients.UNCONFIRMED], [recipients.NO_PREPARER]]
    roles.name(other, by=office, user=lead, part="preparer")
    with asking(office):
        assert recipients.unsaid(now(other), office) == [recipients.UNCONFIRMED]
    with asking(lead):
        recipients.confirm(now(other), by=lead, token=uuid7())
    with asking(office):
        assert recipients.unsaid(now(other), office) == []
    # Somebody else prepares it, or something is corrected: the list is looked at again.
    roles.replace(other, by=office, part="preparer", user=desk.room.headteacher)
    assert recipients.unsaid(now(other), office) == [recipients.UNCONFIRMED]
    roles.replace(other, by=office, part="preparer", user=lead)
    assert recipients.unsaid(now(other), office) == []
    correcting.corrected_elsewhere(now(other), by=office, words="And on paper.", token=uuid7())
    assert recipients.unsaid(now(other), office) == [recipients.UNCONFIRMED]


def test_a_share_after_approval_is_told_to_who_prepares_the_answer_alone(desk: Desk):
    desk.corrects()
    desk.done()
    assert desk.said(desk.who).status_code == 302
    assert desk.confirms().status_code == 302
    approving.prepare(desk.now(), by=desk.room.lead)
    approving.approve(desk.now(), by=desk.officer)
    nurse = checked(desk.place, "school_nurse")
    sent(desk.place, recipient=nurse)
    for by, waits in ((desk.room.office, []), (desk.room.lead, [recipients.UNSAID])):
        with asking(by):
            assert recipients.unsaid(desk.now(), by) == waits
    effort = {"how": "effort", "reasons": "She has left the area."} | dict.fromkeys(boxes("told_on", TODAY()), "")
    assert desk.said(nurse.name, **effort).status_code == 302
    assert desk.now().status == "open", "it is approved anew"
    assert nurse.name in letters.text_of(desk.now(), "outcome", on=TODAY())


def test_what_an_answer_waits_for_is_said_by_nobody_else_even_by_sql(desk: Desk):
    """Who reviews in the case says nothing in the name of who prepares it, or of another recipient."""
    office, lead, deputy = desk.room.office, desk.room.lead, desk.room.deputy
    roles.name(desk.case, by=office, user=deputy, part="reviewer")
    other = taken_up(desk.room, factories.child(desk.room.school, "Wren", by=office), right="rectify")
    day, moment = TODAY(), timezone.now()
    of = {"case": desk.case, "school": desk.room.school}
    told = {"name": "x", "last_on": day, "told_on": day, "is_named": True, "said_at": moment}
    confirmed = {"kind": "recipients", "happened_on": day, "made_at": moment}
    stands: dict[Any, Any] = {
        RequestRecipient: lambda by: RequestRecipient(key=uuid7(), by=by, **of, **told),
        RequestStep: lambda by: RequestStep(token=uuid7(), by=by, **of, **confirmed),
        RequestCorrection: lambda by: RequestCorrection(token=uuid7(), by=by, elsewhere="x", made_at=moment, **of),
    }
    prepares, corrects = {lead}, {lead, office, deputy}
    for model, made in stands.items():
        may = corrects if model is RequestCorrection else prepares
        for person in (lead, office, deputy, desk.room.teacher):
            assert refused(person, *insert(made(person))) is (person not in may), (model, person.last_name)
            assert refused(person, *insert(made(desk.room.headteacher))), model
    rows = [made(lead) for made in stands.values()]
    for row in rows:
        row.save(force_insert=True)
    for person in (lead, office, deputy):
        for row in rows:
            assert refused(person, change(row, f"case_id = '{other.pk}'"))
        assert refused(person, change(rows[0], f"key = '{uuid7()}'"))
        assert refused(person, change(rows[0], f"told_on = '{day}', by_id = '{person.pk}'")) is (person != lead)
        assert refused(person, change(rows[2], "part = 'birth', way = 'corrected'"))


def test_corrected_elsewhere_and_for_another_request(desk: Desk):
    other = taken_up(desk.room, factories.child(desk.room.school, "Wren", by=desk.room.office), right="rectify")
    assert desk.corrects(request=str(other.pk)).status_code == 422, "a request about somebody else"
    assert desk.corrects(told_by="family").status_code == 302
    assert not RequestCorrection.objects.exists(), "no request told the school"
    body = {"deed": "elsewhere", "token": uuid7(), "words": "In our own system, on 3 November."}
    assert client(desk.room.office).post(desk.page, body | {"words": ""}).status_code == 422
    assert client(desk.room.deputy).post(desk.page, body).status_code in (403, 404)
    for _ in range(2):
        assert client(desk.room.office).post(desk.page, body).status_code == 302
    assert RequestCorrection.objects.get().elsewhere == "In our own system, on 3 November."
    assert desk.done().status_code == 302
