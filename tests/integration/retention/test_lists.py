"""From due to approved: who decides, who approves, and what is in the way?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from children.services.destinations import Destination, say_destination
from retention.models import Approval, DestructionList
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.lists import begin_list, stop
from retention.services.scan import scan
from safeguarding.audit.context import Acting, acting
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories

from .conftest import LEFT, Office, days_ago

pytestmark = pytest.mark.django_db
S = DestructionList.Status


def test_a_list_is_decided_sent_and_approved_by_two_people(place: Office):
    one, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(one, other)
    made = place.on_list(one, other)
    assert made.reference == f"DL-{timezone.localdate().year}-01"
    first, second = made.items.order_by("place")
    place.decide(first)
    with pytest.raises(BadInput, match="Not decided yet: 2"):
        from retention.services.lists import send

        made.refresh_from_db()
        send(on_list=made, seen=made.revision, by=place.room.lead)
    place.decide(second, "keep", keep_until=timezone.localdate() + timedelta(days=300))
    made.refresh_from_db()
    sent = send(on_list=made, seen=made.revision, by=place.room.lead)
    assert sent.status == S.APPROVAL
    with pytest.raises(NotAllowed, match="You are the first of the two"):
        place.approve(sent, by=place.room.lead)
    with pytest.raises(NotAllowed):
        place.approve(sent, by=place.room.deputy)
    [approved] = place.approve(sent)
    assert approved.item == first and approved.waits_until == timezone.localdate() + timedelta(days=14)
    assert place.approve(sent) == [] and Approval.objects.count() == 1
    sent.refresh_from_db()
    assert sent.status == S.WAITING


def test_a_record_that_changed_since_it_was_decided_on_is_not_approved(place: Office):
    child = place.leaver()
    place.due(child)
    sent = place.sent(child)
    factories.concern  # noqa: B018  (a concern would be open: an alias is enough of a change)
    from children.models import OtherName

    OtherName.objects.create(child=child, school=place.school, forename="Idina", surname="Thorne", kind="former")
    with pytest.raises(OutOfTurn, match="has changed since"):
        place.approve(sent)


def test_a_hold_keeps_a_record_from_a_list_and_from_its_approval(place: Office):
    child, free = place.leaver(), place.leaver("Ola", "Brook")
    place.due(child, free)
    sent = place.sent(child)
    held = set_hold(
        school=place.school,
        token=uuid7(),
        scope="child",
        kind="police",
        reason="The police asked.",
        review_on=timezone.localdate() + timedelta(days=90),
        child=child,
        by=place.room.deputy,
    )
    with pytest.raises(OutOfTurn, match="A hold keeps this record"):
        place.approve(sent)
    stop(on_list=sent, by=place.room.headteacher)
    with pytest.raises(OutOfTurn, match="A hold keeps this record"):
        place.on_list(child)
    place.on_list(free)
    held = ask_to_lift(hold=held, seen=0, token=uuid7(), reason="The case is closed.", by=place.room.lead)
    with pytest.raises(NotAllowed, match="Somebody else lifts it"):
        lift_hold(hold=held, seen=held.revision, by=place.room.lead)
    lift_hold(hold=held, seen=held.revision, by=place.room.headteacher)
    assert place.on_list(child).items.count() == 1


def test_whoever_typed_the_last_day_lately_does_not_decide(place: Office):
    child = place.leaver()
    place.due(child)
    sent = place.sent(child)
    corrected = LEFT - timedelta(days=1)
    where = Destination("Whitmoor High School")
    with acting(Acting(user_id=place.room.lead.pk, school_id=place.school.pk)):
        say_destination(child=child, last_day=corrected, destination=where, by=place.room.lead)
    with pytest.raises(NotAllowed, match="has not changed its rule or its date"):
        place.approve(sent)


def test_what_is_not_due_or_is_of_another_school_comes_on_no_list(place: Office):
    child = place.leaver()
    with pytest.raises(OutOfTurn, match="not due"):
        place.on_list(child)
    place.due(child)
    with pytest.raises(NotAllowed):
        begin_list(school=place.school, records=[child.pk], token=uuid7(), by=place.room.deputy)
    with pytest.raises(BadInput, match="at least one"):
        begin_list(school=place.school, records=[], token=uuid7(), by=place.room.lead)
    with pytest.raises(BadInput, match="at most 25"):
        begin_list(school=place.school, records=[uuid7() for _ in range(26)], token=uuid7(), by=place.room.lead)
    token = uuid7()
    made = begin_list(school=place.school, records=[child.pk], token=token, by=place.room.lead)
    assert begin_list(school=place.school, records=[child.pk], token=token, by=place.room.lead) == made


def test_a_date_that_changed_lately_is_in_the_way(place: Office):
    child = place.leaver()
    place.last_school(child)
    scan(at=days_ago(20))
    scan(at=days_ago(10))
    with pytest.raises(OutOfTurn, match="changed in the last 30 days"):
        place.on_list(child)
