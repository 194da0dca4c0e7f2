"""Does every kind of record that has a period go the whole way: open, due, held, kept longer, listed, approved,
destroyed by `destroyer`, and nothing left of it?

A row of `KINDS` for each: how a record of it is laid and how it comes to its end, by the services that pages call.
"""

import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from children.facts import Adult, Leaving
from children.models import Contact
from retention.models import DestructionList, ItemReason, RetentionDate, Tombstone
from retention.phrases import kind_of, kinds_of
from retention.services.certificate import certificate_of
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.going import living_keys
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.list_notices import close_lists
from retention.services.lists import begin_list, decide, send, stop
from retention.services.progress import progress_of
from retention.services.scan import scan
from safeguarding.dates import school_year
from safeguarding.ending import removal
from safeguarding.ending.kinds import kinds
from safeguarding.ending.removal import left_of
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.models import AttendanceYear
from safeguarding.plans.services.attendance import bring_in_attendance
from safeguarding.sealing import ledger
from safeguarding.sealing.models import KEYS
from sharing.events.models import Consent, ConsentWording, Recipient
from sharing.events.services.consents import Answered, record_consent, withdraw_consent
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from sharing.received.models import FileReceived
from sharing.received.services.elsewhere import Came, record_received
from sharing.transfers.models import FileTransfer
from sharing.transfers.services.confirming import Noted, stop_transfer
from sharing.transfers.services.opening import open_transfer
from tests import factories, sheets, stores

from .attending import weekdays
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


# --- a school year of attendance; proofs that a file went, or came


def lay_attendance(place: Office) -> AttendanceYear:
    upn = sheets.number(1)
    factories.child(place.school, by=place.room.office, details={"upn": upn})
    [on] = weekdays(timezone.localdate() - timedelta(days=5), 1)
    line = Line(2, upn, on.isoformat(), "/", "/", "")
    bring_in_attendance(school=place.school, lines=[line], digest="0" * 64, token=uuid7(), by=place.room.lead)
    return AttendanceYear.objects.get()


def lay_sent(place: Office) -> FileTransfer:
    load_law()
    left = timezone.localdate() - timedelta(days=30)
    child = place.leaver(details={"date_of_birth": date(THIS_YEAR - 24, 3, 1)}, leaving=Leaving(on=left))
    return open_transfer(child=child, last_day=left, by=place.room.lead)


def end_sent(place: Office, transfer: FileTransfer) -> None:
    """It is not to be sent; then the child’s record ends."""
    noted = Noted("She is taught at home.", timezone.localdate())
    said = {"because": "home", "noted": noted, "by": place.room.lead}
    stop_transfer(transfer=transfer, seen=transfer.revision, token=uuid7(), **said)
    removal.remove([transfer.child_id])


def lay_received(place: Office) -> FileReceived:
    """Of a child whose birth nobody knows: it counts from the end of the year in which the record ends."""
    came = Came("Hazel Bank Primary School", "paper", timezone.localdate(), "A brown folder, in the lead’s cabinet.")
    return record_received(child=place.leaver(details={}), token=uuid7(), came=came, by=place.room.lead)


def end_received(place: Office, received: FileReceived) -> None:
    removal.remove([received.child_id])


def days_until(last: date) -> int:
    return (last - timezone.localdate()).days + 1


def nothing(place: Office, record: Any) -> None:
    """It ends as time goes on."""


THIS_YEAR = timezone.localdate().year
KINDS = {
    "attendance": Row(
        lay_attendance,
        nothing,
        days=days_until(date(school_year(timezone.localdate()) + 7, 8, 31)),
        about=lambda record: None,
    ),
    "consent": Row(lay_consent, end_consent, days=366),
    "file_received": Row(
        lay_received, end_received, days=days_until(date(THIS_YEAR + 25, 12, 31)), about=lambda record: None
    ),
    "file_sent": Row(lay_sent, end_sent, days=days_until(date(THIS_YEAR + 1, 12, 31)), about=lambda record: None),
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


def begun(place: Office, *records: Any) -> DestructionList:
    return begin_list(school=place.school, records=[one.pk for one in records], token=uuid7(), by=place.room.lead)


def sent(place: Office, made: DestructionList, kind: str = "destroy", **facts: Any) -> DestructionList:
    for item in made.items.filter(left_out_at=None):
        made.refresh_from_db()
        said = {"token": uuid7(), "reason": "Read, and not needed.", "by": place.room.lead, **facts}
        decide(item=item, seen=made.revision, kind=kind, **said)
    made.refresh_from_db()
    return send(on_list=made, seen=made.revision, by=place.room.lead)


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
        scopes = [("school", None)] + ([("child", child)] if child else [])
        for scope, whom in scopes:
            held = set_hold(
                school=place.school,
                token=uuid7(),
                scope=scope,
                child=whom,
                kind="police",
                reason="The police asked.",
                review_on=timezone.localdate() + timedelta(days=100),
                by=place.room.lead,
            )
            with pytest.raises(OutOfTurn, match="A hold keeps this record"):
                begun(place, record)
            ask_to_lift(hold=held, seen=0, token=uuid7(), reason="They closed it.", by=place.room.lead)
            lift_hold(hold=held, seen=1, by=place.room.headteacher)
        assert begun(place, record).items.get().record_key == record.pk


def test_who_keeps_it_longer_moves_its_date(place: Office, kind: str):
    with due(place, kind) as record:
        until = timezone.localdate() + timedelta(days=400)
        made = begun(place, record)
        made.refresh_from_db()
        said = {"reason": "A claim may come.", "keep_until": until, "by": place.room.lead}
        decide(item=made.items.get(), seen=made.revision, token=uuid7(), kind="keep", **said)
        stop(on_list=made, by=place.room.lead)
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
        place.approve(made)
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
        assert kind_of(kind) in place.opens(client, place.room.lead, "retention").content.decode()
        made = begun(place, record)
        page = place.opens(client, place.room.lead, "destruction_list", made.pk).content.decode()
        assert kind_of(kind) in page
        assert kinds_of(kind) in place.opens(client, place.officer, "destruction_list", made.pk).content.decode()
        [item] = made.items.all()
        assert kind_of(kind) in place.opens(client, place.room.lead, "destruction_item", item.pk).content.decode()
