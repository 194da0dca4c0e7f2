"""What happened with a decision after it was made? One step at a time, each written once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from safeguarding.accounts.models import User
from safeguarding.keys import entry_token
from sharing.events.models import SharingEvent, SharingStep
from sharing.events.permissions import ensure_shares_event


@dataclass(frozen=True)
class Happened:
    """A step as it is typed: when, how, who there, what was said."""

    at: datetime | None
    method: str = ""
    person: str = ""
    text: str = ""


def lock(event: SharingEvent, *, by: User) -> SharingEvent:
    """The decision, locked, for who shares and sees it. Raises `NotAllowed`."""
    ensure_shares_event(by, event)
    rows = SharingEvent.objects.select_for_update(of=("self",)).select_related("recipient", "reason", "consent")
    return rows.get(pk=event.pk)


def key_of(token: UUID, event: SharingEvent, kind: str) -> UUID:
    """Under which key a step is found again, where its form is sent twice."""
    return entry_token(token, event.pk, kind)


def is_there(token: UUID, event: SharingEvent, kind: str) -> bool:
    """Whether the form with this token has written its step already."""
    return SharingStep.objects.filter(token=key_of(token, event, kind), event=event).exists()


def add_step(event: SharingEvent, kind: str, happened: Happened, *, token: UUID, by: User, at: datetime) -> SharingStep:
    """Something that happened with what was shared."""
    return SharingStep.objects.create(
        event=event,
        child_id=event.child_id,
        school_id=event.school_id,
        token=key_of(token, event, kind),
        kind=kind,
        method=happened.method,
        person=happened.person.strip(),
        text=happened.text.strip(),
        happened_at=happened.at,
        recorded_at=at,
        by=by,
    )
