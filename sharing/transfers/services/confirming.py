"""Confirm the last day and the destination, note an early conversation, decide not to send, take it up again."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.services.destinations import Destination, last_day_problems, numbered, say_destination
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import ChangedSince, OutOfTurn
from sharing.events.models import Recipient
from sharing.events.services.checking import Problems, raise_first
from sharing.events.services.recipients import own_row
from sharing.transfers.lifecycles import transfer_life
from sharing.transfers.models import FileTransfer, TransferNote
from sharing.transfers.models.transfers import UNSENT
from sharing.transfers.permissions import ensure_sends

from . import telling
from .days import days_of, too_early

B, K = FileTransfer.Because, TransferNote.Kind
CHANGED = "Somebody changed this while you were writing. Open it again to see it as it is."
ENDED = "The record of this child has ended. What is left here is kept as it is."


@dataclass(frozen=True)
class Where:
    """A destination as it is typed: one of the address book, or a name; and its number, such as 356/4021."""

    recipient: Recipient | None
    name: str = ""
    number: str = ""

    @property
    def called(self) -> str:
        return self.name.strip() or (self.recipient.name if self.recipient else "")

    @property
    def codes(self) -> tuple[str, str]:
        """The number of the authority and of the school there; empty where there is none."""
        return numbered(self.number) or ("", "")


@dataclass(frozen=True)
class Noted:
    """A note as it is typed."""

    text: str
    happened_on: date | None
    person: str = ""


def hold(transfer: FileTransfer, seen: int | None, *, by: User) -> FileTransfer:
    """The transfer, locked, for who sends it, as they saw it. Raises `NotAllowed`, `ChangedSince`; `OutOfTurn` where
    the child's record has ended.
    """
    ensure_sends(by, transfer)
    rows = FileTransfer.objects.select_for_update(of=("self",)).select_related("child__school", "recipient")
    held = rows.get(pk=transfer.pk)
    if held.child is None:
        raise OutOfTurn(ENDED)
    if seen is not None and held.revision != seen:
        raise ChangedSince(CHANGED)
    return held


def confirm_problems(transfer: FileTransfer, last_day: date | None, where: Where, *, today: date) -> Problems:
    """Why it cannot be confirmed like this. Empty when it can."""
    found = {}
    if last_day is None:
        found["last_day"] = "Enter the last day at this school"
    elif transfer.child and (wrong := last_day_problems(transfer.child, last_day, today)):
        found["last_day"] = wrong[0]
    elif early := too_early(transfer.school_id, last_day):
        found["last_day"] = early
    if not where.called:
        found["recipient"] = "Choose the next school, or enter its name"
    if where.recipient is not None and where.recipient.ended_at is not None:
        found["recipient"] = "The school has ended this recipient. Choose another one"
    if where.number.strip() and numbered(where.number) is None:
        found["number"] = "Enter the number as seven digits, such as 356/4021"
    return found


@transaction.atomic
def confirm_destination(
    *, transfer: FileTransfer, seen: int, last_day: date, where: Where, by: User, at: datetime | None = None
) -> FileTransfer:
    """The last day and the next school are certain: written on the child's time on roll too. Said again before it is
    sent, it is corrected.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = hold(transfer, seen, by=by)
    raise_first(confirm_problems(held, last_day, where, today=timezone.localdate(at)))
    child, days = held.child, days_of(held.school_id, last_day)
    assert child is not None  # noqa: S101  (asked by `hold`)
    done = transfer_life.perform(
        "confirm",
        held,
        by=by,
        at=at,
        last_day=last_day,
        destination=where.called,
        recipient=own_row(where.recipient, child.school, by=by, at=at) if where.recipient else None,
        time=days.time,
        warn_on=days.warn_on,
        due_on=days.due_on,
    )
    say_destination(child=child, last_day=last_day, destination=Destination(where.called, *where.codes), by=by, at=at)
    telling.confirmed(done, by=by, at=at)
    return done


def note_problems(noted: Noted, *, today: date, needs_person: bool = False) -> Problems:
    """Why this is no note. Empty when it is."""
    found = {}
    if not noted.text.strip():
        found["text"] = "Write what was said"
    if needs_person and not noted.person.strip():
        found["person"] = "Enter who you spoke to, with their role"
    if noted.happened_on is None or noted.happened_on > today:
        found["happened_on"] = "Enter the day, today or in the past"
    return found


@transaction.atomic
def note_early(
    *, transfer: FileTransfer, token: UUID, noted: Noted, by: User, at: datetime | None = None
) -> TransferNote:
    """A conversation with the next school before the file goes, so that help is ready on the first day (KCSIE). The
    same form again notes it once.

    What was told in it is a call, and is recorded as one. Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = hold(transfer, None, by=by)
    raise_first(note_problems(noted, today=timezone.localdate(at), needs_person=True))
    if there := TransferNote.objects.filter(token=token, transfer=held).first():
        return there
    made = add_note(held, K.EARLY, noted, token=token, by=by, at=at)
    record(Verb.ADD, held, by=by, purpose="early conversation")
    return made


def add_note(transfer: FileTransfer, kind: str, noted: Noted, *, token: UUID, by: User, at: datetime) -> TransferNote:
    """What somebody said of it."""
    return TransferNote.objects.create(
        transfer=transfer,
        child_id=transfer.child_id,
        school_id=transfer.school_id,
        token=token,
        kind=kind,
        person=noted.person.strip(),
        text=noted.text.strip(),
        happened_on=noted.happened_on,
        made_at=at,
        by=by,
    )


def stop_problems(because: str, told_on: date | None, noted: Noted, *, today: date) -> Problems:
    """Why it cannot be decided like this that nothing is sent. Empty when it can."""
    found = note_problems(noted, today=today)
    if because not in B:
        found["because"] = "Choose why it is not sent"
    elif because == B.UNKNOWN and told_on is None:
        found["authority_told_on"] = (
            "Tell the local authority first: a child whose whereabouts nobody knows may be missing education. Then "
            "enter the day on which it was told"
        )
    if told_on is not None and told_on > today:
        found["authority_told_on"] = "Enter the day, today or in the past"
    return found


@transaction.atomic
def stop_transfer(
    *,
    transfer: FileTransfer,
    seen: int,
    token: UUID,
    because: str,
    noted: Noted,
    by: User,
    authority_told_on: date | None = None,
    at: datetime | None = None,
) -> FileTransfer:
    """The file is not to be sent, with the reason. The same form again decides it once.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if is_noted(token, transfer, by=by):
        return transfer
    held = hold(transfer, seen, by=by)
    raise_first(stop_problems(because, authority_told_on, noted, today=timezone.localdate(at)))
    done = transfer_life.perform(
        "stop", held, by=by, at=at, because=because, authority_told_on=authority_told_on, confirmed_at=None,
        confirmed_by=None,
    )  # fmt: skip
    add_note(done, K.STOPPED, noted, token=token, by=by, at=at)
    telling.gone(done, by=by, at=at)
    return done


@transaction.atomic
def reopen_transfer(
    *, transfer: FileTransfer, seen: int, token: UUID, noted: Noted, by: User, at: datetime | None = None
) -> FileTransfer:
    """It is known by now where the child is. The same form again takes it up once.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`; `OutOfTurn`, also where another file is open.
    """
    at = at or timezone.now()
    if is_noted(token, transfer, by=by):
        return transfer
    held = hold(transfer, seen, by=by)
    raise_first(note_problems(noted, today=timezone.localdate(at)))
    others = FileTransfer.objects.filter(child=held.child).exclude(pk=held.pk)
    if others.filter(status__in=transfer_life.moves["send_again"].sources).exists():
        raise OutOfTurn("Another file of this child has been sent. Send what is missing as an addition to that one.")
    if others.filter(status__in=UNSENT).exists():
        raise OutOfTurn("Another file of this child is open. Go on with that one: it is on the tab Sharing.")
    done = transfer_life.perform(
        "reopen", held, by=by, at=at, because="", authority_told_on=None, stopped_at=None, stopped_by=None
    )
    add_note(done, K.REOPENED, noted, token=token, by=by, at=at)
    return done


def is_noted(token: UUID, transfer: FileTransfer, *, by: User) -> bool:
    """Whether the form with this token was sent before. Raises `NotAllowed`."""
    ensure_sends(by, transfer)
    return TransferNote.objects.filter(token=token, transfer=transfer).exists()
