"""How is what was decided sent, received, chased and asked back, and what does a withdrawn consent stop?"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from safeguarding.audit.models import Event
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.agencies import Sent
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.working_days import add_working_days
from sharing.events.models import SharingEvent, SharingStep
from sharing.events.services.asking_back import ask_back, record_answer
from sharing.events.services.calling import Called, reason_used_last, record_call
from sharing.events.services.consents import withdraw_consent
from sharing.events.services.receiving import chase_share, record_received
from sharing.events.services.recipients import end_recipient
from sharing.events.services.sending import record_sent
from sharing.events.withdrawal import waiting_on
from tests import factories
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked, decided, happened, reason, sent

pytestmark = pytest.mark.django_db
_HOUR = timedelta(hours=1)


def withdrawn(consent: Any, by: Any) -> Any:
    return withdraw_consent(consent=consent, on=timezone.localdate(), how="spoken", said="Kerry rang.", by=by)


def on_consent(place: Place, **other: Any) -> SharingEvent:
    recipient = checked(place, "school_nurse")
    given = place.consent(recipient=recipient)
    facts = {"recipient": recipient, "reason": reason("consent"), "consent_stands": "given", "consent": given}
    return decided(place, **facts, answers={}, **other)


def test_what_was_decided_is_sent_once_and_asked_after_on_a_day(place: Place):
    event, token = decided(place, recipient=checked(place)), uuid7()
    for by in (place.room.teacher, place.room.office, place.alternate):
        with pytest.raises(NotAllowed):
            record_sent(event=event, token=token, happened=happened(), by=by)
    for lacks in (happened(method=""), happened(at=timezone.now() + _HOUR)):
        with pytest.raises(BadInput):
            record_sent(event=event, token=token, happened=lacks, by=place.room.lead)
    for _ in range(2):
        done = record_sent(event=event, token=token, happened=happened(), by=place.room.deputy)
    assert (done.status, done.method, done.sent_by) == ("sent", "email", place.room.deputy)
    assert done.follow_up_on == add_working_days(timezone.localdate(), 5)
    assert [step.kind for step in SharingStep.objects.all()] == ["sent"]
    assert Event.objects.filter(verb="share", object_type="sharing.sharingevent").count() == 1
    with pytest.raises(OutOfTurn):
        record_sent(event=event, token=uuid7(), happened=happened(), by=place.room.lead)


def test_a_draft_is_not_sent(place: Place):
    with pytest.raises(OutOfTurn):
        record_sent(event=begun(place), token=uuid7(), happened=happened(), by=place.room.lead)


def test_who_is_unchecked_or_has_ended_gets_nothing_but_a_referral_that_was_made_is_recorded(place: Place):
    room = place.room
    event = decided(place)
    with pytest.raises(BadInput, match="Check it in the address book"):
        record_sent(event=event, token=uuid7(), happened=happened(), by=room.lead)
    concern = factories.concern(room, children=[ChildEntry("worried_about", place.child)])
    when = {"sent_at": timezone.now(), "answer_by": timezone.localdate() + timedelta(days=1)}
    made = Sent(agency="social_care", method="telephone", told="All of it.", **when)
    referral = agencies.refer(concern=concern, token=uuid7(), sent=made, by=room.lead)
    of_referral = decided(place, referral=referral)
    assert record_sent(event=of_referral, token=uuid7(), happened=happened(), by=room.lead).status == "sent"
    own = checked(place)
    end_recipient(recipient=own, school=place.school, seen=own.revision, by=room.lead)
    with pytest.raises(BadInput, match="has ended this recipient"):
        record_sent(event=event, token=uuid7(), happened=happened(), by=room.lead)


def test_a_withdrawn_consent_stops_what_waits_and_leaves_what_was_sent(place: Place):
    waits, gone = on_consent(place), on_consent(place)
    record_sent(event=gone, token=uuid7(), happened=happened(), by=place.room.lead)
    asks: Any = SimpleNamespace(user=place.room.lead)
    assert [one.what for one in waiting_on(asks, waits.consent)] == [waits.reference]
    assert withdrawn(waits.consent, place.room.deputy).stopped == 1
    withdrawn(gone.consent, place.room.deputy)
    waits.refresh_from_db()
    gone.refresh_from_db()
    assert (waits.status, gone.status) == ("draft", "sent")
    # Nobody takes the old decision for one that still stands.
    with pytest.raises(OutOfTurn):
        record_sent(event=waits, token=uuid7(), happened=happened(), by=place.room.lead)


def test_a_withdrawal_stops_what_its_recorder_does_not_see(place: Place):
    room = place.room
    concern = factories.concern(room, children=[ChildEntry("worried_about", place.child)])
    waits = on_consent(place, concern=concern)
    restrict_concern(concern=concern, by=room.lead)
    assert not SharingEvent.objects.visible_to(room.deputy).exists()
    asks: Any = SimpleNamespace(user=room.deputy)
    assert waiting_on(asks, waits.consent) == []
    withdrawn(waits.consent, room.deputy)
    waits.refresh_from_db()
    assert waits.status == "draft"


def test_a_consent_that_has_run_out_lets_nothing_go(place: Place):
    recipient, today = checked(place, "school_nurse"), timezone.localdate()
    given = place.consent(recipient=recipient, until=today)
    facts = {"recipient": recipient, "reason": reason("consent"), "consent_stands": "given", "consent": given}
    event = decided(place, **facts, answers={})
    tomorrow = timezone.now() + timedelta(days=1)
    late = happened(at=tomorrow)
    with pytest.raises(BadInput, match="not in force"):
        record_sent(event=event, token=uuid7(), happened=late, by=place.room.lead, at=tomorrow)
    assert record_sent(event=event, token=uuid7(), happened=happened(), by=place.room.lead).status == "sent"


def test_it_is_chased_and_received_by_somebody(place: Place):
    event, room = sent(place), place.room
    soon = timezone.localdate() + timedelta(days=2)
    chased = {"event": event, "token": uuid7(), "happened": happened(), "by": room.lead}
    with pytest.raises(BadInput, match="ask again"):
        chase_share(**chased, follow_up_on=None)
    for _ in range(2):
        assert chase_share(**chased, follow_up_on=soon).follow_up_on == soon
    with pytest.raises(BadInput, match="who has received it"):
        record_received(event=event, token=uuid7(), happened=happened(person=""), by=room.lead)
    with pytest.raises(BadInput, match="before what it follows"):
        early = happened(at=event.sent_at - _HOUR)
        record_received(event=event, token=uuid7(), happened=early, by=room.lead)
    with pytest.raises(NotAllowed):
        record_received(event=event, token=uuid7(), happened=happened(), by=room.teacher)
    done = record_received(event=event, token=uuid7(), happened=happened(), by=room.deputy)
    assert (done.status, done.received_by) == ("received", room.deputy)
    assert [one.kind for one in SharingStep.objects.order_by("recorded_at")] == ["sent", "chased", "received"]
    with pytest.raises(OutOfTurn):
        chase_share(event=event, token=uuid7(), happened=happened(), follow_up_on=soon, by=room.lead)
    assert Event.objects.filter(verb="confirm", object_type="sharing.sharingevent").count() == 1


def test_a_wrong_share_is_asked_back_and_stays_shared(place: Place):
    event, room = sent(place), place.room
    soon = timezone.localdate() + timedelta(days=2)
    with pytest.raises(OutOfTurn):
        record_answer(event=event, token=uuid7(), happened=happened(), by=room.lead)
    for lacks in ({"happened": happened(text="")}, {"follow_up_on": None}):
        given = {"happened": happened(), "follow_up_on": soon} | lacks
        with pytest.raises(BadInput):
            ask_back(event=event, token=uuid7(), by=room.lead, **given)
    done = ask_back(event=event, token=uuid7(), happened=happened(), follow_up_on=soon, by=room.lead)
    assert (done.status, done.is_shared, done.asked_back_by) == ("asked_back", True, room.lead)
    assert done.sent_at is not None
    answered = record_answer(event=done, token=uuid7(), happened=happened(text="Deleted."), by=room.lead)
    assert (answered.status, answered.follow_up_on) == ("asked_back", None)
    assert Event.objects.filter(verb="withdraw", object_type="sharing.sharingevent").count() == 1


def call(place: Place, **other: Any) -> Called:
    given = {
        "recipient": place.recipient("social_care"),
        "person": "Sam Okafor, social worker",
        "called_at": timezone.now(),
        "content": "That she was in school today.",
        "purpose": "The enquiry.",
        "reason": reason(),
    }
    return Called(**given | other)


def test_a_call_is_recorded_whoever_is_unchecked_and_once(place: Place):
    token, room = uuid7(), place.room
    said = call(place)
    for _ in range(2):
        made = record_call(child=place.child, token=token, said=said, by=room.deputy)
    assert (made.status, made.is_call, made.method, made.decision) == ("sent", True, "telephone", "all")
    assert SharingEvent.objects.count() == SharingStep.objects.count() == 1
    for by in (room.teacher, room.office, place.alternate):
        with pytest.raises(NotAllowed):
            record_call(child=place.child, token=uuid7(), said=said, by=by)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"recipient": None}, "who it was"),
        ({"person": ""}, "role"),
        ({"content": " "}, "what was said"),
        ({"purpose": ""}, "what it was for"),
        ({"reason": None}, "legal reason"),
        ({"called_at": None}, "when it was"),
    ],
)
def test_a_call_that_lacks_something_is_refused_in_words(place: Place, other: dict[str, Any], says: str):
    with pytest.raises(BadInput, match=says):
        record_call(child=place.child, token=uuid7(), said=call(place, **other), by=place.room.lead)
    assert not SharingEvent.objects.exists()


def test_no_call_rests_on_consent_on_an_order_or_on_an_officer_whom_nobody_rang_back(place: Place):
    for code in ("consent", "court_order", "ca2004_16la"):
        with pytest.raises(BadInput, match="legal reason"):
            record_call(child=place.child, token=uuid7(), said=call(place, reason=reason(code)), by=place.room.lead)
    police = {"recipient": place.recipient("police"), "reason": reason("police")}
    with pytest.raises(BadInput, match="before this was done"):
        record_call(child=place.child, token=uuid7(), said=call(place, **police), by=place.room.lead)
    rung = call(place, **police, yes=frozenset({"call_back"}))
    assert record_call(child=place.child, token=uuid7(), said=rung, by=place.room.lead).answers == {"call_back": "yes"}


def test_the_reason_of_the_last_time_is_offered_but_never_consent_or_an_order(place: Place):
    made = sent(place)
    assert reason_used_last(made.recipient, place.school.pk) == reason()
    nurse = on_consent(place).recipient
    assert reason_used_last(nurse, place.school.pk) is None
    assert reason_used_last(None, place.school.pk) is None
