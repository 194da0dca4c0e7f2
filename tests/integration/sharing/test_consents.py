"""Who records an answer about consent, what has to be said, and what does a withdrawal stop?"""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from children.models import Contact
from children.services.access import declare_conflict
from safeguarding.audit.models import Event
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.parts import read_parts
from sharing.events import withdrawal
from sharing.events.models import Consent, Recipient
from sharing.events.services.consents import record_consent, withdraw_consent
from sharing.events.services.recipients import end_recipient
from sharing.events.services.wordings import end_wording
from sharing.events.withdrawal import Sender, Waiting
from tests.integration.sharing.conftest import ASKED_ON, Place

pytestmark = pytest.mark.django_db


def asked_by(user: Any) -> Any:
    return SimpleNamespace(user=user)


def withdraw(consent: Consent, by: Any, **other: Any) -> Consent:
    given = {"on": timezone.localdate(), "how": "spoken", "said": "Kerry rang: not any more."}
    return withdraw_consent(consent=consent, by=by, **given | other)


def test_whose_role_shares_records_an_answer_and_nobody_else(place: Place):
    room = place.room
    for by in (room.deputy, room.lead, room.headteacher):
        assert place.consent(by=by).recorded_by == by
    for by in (room.teacher, room.office, room.pastoral, place.alternate, place.chair):
        with pytest.raises(NotAllowed, match="Only the"):
            place.consent(by=by)
    assert Consent.objects.count() == 3
    assert Event.objects.filter(object_type="sharing.consent", verb="create").count() == 3


def test_nobody_sees_or_records_for_a_child_hidden_from_them_and_whoever_stands_in_does(place: Place):
    room = place.room
    made = place.consent()
    for keeper in (room.deputy, room.lead, room.headteacher):
        declare_conflict(user=keeper, child=place.child, kind="relative", by=keeper)
    seen = {
        name: Consent.objects.visible_to(user).filter(pk=made.pk).exists()
        for name, user in (("lead", room.lead), ("alternate", place.alternate), ("chair", place.chair))
    }
    assert seen == {"lead": False, "alternate": True, "chair": False}
    with pytest.raises(NotAllowed):
        place.consent(by=room.lead)
    assert place.consent(by=place.alternate).recorded_by == place.alternate


def test_the_same_form_again_records_one_answer(place: Place):
    token = uuid7()
    made = [record_consent(child=place.child, token=token, said=place.said(), by=place.room.lead) for _ in range(2)]
    assert made[0] == made[1]
    assert Consent.objects.count() == 1
    assert made[0].by_whom == "Kerry Ashdown, Mother"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"answer": ""}, "given or refused"),
        ({"answered_on": None}, "day of the answer"),
        ({"answered_on": date(2099, 1, 1)}, "day of the answer"),
        ({"until": date(2026, 1, 1)}, "cannot end before"),
        ({"answer": "refused", "until": date(2027, 1, 1)}, "A refusal has no last day"),
        ({"adult": None}, "name of who answered"),
        ({"adult": None, "by_whom": "Jo Reed, grandmother"}, "how the school knows"),
        ({"adult": None, "capacity": "child"}, "understands what is asked"),
        ({"capacity": "child"}, "answers for itself"),
        ({"recipient": None}, "who it may go to"),
        ({"wording": None}, "wording"),
    ],
)
def test_an_answer_that_lacks_something_is_refused_in_words(place: Place, other: dict[str, Any], says: str):
    with pytest.raises(BadInput, match=says):
        place.consent(**other)
    assert not Consent.objects.exists()


def test_parental_responsibility_comes_from_the_record_or_is_said(place: Place):
    aunt = Contact.objects.get(forename="Pat")
    with pytest.raises(BadInput, match="does not say that this person has parental responsibility"):
        place.consent(adult=aunt)
    said = place.consent(adult=aunt, known_by="The order of 3 March was seen by the office.")
    assert said.known_by == "The order of 3 March was seen by the office."
    assert place.consent(adult=None, by_whom="", capacity="child", known_by="She is 15.").by_whom == "The child"


def test_what_has_ended_takes_no_answer(place: Place):
    own = place.consent().recipient
    assert (own.school, own.code) == (place.school, "school_nurse"), "what is recorded names the school’s own row"
    end_recipient(recipient=own, school=place.school, seen=own.revision, by=place.room.lead)
    with pytest.raises(BadInput, match="ended this recipient"):
        place.consent()
    with pytest.raises(BadInput, match="who it may go to"):
        place.consent(recipient=Recipient.objects.get(pk=own.pk))
    end_wording(wording=place.wording, by=place.room.lead)
    place.wording.refresh_from_db()
    with pytest.raises(BadInput, match="wording"):
        place.consent(recipient=place.recipient("nhs"))


def test_a_refusal_beside_the_same_persons_consent_is_refused(place: Place):
    given = place.consent()
    with pytest.raises(BadInput, match="withdraw it"):
        place.consent(answer="refused")
    assert place.consent(answer="refused", recipient=place.recipient("nhs")).answer == "refused"
    withdraw(given, place.room.lead)
    assert place.consent(answer="refused").answer == "refused"


def test_until_when_a_consent_allows_something(place: Place):
    made = place.consent(until=ASKED_ON + timedelta(days=30))
    days = {day: made.in_force(ASKED_ON + timedelta(days=day)) for day in (-1, 0, 30, 31)}
    assert days == {-1: False, 0: True, 30: True, 31: False}
    assert not place.consent(answer="refused", recipient=place.recipient("nhs")).in_force(ASKED_ON)


def test_a_withdrawal_stops_what_waits_and_happens_once(place: Place, monkeypatch: pytest.MonkeyPatch):
    stopped: list[Consent] = []

    def stop(*, consent: Consent, **done: Any) -> int:
        stopped.append(consent)
        return 2

    def waiting(asks: Any, consent: Consent) -> list[Waiting]:
        return [Waiting("S-2026-0001", "/sharing/1/")]

    monkeypatch.setattr(withdrawal, "_senders", [])
    withdrawal.register(Sender(waiting, stop))
    made = place.consent()
    for lacks in ({"on": ASKED_ON - timedelta(days=1)}, {"how": ""}, {"said": " "}):
        with pytest.raises(BadInput):
            withdraw(made, place.room.lead, **lacks)
    with pytest.raises(NotAllowed):
        withdraw(made, place.room.teacher)
    assert stopped == []
    assert withdrawal.waiting_on(asked_by(place.room.lead), made) == [Waiting("S-2026-0001", "/sharing/1/")]
    done = withdraw(made, place.room.deputy)
    assert (stopped, done.stopped, done.withdrawn_by) == ([made], 2, place.room.deputy)
    assert not done.in_force(timezone.localdate())
    with pytest.raises(OutOfTurn):
        withdraw(made, place.room.lead)
    with pytest.raises(OutOfTurn):
        withdraw(place.consent(answer="refused"), place.room.lead)


def test_the_database_takes_no_half_of_a_withdrawal(place: Place):
    refused = place.consent(answer="refused")
    whole = {
        "withdrawn_at": timezone.now(),
        "withdrawn_by": place.room.lead,
        "withdrawn_on": ASKED_ON,
        "withdrawn_how": "form",
    }
    given = place.consent(recipient=place.recipient("nhs"))
    for row, facts in ((refused, whole), (given, whole | {"withdrawn_on": None}), (given, {"withdrawn_how": "form"})):
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent._base_manager.filter(pk=row.pk).update(**facts)
    assert Consent._base_manager.filter(pk=given.pk).update(**whole) == 1


def test_a_consent_is_told_beyond_its_page(place: Place):
    made = place.consent(scope="Not the address.")
    blocks = read_parts(asked_by(place.room.lead), [place.child.pk])
    [block] = [one for one in blocks if one.record.key == made.pk]
    texts = {text.label: text.text for text in block.texts}
    assert texts["Answer"] == "Given"
    assert texts["What may be shared, and what not"] == "Not the address."
    assert "School nurse service" in texts.values()
    assert "Telling the school nurse, version 1" in texts.values()
