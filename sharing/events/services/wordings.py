"""Under which words does a school ask for consent? Versions: a new one ends the one before."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from sharing.events.models import ConsentWording


def live_wordings(school_id: UUID) -> list[ConsentWording]:
    """Those under which the school asks now, by what they are for."""
    rows = ConsentWording.objects.filter(school=school_id, ended_at=None).select_related("made_by")
    return sorted(rows, key=lambda row: (row.title.casefold(), row.pk))


def earlier_wordings(school_id: UUID) -> list[ConsentWording]:
    """Those under which it has asked, the last to end first."""
    rows = ConsentWording.objects.filter(school=school_id).exclude(ended_at=None)
    return list(rows.select_related("made_by", "ended_by").order_by("-ended_at", "-pk"))


def wording_problems(title: str, text: str) -> Iterator[tuple[str, str]]:
    """Why these are no words of a consent: each a field, and a sentence without its full stop."""
    if not title.strip():
        yield "title", "Enter what the consent is for"
    if not text.strip():
        yield "text", "Write the words that people read before they answer"


@transaction.atomic
def save_wording(
    *,
    school: School,
    token: UUID,
    title: str,
    text: str,
    by: User,
    replaces: ConsentWording | None = None,
    at: datetime | None = None,
) -> ConsentWording:
    """A wording, or with `replaces` the next version of one. The same form again saves it once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where the one that it replaces has ended.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for _, problem in wording_problems(title, text):
        raise BadInput(f"{problem}.")
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    key = entry_token(token, title, text, replaces and replaces.pk)
    if there := ConsentWording.objects.filter(token=key, school=school).first():
        return there
    former = _end(replaces.pk, school, by=by, at=at) if replaces else None
    made = ConsentWording(
        school=school, token=key, title=title.strip(), text=text.strip(), version=1, made_at=at, made_by=by
    )
    made.series = former.series if former else made.pk
    made.version = former.version + 1 if former else 1
    made.save(force_insert=True)
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def end_wording(*, wording: ConsentWording, by: User, at: datetime | None = None) -> ConsentWording:
    """Nobody is asked under it any more; consents given under it stand. Raises `NotAllowed`, `OutOfTurn`."""
    ensure(by, Capability.MANAGE_SCHOOL, wording.school_id, SETTERS)
    return _end(wording.pk, wording.school, by=by, at=at or timezone.now())


def _end(wording_id: UUID, school: School, *, by: User, at: datetime) -> ConsentWording:
    held = ConsentWording.objects.select_for_update(of=("self",)).get(pk=wording_id, school=school)
    if held.ended_at is not None:
        raise OutOfTurn("This wording has ended already. Open the wordings again to see which there are.")
    held.ended_at, held.ended_by = at, by
    held.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, held, by=by)
    return held
