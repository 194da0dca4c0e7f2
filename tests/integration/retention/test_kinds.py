"""Does every kind of record that has a period go the whole way: open, due, held, kept longer, listed, approved,
destroyed by `destroyer`, and nothing left of it?

A row of `KINDS` for each: how a record of it is laid and how it comes to its end, by the services that pages call.
"""

import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.facts import Adult
from children.models import Contact
from children.services.access import declare_conflict
from retention.models import Decision, DestructionItem, DestructionList, ItemReason, RetentionDate, Tombstone
from retention.phrases import kind_of, kinds_of
from retention.services import brakes
from retention.services.certificate import certificate_of
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.going import living_keys
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.list_notices import close_lists
from retention.services.lists import begin_list, decide, send, stop
from retention.services.one_record import record_with
from retention.services.progress import progress_of
from retention.services.scan import scan
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.accounts.services.people import end_role
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.services.access import give_access
from safeguarding.concerns.models import OutsideNote, PaperForm
from safeguarding.concerns.services.outside import settling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.outside.links import make_link
from safeguarding.concerns.services.papers import make_forms, settle_form
from safeguarding.ending.kinds import kinds
from safeguarding.ending.removal import left_of
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.sealing import ledger
from safeguarding.sealing.models import KEYS
from safeguarding.training.models import Certificate, GuidanceRead, TrainingRecord
from safeguarding.training.services.courses import set_course
from safeguarding.training.services.noting import Had, attach_certificate, note_training
from safeguarding.training.services.reading_guidance import confirm_read, to_read
from safeguarding.uploads.services.keeping import Upload
from sharing.events.models import Consent, ConsentWording, Recipient
from sharing.events.services.consents import Answered, record_consent, withdraw_consent
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from sharing.requests.models import RightsRequest
from sharing.requests.services.answering import withdraw as withdraw_request
from sharing.requests.services.law import load_request_law
from tests import factories, stores
from tests.integration.requests.cases import handed_in, taken_up
from tests.walls import asking

from . import lasting
from .adults import PENSION_IN, end_substantiated, lay_concern
from .conftest import Office, as_destroyer, later

pytestmark = pytest.mark.django_db(databases=["default", KEYS])


@dataclass(frozen=True)
class Row:
    """How a record of one kind is laid, which is still open; how it comes to its end; and after how many days its
    period is over.
    """

    lay: Callable[[Office], Any]
    end: Callable[[Office, Any], None]
    days: int
    # The child that it is about: a hold on the child keeps it.
    about: Callable[[Any], Any] = lambda record: record.child
    # Who decides on it, and who approves.
    decides: Callable[[Office], User] = lambda place: place.room.lead
    approves: Callable[[Office, Any], User] = lambda place, record: place.room.headteacher


# --- consent


def lay_consent(place: Office) -> Consent:
    load_law()
    mother = Adult(surname="Ashdown", forename="Kerry", relationship="Mother", responsibility=True)
    child = factories.child(place.school, by=place.room.office, adults=[mother])
    save_wording(school=place.school, token=uuid7(), title="The nurse", text="We ask.", by=place.room.lead)
    return answer(place, child, "given")


def answer(place: Office, child: Any, said: str) -> Consent:
    """What the mother answered today of the school nurse."""
    facts = Answered(
        wording=ConsentWording.objects.get(school=place.school),
        recipient=Recipient.objects.get(school=None, code="school_nurse"),
        answer=said,
        capacity="parent",
        how="form",
        answered_on=timezone.localdate(),
        adult=Contact.objects.get(children__child=child),
    )
    return record_consent(child=child, token=uuid7(), said=facts, by=place.room.lead)


def end_consent(place: Office, consent: Consent) -> None:
    """It is withdrawn; a year later she says no, which is what she answered last."""
    withdraw_consent(consent=consent, on=timezone.localdate(), how="spoken", said="She rang.", by=place.room.lead)
    with later(days=300):
        answer(place, consent.child, "refused")


# --- request


def lay_request(place: Office) -> RightsRequest:
    load_request_law()
    child = place.leaver("Hanna", "Reed")
    cast = SimpleNamespace(
        school=place.school, teacher=place.room.teacher, office=place.room.office, lead=place.room.lead
    )
    case = handed_in(cast, received_on=timezone.localdate())
    return taken_up(cast, child, case=case)


def end_request(place: Office, case: RightsRequest) -> None:
    withdraw_request(case, by=place.room.office, because="She rang: she has what she needs.")


# --- training, and guidance that was read


def lay_training(place: Office) -> TrainingRecord:
    """Of the assistant, with a certificate."""
    room = place.room
    course = set_course(
        school=room.school,
        token=uuid7(),
        name="Safeguarding update",
        months=12,
        for_whom="all",
        source="Decided by the Headteacher",
        by=room.headteacher,
    )
    had = [Had(room.assistant, course, timezone.localdate())]
    [made] = note_training(school=room.school, had=had, token=uuid7(), by=room.office)
    attach_certificate(training=made, token=uuid7(), uploads=[Upload("seen.txt", b"Seen.")], by=room.office)
    assert Certificate.objects.get().training == made
    return made


def lay_guidance(place: Office) -> GuidanceRead:
    load_editions()
    edition = to_read(place.school.pk, timezone.localdate())[0]
    return confirm_read(school=place.school, edition=edition, by=place.room.assistant)


def leave(place: Office, record: Any) -> None:
    with later(days=30):
        for role in RoleAssignment.objects.filter(user=record.user, school=place.school):
            end_role(assignment=role, last_day=timezone.localdate(), by=place.room.headteacher)


# --- concern about an adult


def let_chair_in(place: Office, concern: StaffConcern) -> User:
    """The Headteacher gives the chair access by name."""
    last_day = timezone.localdate() + timedelta(days=60)
    said = {"reason": "To approve its end.", "last_day": last_day, "by": place.room.headteacher}
    give_access(concern=concern, user=place.chair, **said)
    return place.chair


# --- note set aside, paper form spoiled


def lay_note(place: Office) -> OutsideNote:
    link = make_link(school=place.school, by=place.room.lead)
    left = Left(
        how_soon=3,
        name="Sam Hill",
        agency="Supply teacher",
        contact="07700 900123",
        about_child="Rowan, Year 5",
        facts="He would not take his scarf off.",
    )
    leave_note(link=link, token=uuid7(), left=left, address=None)
    return OutsideNote.objects.get()


def end_note(place: Office, note: OutsideNote) -> None:
    settling.open_note(note=note, by=place.room.lead)
    settling.put_forward(note=note, reason="spam", detail="It is an advertisement.", by=place.room.lead)
    settling.set_aside(note=note, by=place.room.deputy)


def lay_form(place: Office) -> PaperForm:
    return make_forms(school=place.school, batch=uuid7(), count=2, place="Office", by=place.room.lead)[0]


def end_form(place: Office, form: PaperForm) -> None:
    settle_form(form=form, move="spoil", by=place.room.lead)


KINDS = {
    "attendance": Row(
        lasting.lay_attendance, lasting.end_attendance, days=lasting.days_of_attendance(), about=lasting.nobody
    ),
    "file_received": Row(
        lasting.lay_received, lasting.end_received, days=lasting.days_of_received(), about=lasting.nobody
    ),
    "file_sent": Row(lasting.lay_sent, lasting.end_sent, days=lasting.days_of_sent(), about=lasting.nobody),
    "consent": Row(lay_consent, end_consent, days=366),
    "outside_note": Row(lay_note, end_note, days=367, about=lambda record: None),
    "paper_form": Row(lay_form, end_form, days=367, about=lambda record: None),
    "training": Row(lay_training, leave, days=6 * 366 + 30, about=lambda record: None),
    "guidance_read": Row(lay_guidance, leave, days=6 * 366 + 30, about=lambda record: None),
    "request": Row(lay_request, end_request, days=3 * 366),
    "staff_concern": Row(
        lay_concern,
        end_substantiated,
        days=PENSION_IN + 1,
        about=lambda record: None,
        decides=lambda place: place.room.headteacher,
        approves=let_chair_in,
    ),
}
SCANS = 60


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Any) -> None:
    settings.ANCHOR_FOLDER = tmp_path / "anchors"
    # Keys of an epoch go with a list that is carried out.
    settings.EPOCH_KEYS_PATH = Path(shutil.copy(settings.EPOCH_KEYS_PATH, tmp_path))
    stores.use(settings, "FolderStore", location=tmp_path / "files")


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def kept(record: Any) -> RetentionDate:
    return RetentionDate.objects.get(record_key=record.pk)


def scanned_until(days: int) -> None:
    """Two scans, far enough apart that its date has changed long ago."""
    for before in (SCANS, 0):
        with later(days=days - before):
            scan()


def decider(place: Office, kind: str) -> User:
    return KINDS[kind].decides(place) if kind in KINDS else place.room.lead


def begun(place: Office, *records: Any) -> DestructionList:
    by = decider(place, kept(records[0]).kind)
    return begin_list(school=place.school, records=[one.pk for one in records], token=uuid7(), by=by)


def sent(place: Office, made: DestructionList, kind: str = "destroy", **facts: Any) -> DestructionList:
    by = decider(place, made.items.first().kind)
    for item in made.items.filter(left_out_at=None):
        made.refresh_from_db()
        said = {"token": uuid7(), "reason": "Read, and not needed.", "by": by, **facts}
        decide(item=item, seen=made.revision, kind=kind, **said)
    made.refresh_from_db()
    return send(on_list=made, seen=made.revision, by=by)


@contextmanager
def due(place: Office, kind: str) -> Any:
    """A record of a kind whose time is over, on the day on which it can be put on a list."""
    row = KINDS[kind]
    record = row.lay(place)
    row.end(place, record)
    scanned_until(row.days + SCANS)
    with later(days=row.days + SCANS):
        yield record


def test_every_kind_but_those_with_tests_of_their_own_has_a_row_here():
    assert kinds().keys() - KINDS.keys() == {"child_file", "photograph"}


def test_it_is_open_then_kept_then_due(place: Office, kind: str):
    row = KINDS[kind]
    record = row.lay(place)
    scan()
    assert (kept(record).kind, kept(record).missing, kept(record).due_on) == (kind, "open", None)
    row.end(place, record)
    with later(days=row.days - 10):
        scan()
        assert kept(record).missing == "" and kept(record).due_on >= timezone.localdate()
        assert kept(record).rule.code in kinds()[kind].rules
    with later(days=row.days + 10):
        scan()
        assert kept(record).seen_due_on and not kept(record).seen_again_on
    with later(days=row.days + 17):
        scan()
        assert kept(record).seen_again_on


def test_a_hold_keeps_it_from_every_list(place: Office, kind: str):
    with due(place, kind) as record:
        child = KINDS[kind].about(record)
        lead, head = place.room.lead, place.room.headteacher
        of_record = (KINDS[kind].decides(place), KINDS[kind].approves(place, record))
        scopes = [("school", None, lead, head), ("record", None, *of_record)]
        for scope, whom, first, second in scopes + ([("child", child, lead, head)] if child else []):
            held = set_hold(
                school=place.school,
                token=uuid7(),
                scope=scope,
                child=whom,
                one=record_with(record.pk),
                kind="police",
                reason="The police asked.",
                review_on=timezone.localdate() + timedelta(days=100),
                by=first,
            )
            with pytest.raises(OutOfTurn, match="A hold keeps this record"):
                begun(place, record)
            ask_to_lift(hold=held, seen=0, token=uuid7(), reason="They closed it.", by=first)
            lift_hold(hold=held, seen=1, by=second)
        assert begun(place, record).items.get().record_key == record.pk


def test_who_keeps_it_longer_moves_its_date(place: Office, kind: str):
    with due(place, kind) as record:
        until = timezone.localdate() + timedelta(days=400)
        made = begun(place, record)
        made.refresh_from_db()
        said: Any = {"reason": "A claim may come.", "keep_until": until, "by": decider(place, kind)}
        decide(item=made.items.get(), seen=made.revision, token=uuid7(), kind="keep", **said)
        stop(on_list=made, by=decider(place, kind))
        scan()
        assert kept(record).due_on == until and not kept(record).seen_again_on
    with later(days=KINDS[kind].days + SCANS + 390):
        scan()
        assert not kept(record).seen_due_on
    for days in (410, 420):
        with later(days=KINDS[kind].days + SCANS + days):
            scan()
    assert kept(record).seen_again_on


def test_it_is_destroyed_and_nothing_is_left(place: Office, kind: str):
    with due(place, kind) as record:
        made = sent(place, begun(place, record))
        [item] = made.items.all()
        assert ItemReason.objects.get(item=item).said == "Read, and not needed."
        others = {one.pk for one in type(record)._base_manager.exclude(pk=record.pk)}
        place.approve(made, by=KINDS[kind].approves(place, record))
        with as_destroyer():
            assert destroy_due() == 0
    with later(days=KINDS[kind].days + SCANS + 15):
        with as_destroyer():
            assert destroy_due() == 1
            assert finish() == 1
        assert close_lists() == 1
        [entry] = [one for one in ledger.entries() if not one.until]
        assert entry.record == record.pk and left_of(entry.keys()) == [] and not living_keys(entry.keys())
        assert {one.pk for one in type(record)._base_manager.all()} == others
        assert not ItemReason.objects.exists() and not RetentionDate.objects.filter(record_key=record.pk).exists()
        left = Tombstone.objects.get()
        assert (left.kind, left.record_key) == (kind, record.pk)
        _certified(made, kind)


def _certified(made: DestructionList, kind: str) -> None:
    made.refresh_from_db()
    said = certificate_of(made, progress_of([made.pk])[made.pk])
    assert [line.kind for line in said.lines] == [kind_of(kind)]
    how = dict(said.how)["Method"]
    assert ("Keys destroyed" in how) == kinds()[kind].has_own_key
    assert ("35 days" in how) != kinds()[kind].has_own_key


def test_its_words_stand_where_it_is_due_and_on_its_list(place: Office, kind: str, client: Client):
    with due(place, kind) as record:
        by = decider(place, kind)
        assert kind_of(kind) in place.opens(client, by, "retention").content.decode()
        made = sent(place, begun(place, record))
        page = place.opens(client, by, "destruction_list", made.pk).content.decode()
        assert kind_of(kind) in page
        assert kinds_of(kind) in place.opens(client, place.officer, "destruction_list", made.pk).content.decode()
        [item] = made.items.all()
        assert kind_of(kind) in place.opens(client, by, "destruction_item", item.pk).content.decode()


# --- what goes together, and what does not


def test_of_two_cases_that_came_together_the_open_one_stays(place: Office):
    case: Any = lay_request(place)
    sister = place.leaver("Nell", "Reed")
    cast = SimpleNamespace(school=place.school, teacher=place.room.teacher, office=place.room.office)
    both = taken_up(cast, case.child, sister, case=handed_in(cast, received_on=timezone.localdate()))
    other = RightsRequest._base_manager.get(came_with=both)
    end_request(place, both)
    end_request(place, case)
    days = KINDS["request"].days
    scanned_until(days + SCANS)
    with later(days=days + SCANS):
        place.approve(sent(place, begun(place, both)))
    with later(days=days + SCANS + 15), as_destroyer():
        assert destroy_due() == 1
    left = RightsRequest._base_manager.get(pk=other.pk)
    assert (left.status, left.came_with_id, left.ending_at) == (other.status, None, None)
    assert left.requester == "Dana Ashdown"


def test_a_consent_and_its_childs_file_on_two_lists_both_end(place: Office):
    child, consent = consent_of_a_leaver(place)
    place.due(child)
    scanned_until(SCANS)
    with later(days=SCANS):
        lists = [sent(place, begun(place, one)) for one in (child, consent)]
        for made in lists:
            place.approve(made)
    with later(days=SCANS + 15):
        with as_destroyer():
            first = destroy_due()
            assert finish() == 2
        assert close_lists() == 2
    assert first in (1, 2)
    assert not Consent._base_manager.exists() and left_of([child.pk, consent.pk]) == []
    far = progress_of([made.pk for made in lists])
    for made in lists:
        made.refresh_from_db()
        assert far[made.pk].is_done and made.status == "done"
        assert certificate_of(made, far[made.pk]).backups_clear_on


def test_what_went_with_another_list_leaves_one_that_is_not_sent(place: Office):
    child, consent = consent_of_a_leaver(place)
    place.due(child)
    scanned_until(SCANS)
    with later(days=SCANS):
        place.approve(sent(place, begun(place, child)))
        waits = begun(place, consent)
    with later(days=SCANS + 15):
        with as_destroyer():
            assert destroy_due() == 1
        waits.refresh_from_db()
        with pytest.raises(BadInput, match="Nothing on this list is to be destroyed"):
            send(on_list=waits, seen=waits.revision, by=place.room.lead)


def consent_of_a_leaver(place: Office) -> tuple[Any, Consent]:
    """A child who left years ago, and what the mother had answered."""
    load_law()
    mother = Adult(surname="Thorne", forename="Kerry", relationship="Mother", responsibility=True)
    child = place.leaver(adults=[mother])
    save_wording(school=place.school, token=uuid7(), title="The nurse", text="We ask.", by=place.room.lead)
    return child, answer(place, child, "given")


def test_plain_records_are_decided_together_by_the_hundred(place: Office, client: Client):
    _, consent = consent_of_a_leaver(place)
    scanned_until(SCANS)
    with later(days=SCANS):
        made = begun(place, consent)
        page = place.opens(client, place.room.lead, "destruction_list", made.pk).content.decode()
        assert "Decide all of them together" in page
        typed = {"deed": "decide", "token": str(uuid7()), "seen": str(made.revision), "all-kind": "destroy"}
        address = reverse("destruction_list", args=[made.pk])
        assert client.post(address, typed).status_code == 422
        assert client.post(address, {**typed, "all-reason": "Over."}).status_code == 302
    assert [(one.kind, one.item.on_list) for one in Decision.objects.all()] == [("destroy", made)]


def test_plain_and_other_records_are_on_lists_of_their_own(place: Office):
    child, consent = consent_of_a_leaver(place)
    place.due(child)
    scanned_until(SCANS)
    with later(days=SCANS), pytest.raises(BadInput, match="on a list of their own"):
        begun(place, child, consent)


def test_plain_records_have_a_brake_of_their_own_and_files_the_month(place: Office):
    day = timezone.now()
    given: dict[str, Any] = {
        "now": day,
        "sealed_at": day,
        "scanned_at": day,
        "scanned_by_database_at": day,
        "looked_at": day,
    }
    numbers: dict[str, Any] = {
        "waiting": 0,
        "waiting_plain": 0,
        "waiting_files": 0,
        "begun_today": 0,
        "plain_begun_today": 0,
    }
    numbers |= {"files_begun_in_30_days": 0, "files": 100, "here": day}

    def wrong(**some: int) -> Any:
        return brakes._wrong(brakes.Reading(**given | numbers | some))

    assert wrong(waiting_plain=100) is None and wrong(waiting_plain=40, waiting=25) is None
    assert wrong(waiting_plain=60, plain_begun_today=41) == ("too_many_plain", 101)
    assert wrong(waiting=26) == ("too_many_a_day", 26)
    assert wrong(waiting_plain=90, files_begun_in_30_days=90) is None
    assert wrong(waiting_plain=30, waiting_files=30) == ("too_many_a_month", 30)


def test_who_may_not_see_a_request_finds_no_date_no_item_and_no_reason_of_it(place: Office, client: Client):
    with due(place, "request") as case:
        made = begun(place, case)
        [item] = made.items.all()
        made.refresh_from_db()
        decide(item=item, seen=made.revision, token=uuid7(), kind="destroy", reason="Done.", by=place.room.lead)
        declare_conflict(user=place.room.lead, child=case.child, kind="relative", by=place.room.lead)
        for model in (RetentionDate, DestructionItem, Decision, ItemReason):
            key = {"record_key": case.pk}
            for role in ("web", "worker"):
                with asking(place.room.lead, role):
                    assert not model.objects.filter(**key).exists(), (model, role)
                with asking(place.room.headteacher, role):
                    assert model.objects.filter(**key).exists(), (model, role)
            assert not model.objects.filter(**key).visible_to(place.room.lead).exists()
        assert case.reference not in place.opens(client, place.room.lead, "retention").content.decode()
        assert case.reference not in place.opens(client, place.room.lead, "destruction_list", made.pk).content.decode()
