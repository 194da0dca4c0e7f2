"""Who is told that a consent stopped a decision, that nobody has confirmed, that a bar is to be let go?"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.accounts.notices import address_of
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.keys import uuid7
from sharing.events.models import Consent, SharingEvent
from sharing.events.notice_kinds import SharingNotice as N
from sharing.events.services.asking_back import ask_back, record_answer
from sharing.events.services.deciding import discard_share
from sharing.events.services.lifting import ask_to_lift
from sharing.events.services.receiving import chase_share, record_received
from sharing.events.services.reminding import tell_of_receipts
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import decided, happened, sent
from tests.integration.sharing.packing import asks, family, told, waiting
from tests.integration.sharing.test_following import on_consent, withdrawn
from tests.integration.sharing.test_pages import signed_in

pytestmark = pytest.mark.django_db


def people(event: SharingEvent, kind: N) -> set[Any]:
    """Whose inbox asks for it still."""
    rows = Notice.objects.filter(object_id=event.pk, kind=kind, settled_at=None, opened_at=None)
    return {one.user for one in rows.select_related("user")}


def on_day(day: Any, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def test_who_decided_is_told_that_a_withdrawn_consent_stopped_it(place: Place):
    room = place.room
    waits, other = on_consent(place, by=room.deputy), on_consent(place, by=room.deputy)
    for one in Consent.objects.all():
        withdrawn(one, room.lead)
    assert people(waits, N.STOPPED) == {room.deputy} == people(other, N.STOPPED)
    notice = Notice.objects.get(object_id=waits.pk)
    page = reverse("share", args=[waits.pk])
    assert address_of(notice) == page
    assert signed_in(room.deputy).get(page).status_code == 200
    assert not people(waits, N.STOPPED), "it was looked at"
    other.refresh_from_db()
    discard_share(event=other, seen=other.revision, by=room.lead)
    assert not people(other, N.STOPPED), "it was done"


def test_nobody_is_told_of_what_they_did_or_may_not_see(place: Place):
    room = place.room
    about = family(place)
    place.mother = place.child.contacts.get(contact__forename="Kerry").contact
    concern = told(place, about["rowan"])
    own = on_consent(place)
    hidden = on_consent(place, concern=concern, by=room.deputy)
    restrict_concern(concern=concern, by=room.lead)
    for one in Consent.objects.all():
        withdrawn(one, room.lead)
    assert not people(own, N.STOPPED)
    told_of = people(hidden, N.STOPPED)
    assert room.deputy not in told_of and told_of == {room.headteacher}


def test_who_sent_it_is_told_once_a_day_that_nobody_has_confirmed(place: Place):
    room = place.room
    event, other = sent(place, by=room.deputy), sent(place)
    day = event.follow_up_on
    assert day is not None
    assert tell_of_receipts(at=on_day(day - timedelta(days=1))) == 0
    assert tell_of_receipts(at=on_day(day, hour=5)) == 0, "nobody is woken"
    for number in (2, 0):
        assert tell_of_receipts(at=on_day(day)) == number
    assert people(event, N.UNANSWERED) == {room.deputy} and people(other, N.UNANSWERED) == {room.lead}
    later = day + timedelta(days=3)
    chase_share(event=event, token=uuid7(), happened=happened(), follow_up_on=later, by=room.lead)
    assert not people(event, N.UNANSWERED)
    assert tell_of_receipts(at=on_day(later)) == 1
    record_received(event=event, token=uuid7(), happened=happened(), by=room.lead)
    assert not people(event, N.UNANSWERED) and people(other, N.UNANSWERED)
    ask_back(event=other, token=uuid7(), happened=happened(), follow_up_on=later, by=room.lead)
    assert not people(other, N.UNANSWERED)
    assert tell_of_receipts(at=on_day(later)) == 1
    record_answer(event=other, token=uuid7(), happened=happened(), by=room.lead)
    assert not people(other, N.UNANSWERED) and tell_of_receipts(at=on_day(later)) == 0


def test_where_who_sent_it_may_not_see_it_any_more_others_are_told(place: Place):
    room = place.room
    event = sent(place, by=room.deputy)
    declare_conflict(user=room.deputy, child=place.child, kind="relative", by=room.deputy)
    assert event.follow_up_on is not None
    assert tell_of_receipts(at=on_day(event.follow_up_on)) >= 1
    assert room.deputy not in people(event, N.UNANSWERED) and room.lead in people(event, N.UNANSWERED)


def test_those_who_may_be_the_second_are_asked_until_it_is_decided(place: Place):
    family(place)
    lead, room = place.room.lead, place.room
    dan = place.child.contacts.get(contact__forename="Dan").contact
    event = waiting(place, for_adult=dan)
    ask_to_lift(event=event, seen=event.revision, why="An order of today.", asks=asks(lead), by=lead)
    assert people(event, N.LIFT_ASKED) == {room.deputy, room.headteacher}
    assert not people(decided(place), N.LIFT_ASKED)
