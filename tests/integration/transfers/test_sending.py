"""Is a file confirmed, handed over once, received and settled by who may, and what of it learns who may not see all?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from children.models import Child, Enrolment
from safeguarding.audit.models import Event
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.ending.dates import days
from safeguarding.ending.reasons import what_keeps
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.printing.gathering import For
from sharing.events.models import SharingEvent
from sharing.events.services.asking_back import ask_back
from sharing.events.services.following import Happened
from sharing.events.services.receiving import record_received
from sharing.transfers.models import FileSending, FileTransfer, FileVolume, TransferNote
from sharing.transfers.services.additions import number_lacking
from sharing.transfers.services.asking import ask_for_file
from sharing.transfers.services.beat import forget_words
from sharing.transfers.services.confirming import Noted, Where, note_early, reopen_transfer, stop_transfer
from sharing.transfers.services.opening import open_transfer
from sharing.transfers.services.receiving import receive_file, settle_transfer
from sharing.transfers.services.sending import hand_over_file
from sharing.transfers.services.words import SHOWN_FOR, is_shown, show_words
from tests import factories
from tests.integration.sharing.test_sharing_sql import change, refused

from .conftest import Place, built, confirmed, handed, happened, opened, said, sent

pytestmark = pytest.mark.django_db
LEFT = date(2026, 11, 20)


def now_of(transfer: FileTransfer) -> FileTransfer:
    return FileTransfer.objects.get(pk=transfer.pk)


def test_the_destination_is_written_on_the_time_on_roll(place: Place):
    child = place.leaver(LEFT)
    transfer = confirmed(place, opened(place, child), last_day=LEFT - timedelta(days=1))
    [time] = Enrolment.objects.filter(child=child)
    assert (time.destination, time.destination_confirmed, time.left_on) == (
        "Whitmoor High School",
        True,
        date(2026, 11, 19),
    )
    assert (time.destination_authority, time.destination_establishment) == ("356", "4021")
    child.refresh_from_db()
    assert (child.left_on, transfer.last_day, transfer.status) == (date(2026, 11, 19), date(2026, 11, 19), "confirmed")


def test_a_destination_needs_a_name_a_day_and_who_sends(place: Place):
    transfer = opened(place, place.leaver(LEFT))
    for other, problem in (
        ({"where": Where(None)}, "Choose the next school"),
        ({"where": Where(place.next_school, number="12")}, "seven digits"),
        ({"last_day": timezone.localdate() + timedelta(days=400)}, "has left already"),
    ):
        with pytest.raises(BadInput, match=problem):
            confirmed(place, transfer, **other)
    for person in (place.room.headteacher, place.room.teacher, place.room.office):
        with pytest.raises(NotAllowed):
            confirmed(place, transfer, by=person)
    confirmed(place, transfer, by=place.room.deputy)
    with pytest.raises(ChangedSince):
        confirmed(place, transfer)


def test_an_early_conversation_is_noted_once(place: Place):
    transfer, token = opened(place, place.leaver(LEFT)), uuid7()
    with pytest.raises(BadInput, match="who you spoke to"):
        note_early(transfer=transfer, token=token, noted=Noted("Help is ready.", LEFT), by=place.room.lead)
    for _ in range(2):
        noted = Noted("Help is ready.", LEFT, "Ros Tan, lead")
        note_early(transfer=transfer, token=token, noted=noted, by=place.room.lead)
    assert TransferNote.objects.get().person == "Ros Tan, lead"


def test_it_is_not_sent_for_a_reason_and_taken_up_again(place: Place):
    transfer = opened(place, place.leaver(LEFT))
    given: dict[str, Any] = {"noted": Noted("Nobody opens the door.", LEFT), "by": place.room.lead}
    with pytest.raises(BadInput, match="Tell the local authority first"):
        stop_transfer(transfer=transfer, seen=0, token=uuid7(), because="unknown", **given)
    stopped = stop_transfer(
        transfer=transfer, seen=0, token=uuid7(), because="unknown", authority_told_on=LEFT, **given
    )
    assert (stopped.status, stopped.because) == ("not_to_send", "unknown")
    with pytest.raises(OutOfTurn):
        ask_for_file(transfer=stopped, token=uuid7(), by=place.room.lead)
    with pytest.raises(NotAllowed):
        reopen_transfer(transfer=stopped, seen=1, token=uuid7(), noted=given["noted"], by=place.room.headteacher)
    again = reopen_transfer(transfer=stopped, seen=1, token=uuid7(), noted=Noted("In Leeds.", LEFT), by=place.room.lead)
    assert (again.status, again.because, again.authority_told_on) == ("left", "", None)


def test_it_is_not_taken_up_again_beside_one_that_is_open(place: Place):
    child = place.leaver(LEFT)
    given: dict[str, Any] = {"noted": Noted("She is taught at home.", LEFT), "by": place.room.lead}
    first = stop_transfer(transfer=opened(place, child), seen=0, token=uuid7(), because="home", **given)
    opened(place, child)
    with pytest.raises(OutOfTurn, match="Another file of this child is open"):
        reopen_transfer(transfer=first, seen=first.revision, token=uuid7(), **given)
    assert now_of(first).status == "not_to_send"


def test_a_file_is_built_for_who_asks_once_it_is_confirmed(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = opened(place, child)
    with pytest.raises(OutOfTurn, match="Confirm the last day"):
        ask_for_file(transfer=transfer, token=uuid7(), by=place.room.lead)
    transfer, token = confirmed(place, transfer), uuid7()
    asked = [ask_for_file(transfer=transfer, token=token, by=place.room.lead).pk for _ in range(2)]
    assert asked[0] == asked[1]
    with pytest.raises(OutOfTurn, match="being built already"):
        ask_for_file(transfer=transfer, token=uuid7(), by=place.room.lead)
    assert ask_for_file(transfer=transfer, token=uuid7(), by=place.room.deputy).pk != asked[0]
    with pytest.raises(NotAllowed):
        ask_for_file(transfer=transfer, token=uuid7(), by=place.room.headteacher)


def test_who_has_not_asked_for_a_file_neither_knows_of_it_nor_opens_it(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    made = built(place, confirmed(place, opened(place, child)))
    lead, deputy, head = place.room.lead, place.room.deputy, place.room.headteacher
    for person, sees in ((lead, True), (deputy, False), (head, False)):
        assert FileSending.objects.visible_to(person).exists() is sees
        assert FileVolume.objects.visible_to(person).exists() is sees
    handed(place, made)
    for person, opens in ((lead, True), (deputy, False), (head, False)):
        assert FileSending.objects.visible_to(person).exists(), "that it went they know"
        assert FileVolume.objects.visible_to(person).exists() is opens


def test_it_is_handed_over_once_as_a_decision_to_share(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    made, token = built(place, confirmed(place, opened(place, child))), uuid7()
    for _ in range(2):
        handed(place, made, token=token)
    handed(place, made)
    [event] = SharingEvent.objects.filter(child=child)
    assert (event.status, event.reason.code, event.recipient_id) == ("sent", "next_school_file", place.next_school.pk)
    assert (event.concerns, event.steps.count(), now_of(made.transfer).status) == ([], 1, "sent")


def test_it_goes_a_minute_after_the_hour_that_is_typed_and_not_before_it_was_built(place: Place):
    made = built(place, confirmed(place, opened(place, place.leaver(LEFT))))
    typed, later = timezone.now(), timezone.now() + timedelta(minutes=2)
    given: dict[str, Any] = {"sending": made, "by": place.room.lead, "at": later}
    with pytest.raises(BadInput, match="before what it follows"):
        hand_over_file(token=uuid7(), said=said(happened=happened(typed - timedelta(minutes=2))), **given)
    assert hand_over_file(token=uuid7(), said=said(happened=happened(typed)), **given).event is not None


def test_nothing_is_handed_over_that_lacks_something_or_by_somebody_else(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = confirmed(place, opened(place, child))
    made = built(place, transfer)
    for other, problem in (
        ({"happened": happened(method="telephone")}, "Choose how it goes"),
        ({"happened": happened(person="")}, "Enter who there"),
        ({"answers": {}}, "Answer"),
        ({"child_told": ""}, "whether they are told"),
        ({"parents_told": "no"}, "Write why somebody is not told"),
    ):
        with pytest.raises(BadInput, match=problem):
            handed(place, made, **other)
    with pytest.raises(NotAllowed):
        handed(place, made, by=place.room.headteacher)
    with pytest.raises(FileSending.DoesNotExist):
        handed(place, made, by=place.room.deputy)
    assert not SharingEvent.objects.exists()
    unknown = confirmed(place, now_of(transfer), where=Where(None, "A school in Wales"))
    assert unknown.destination == "A school in Wales"
    with pytest.raises(BadInput, match="not in the address book"):
        handed(place, made)


def test_a_file_that_names_another_destination_is_built_again(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = confirmed(place, opened(place, child))
    made = built(place, transfer)
    confirmed(place, now_of(transfer), last_day=LEFT - timedelta(days=1), by=place.room.deputy)
    with pytest.raises(OutOfTurn, match="confirmed again after this file was built"):
        handed(place, made)
    assert not SharingEvent.objects.exists()
    handed(place, built(place, now_of(transfer)))
    assert now_of(transfer).status == "sent"


def test_the_database_refuses_one_that_was_sent_without_a_destination(place: Place):
    transfer = opened(place, place.leaver(LEFT))
    with pytest.raises(IntegrityError), transaction.atomic():
        FileTransfer.objects.filter(pk=transfer.pk).update(
            status="sent", sent_at=timezone.now(), sent_by=place.room.lead
        )


def test_the_words_are_shown_for_a_quarter_of_an_hour_to_its_builder(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    made = built(place, confirmed(place, opened(place, child)))
    with pytest.raises(OutOfTurn, match="not been handed over"):
        show_words(sending=made, by=place.room.lead)
    made = handed(place, made)
    with pytest.raises(NotAllowed):
        show_words(sending=made, by=place.room.deputy)
    at = timezone.now()
    assert [show_words(sending=made, by=place.room.lead, at=at) for _ in range(2)] == ["amber birch cello delta"] * 2
    with pytest.raises(OutOfTurn, match="kept nowhere"):
        show_words(sending=made, by=place.room.lead, at=at + SHOWN_FOR)


def test_words_that_were_shown_are_forgotten_however_late_and_those_that_never_were_are_offered(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    made = handed(place, built(place, confirmed(place, opened(place, child))))
    at = timezone.now()
    assert is_shown(made, at), "the answer may have got lost"
    show_words(sending=made, by=place.room.lead, at=at)
    late = at + timedelta(days=9)
    assert [forget_words(at=at), forget_words(at=late), forget_words(at=late)] == [0, 1, 0]
    assert FileSending.objects.get(pk=made.pk).words == ""
    assert not is_shown(FileSending.objects.get(pk=made.pk), late)


def test_a_deputys_file_lacks_what_is_restricted_and_the_lead_sends_the_addition(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    restricted = place.told(child)
    restrict_concern(concern=restricted, by=place.room.lead)
    transfer = sent(place, child, by=place.room.deputy)
    lacks = {
        name: number_lacking(For(person), [transfer]) for name, person in vars(place.room).items() if name != "school"
    }
    assert lacks["deputy"] == {} and lacks["lead"][transfer.pk] > 0
    with pytest.raises(OutOfTurn, match="nothing to add"):
        ask_for_file(transfer=transfer, token=uuid7(), by=place.room.deputy)
    addition = handed(place, built(place, transfer))
    assert addition.is_addition and addition.event is not None
    assert addition.event.concerns == [restricted.pk]
    assert number_lacking(For(place.room.lead), [transfer]) == {}
    deputy = place.room.deputy
    assert [one.is_addition for one in FileSending.objects.visible_to(deputy).order_by("asked_at")] == [False]
    assert SharingEvent.objects.visible_to(deputy).filter(child=child).count() == 1
    assert number_lacking(For(deputy), [transfer]) == {}


def test_what_comes_later_is_an_addition_for_whoever_sees_it(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = sent(place, child)
    people = (place.room.lead, place.room.deputy)
    assert [number_lacking(For(person), [transfer]) for person in people] == [{}, {}]
    place.told(child)
    assert all(number_lacking(For(person), [transfer]).get(transfer.pk) for person in people)


def test_a_file_of_restricted_concerns_alone_leaves_no_trace_for_the_deputy(place: Place):
    child = place.leaver(LEFT)
    restrict_concern(concern=place.told(child), by=place.room.lead)
    sent(place, child)
    deputy = place.room.deputy
    for model in (FileTransfer, FileSending, SharingEvent):
        assert model.objects.visible_to(place.room.lead).filter(child=child).exists()
        assert not model.objects.visible_to(deputy).filter(child=child).exists()


def test_receipt_and_settling(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = sent(place, child)
    [file] = FileSending.objects.filter(transfer=transfer)
    with pytest.raises(BadInput, match="who has received it"):
        receive_file(sending=file, token=uuid7(), happened=happened(person=""), by=place.room.lead)
    with pytest.raises(NotAllowed):
        receive_file(sending=file, token=uuid7(), happened=happened(), by=place.room.headteacher)
    token, done = uuid7(), happened()
    for _ in range(2):
        receive_file(sending=file, token=token, happened=done, by=place.room.deputy)
    transfer = now_of(transfer)
    assert (transfer.status, what_keeps([child.pk])[child.pk] != []) == ("received", True)
    assert days("receipt", [child.pk]) == {}, "not while it is not settled"
    given = {"transfer": transfer, "seen": transfer.revision, "token": uuid7(), "text": "", "by": place.room.lead}
    with pytest.raises(BadInput, match="own copy"):
        settle_transfer(own_copy="", **given)
    settled = settle_transfer(own_copy="schedule", **given)
    assert (settled.status, days("receipt", [child.pk])) == ("settled", {child.pk: timezone.localdate()})
    facts = {kept.reason.fact for kept in what_keeps([child.pk]).get(child.pk, []) if kept.reason}
    assert "keeps_open_transfer" not in facts


def test_a_file_that_a_colleague_built_beside_the_one_that_went_keeps_no_own_copy(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = confirmed(place, opened(place, child))
    built(place, transfer, by=place.room.deputy)
    file = handed(place, built(place, transfer))
    receive_file(sending=file, token=uuid7(), happened=happened(), by=place.room.lead)
    given = {"token": uuid7(), "own_copy": "schedule", "text": "", "by": place.room.lead}
    settle_transfer(transfer=transfer, seen=now_of(transfer).revision, **given)
    assert days("receipt", [child.pk]) == {child.pk: timezone.localdate()}
    place.told(child)
    built(place, now_of(transfer))
    assert days("receipt", [child.pk]) == {}, "an addition waits to be sent"


def test_the_own_copy_is_kept_from_the_last_day_where_the_receipt_came_before(place: Place):
    child, last = factories.child(place.school, by=place.room.office), timezone.localdate() + timedelta(days=10)
    place.told(child)
    transfer = open_transfer(child=child, last_day=last, by=place.room.lead)
    file = handed(place, built(place, confirmed(place, transfer)))
    receive_file(sending=file, token=uuid7(), happened=happened(), by=place.room.lead)
    given = {"token": uuid7(), "own_copy": "schedule", "text": "", "by": place.room.lead}
    settle_transfer(transfer=transfer, seen=now_of(transfer).revision, **given)
    Child.objects.filter(pk=child.pk).update(left_on=last)
    assert days("receipt", [child.pk]) == {child.pk: last}


def test_who_only_reads_a_file_ends_no_hold_past_the_services(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = sent(place, child)
    receive_file(sending=FileSending.objects.get(), token=uuid7(), happened=happened(), by=place.room.lead)
    settled = change(
        now_of(transfer), "status = 'settled', own_copy = 'schedule', settled_at = now(), settled_by_id = rules.me()"
    )
    assert refused(place.room.headteacher, settled) and refused(place.room.teacher, settled)
    assert not refused(place.room.deputy, settled), "she sends files"


def test_a_receipt_on_the_decision_is_one_of_the_file(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = sent(place, child)
    [event] = SharingEvent.objects.filter(child=child)
    with pytest.raises(NotAllowed):
        record_received(event=event, token=uuid7(), happened=happened(), by=place.room.headteacher)
    record_received(event=event, token=uuid7(), happened=happened(), by=place.room.lead)
    assert now_of(transfer).status == "received"


def test_what_is_asked_back_is_to_be_sent_again(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = sent(place, child)
    [event] = SharingEvent.objects.filter(child=child)
    back = Happened(timezone.now(), text="It went to the wrong school.")
    ask_back(event=event, token=uuid7(), happened=back, follow_up_on=timezone.localdate(), by=place.room.lead)
    again = now_of(transfer)
    assert (again.status, again.sent_at) == ("confirmed", None)
    handed(place, built(place, again))
    assert now_of(transfer).status == "sent"


def test_what_the_wrong_school_had_is_lacking_from_the_file_that_follows(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    restrict_concern(concern=place.told(child), by=place.room.lead)
    transfer = sent(place, child)
    [event] = SharingEvent.objects.filter(child=child)
    back = Happened(timezone.now(), text="It went to the wrong school.")
    ask_back(event=event, token=uuid7(), happened=back, follow_up_on=timezone.localdate(), by=place.room.lead)
    deputy = place.room.deputy
    handed(place, built(place, now_of(transfer), by=deputy), by=deputy)
    transfer = now_of(transfer)
    assert number_lacking(For(deputy), [transfer]) == {}
    assert number_lacking(For(place.room.lead), [transfer]).get(transfer.pk), "the lead's went elsewhere"
    assert ask_for_file(transfer=transfer, token=uuid7(), by=place.room.lead).is_addition


def test_an_addition_that_was_asked_back_is_lacking_again(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = sent(place, child)
    place.told(child)
    addition = handed(place, built(place, transfer))
    assert number_lacking(For(place.room.lead), [transfer]) == {}
    assert addition.event is not None
    back = Happened(timezone.now(), text="It went to the wrong school.")
    ask_back(event=addition.event, token=uuid7(), happened=back, follow_up_on=timezone.localdate(), by=place.room.lead)
    assert number_lacking(For(place.room.lead), [transfer]).get(transfer.pk)


def test_what_is_done_is_recorded(place: Place):
    child = place.leaver(LEFT)
    place.told(child)
    transfer = sent(place, child)
    verbs = set(Event.objects.filter(object_id=transfer.pk).values_list("verb", flat=True))
    assert {"create", "confirm", "add", "share"} <= verbs
