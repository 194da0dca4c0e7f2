"""Keep the address book of a school: add an organisation, correct it, say how it was checked, end it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token
from sharing.events.capabilities import SharingCapability as C
from sharing.events.models import Recipient
from sharing.events.permissions import SHARERS

REACHED_BY = ("email", "telephone", "address", "portal")
_CHECKED = ("checked_how", "checked_on", "checked_by")


@dataclass(frozen=True)
class Facts:
    """What is known of an organisation."""

    kind: str
    name: str
    office: str = ""
    email: str = ""
    telephone: str = ""
    address: str = ""
    portal: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Why this is no recipient: each a field, and a sentence without its full stop."""
        if self.kind not in Recipient.Kind:
            yield "kind", "Choose what it is"
        if not self.name.strip():
            yield "name", "Enter the name of the organisation"
        if self.email and (self.email.count("@") != 1 or " " in self.email.strip()):
            yield "email", "Enter an e-mail address such as duty.team@example.gov.uk"
        if self.portal and not self.portal.strip().startswith("https://"):
            yield "portal", "Enter the address of the portal, beginning with https://"

    @property
    def trimmed(self) -> dict[str, str]:
        return {name: value.strip() for name, value in asdict(self).items()}


def address_book(school_id: UUID) -> list[Recipient]:
    """Everybody to whom something may go: the school's own, and those of Harbour that it has not replaced or ended.
    One query.
    """
    rows = list(Recipient.objects.filter(Q(school=school_id) | Q(school=None)).select_related("checked_by"))
    replaced = {row.code for row in rows if row.school_id is not None}
    found = [row for row in rows if row.ended_at is None and (row.school_id or row.code not in replaced)]
    return sorted(found, key=lambda row: (row.called.casefold(), row.pk))


def ended_recipients(school_id: UUID) -> list[Recipient]:
    """Those that the school has ended, the last first."""
    rows = Recipient.objects.filter(school=school_id).exclude(ended_at=None).select_related("ended_by")
    return list(rows.order_by("-ended_at", "-pk"))


def find_recipient(recipient_id: UUID, school_id: UUID) -> Recipient | None:
    """One of the address book: by the key of what Harbour brings too, where the school has a row of its own for it."""
    brought = Recipient.objects.filter(pk=recipient_id, school=None).values_list("code", flat=True).first()
    wanted = brought or str(recipient_id)
    return next((row for row in address_book(school_id) if wanted in (row.choice, str(row.pk))), None)


@transaction.atomic
def add_recipient(*, school: School, token: UUID, facts: Facts, by: User, at: datetime | None = None) -> Recipient:
    """A new one, unchecked. The same form again adds it once. Raises `NotAllowed`, `BadInput`."""
    _ensure(by, school.pk, facts)
    key = entry_token(token, *facts.trimmed.values())
    if there := Recipient.objects.filter(token=key, school=school).first():
        return there
    made = Recipient.objects.create(school=school, token=key, made_at=at or timezone.now(), made_by=by, **facts.trimmed)
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def correct_recipient(
    *, recipient: Recipient, school: School, seen: int, facts: Facts, by: User, at: datetime | None = None
) -> Recipient:
    """Another name or another way to it. Where a way has changed, it has to be checked again.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn` for one that has ended.
    """
    _ensure(by, school.pk, facts)
    held = _lock(recipient, school, seen, by=by, at=at or timezone.now())
    said = facts.trimmed
    if all(getattr(held, name) == value for name, value in said.items()):
        return held
    if any(getattr(held, name) != said[name] for name in REACHED_BY):
        held.checked_how, held.checked_on, held.checked_by = "", None, None
    for name, value in said.items():
        setattr(held, name, value)
    return _save(held, Verb.CHANGE, *said, *_CHECKED, by=by)


def check_problems(recipient: Recipient, how: str, on: date | None, today: date) -> Iterator[tuple[str, str]]:
    """Why this is no check: each a field, and a sentence without its full stop."""
    if how not in Recipient.Checked:
        yield "checked_how", "Choose how it was checked"
    if on is None or on > today:
        yield "checked_on", "Enter the day on which it was checked, today or in the past"
    if not any(getattr(recipient, name) for name in REACHED_BY):
        yield "checked_how", "Enter an e-mail address, a telephone number, a postal address or a portal first"


@transaction.atomic
def check_recipient(
    *, recipient: Recipient, school: School, seen: int, how: str, on: date, by: User, at: datetime | None = None
) -> Recipient:
    """Somebody has compared how it is reached with where it says so itself.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn` for one that has ended.
    """
    _ensure(by, school.pk)
    at = at or timezone.now()
    held = _lock(recipient, school, seen, by=by, at=at)
    for _, problem in check_problems(held, how, on, timezone.localdate(at)):
        raise BadInput(f"{problem}.")
    held.checked_how, held.checked_on, held.checked_by = how, on, by
    return _save(held, Verb.CONFIRM, *_CHECKED, by=by)


@transaction.atomic
def end_recipient(
    *, recipient: Recipient, school: School, seen: int, by: User, at: datetime | None = None
) -> Recipient:
    """Nothing goes to it any more; what was recorded stays. Raises `NotAllowed`, `ChangedSince`, `OutOfTurn`."""
    _ensure(by, school.pk)
    at = at or timezone.now()
    held = _lock(recipient, school, seen, by=by, at=at)
    held.ended_at, held.ended_by = at, by
    return _save(held, Verb.WITHDRAW, "ended_at", "ended_by", by=by)


def own_row(recipient: Recipient, school: School, *, by: User, at: datetime) -> Recipient:
    """The school's row of a recipient that Harbour brings, made where there is none; of its own the row itself.

    Whatever is recorded names the school's row, so that a correction is one of the same recipient.
    """
    if recipient.school_id is not None:
        return recipient
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if there := Recipient.objects.filter(school=school, code=recipient.code).first():
        return there
    made = Recipient.objects.create(
        school=school,
        token=entry_token(recipient.pk, school.pk),
        code=recipient.code,
        kind=recipient.kind,
        name=recipient.name,
        items=recipient.items,
        made_at=at,
        made_by=by,
    )
    record(Verb.CREATE, made, by=by)
    return made


def _ensure(by: User, school_id: UUID, facts: Facts | None = None) -> None:
    ensure(by, C.SHARE, school_id, SHARERS)
    for _, problem in facts.problems() if facts else ():
        raise BadInput(f"{problem}.")


def _lock(recipient: Recipient, school: School, seen: int, *, by: User, at: datetime) -> Recipient:
    """The school's row, locked, as the person saw it."""
    own = own_row(recipient, school, by=by, at=at)
    held = Recipient.objects.select_for_update(of=("self",)).get(pk=own.pk, school=school)
    if held.ended_at is not None:
        raise OutOfTurn("This recipient has ended. Add it again if something is to go there.")
    if held.revision != seen:
        raise ChangedSince("Somebody changed this recipient while you were writing. Open it again to see it as it is.")
    return held


def _save(held: Recipient, verb: Verb, *changed: str, by: User) -> Recipient:
    held.revision += 1
    held.save(update_fields=[*changed, "revision"])
    record(verb, held, by=by)
    return held
