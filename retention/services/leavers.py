"""Which children have left whose file has no end yet, and what is stated of many of them at once?

Of each the nightly scan has written what is missing. Nothing is stated of a child of whom nobody has confirmed which
school it went to, and nobody has said that this was the last.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from children import codes
from children.models import Child, Enrolment
from children.services import bulk
from children.services.destinations import Destination, newest_times, numbered, say_destination_of
from retention.capabilities import RetentionCapability as C
from retention.models import RetentionDate, Statement
from retention.periods import BARE, CHILD_FILE
from retention.verbs import RetentionVerb
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.audit.reading import Asks, visible
from safeguarding.audit.services import record_many
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token, uuid7

from .statements import KEEPERS

MOST = 100
# School days after which somebody should have stated something: practice, and no law.
SOON = 20
_K, _M = Statement.Kind, RetentionDate.Missing
_STATED = (_K.LAST_SCHOOL, _K.RECEIPT)
_MOVED_ON = "One of these children is no longer on this list. Open it again to see how it stands."


class Show(models.TextChoices):
    """Which of those who have left."""

    UNSTATED = "unstated", "Nothing stated"
    UNKNOWN = "unknown", "Destination unknown"
    CONFIRMED = "confirmed", "School confirmed, no period yet"
    BARE = "bare", "Nothing on record"
    BIRTH = "birth", "No date of birth"


# The lists on which something can be stated.
STATED_ON = (Show.UNSTATED, Show.UNKNOWN)


def leavers(asks: Asks, school_id: UUID, show: str) -> QuerySet[RetentionDate]:
    """The dates of files of children who have left, as far as the person sees them, who left first in front.

    Each with what is known of where the child went: `to`, `to_number`, `to_confirmed`, `because`.
    """
    newest = visible(asks, Enrolment).filter(child=OuterRef("child_id"), corrected_at=None)
    newest = newest.order_by(F("entered_on").desc(nulls_last=True), "-pk")

    def said(field: str, otherwise: str | bool = "") -> Coalesce:
        return Coalesce(Subquery(newest.values(field)[:1]), Value(otherwise))

    rows = visible(asks, RetentionDate).filter(school_id=school_id, kind=CHILD_FILE, child__left_on__isnull=False)
    rows = rows.annotate(
        to=said("destination"),
        to_number=said("destination_establishment"),
        to_confirmed=said("destination_confirmed", otherwise=False),
        because=said("leaving_reason"),
    )
    match show:
        case Show.BARE:
            rows = rows.filter(rule__code=BARE)
        case Show.BIRTH:
            rows = rows.filter(missing=_M.BIRTH)
        case _:
            stated = visible(asks, Statement).filter(child=OuterRef("child_id"), withdrawn_at=None, kind__in=_STATED)
            rows = rows.filter(~Exists(stated), missing=_M.LAST_SCHOOL)
            # The same as the fact asks (`rules.since_moved`).
            known = Q(to_confirmed=True, to_number__gt="")
            rows = rows.filter(known if show == Show.CONFIRMED else ~known)
    if show == Show.UNKNOWN:
        rows = rows.filter(to="")
    return rows.order_by("child__left_on", "pk")


def has_confirmed_school(asks: Asks, child: Child) -> bool:
    """Whether somebody has confirmed to which school a child went, by its number, as far as the person sees it."""
    newest = newest_times(visible(asks, Enrolment).filter(child=child)).get(child.pk)
    return newest is not None and newest.destination_confirmed and bool(newest.destination_establishment)


def left_long_ago(school_id: UUID, today: date) -> date:
    """The last day on which a child may have left for something to be stated by now."""
    return SchoolCalendar.of(school_id).school_days_ago(today, SOON)


def destination_problems(name: str, number: str) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when it can be stated."""
    found = {}
    if not name.strip():
        found["name"] = "Enter the name of the school"
    if (parts := numbered(number)) is None:
        found["number"] = "Enter the number as seven digits, such as 356/4021"
    elif parts[0] not in codes.authorities():
        found["number"] = f"No local authority has the number {parts[0]}. Look at the first three digits"
    return found


@transaction.atomic
def state_destination(*, school: School, children: Collection[UUID], name: str, number: str, by: User) -> int:
    """These children went to this school, which is certain. Returns of how many it was not stated before.

    Raises `NotAllowed`, `BadInput`; `OutOfTurn` where another school is confirmed of one by now, or that this was its
    last, where one is on roll again, or out of the person's sight.
    """
    for problem in destination_problems(name, number).values():
        raise BadInput(f"{problem}.")
    held = _held(school, children, by)
    authority, establishment = numbered(number) or ("", "")
    stated = Statement.objects.filter(child__in=held, withdrawn_at=None, kind__in=_STATED).exists()
    if stated or set(_confirmed(held).values()) - {(authority, establishment)}:
        raise OutOfTurn(_MOVED_ON)
    return say_destination_of(children=held, destination=Destination(name, authority, establishment), by=by)


@transaction.atomic
def state_last_school(
    *, school: School, children: Collection[UUID], token: UUID, said: str, by: User, at: datetime | None = None
) -> int:
    """No other school has the files of these children, from the day each left. Returns of how many that is stated. The
    same form again states it once.

    Raises `NotAllowed`, `BadInput`; `OutOfTurn` where something is stated of one already, or its next school is
    confirmed, one is on roll again, or out of the person's sight.
    """
    ensure(by, C.KEEP_RETENTION, school.pk, KEEPERS)
    if not said.strip():
        raise BadInput("Say why no other school has the files, or who told you.")
    held, now = _held(school, children, by), at or timezone.now()
    tokens = {child.pk: entry_token(token, child.pk, _K.LAST_SCHOOL, said) for child in held}
    there = set(Statement.objects.filter(token__in=tokens.values()).values_list("child_id", flat=True))
    new = [child for child in held if child.pk not in there]
    if _confirmed(new) or Statement.objects.filter(child__in=new, withdrawn_at=None, kind__in=_STATED).exists():
        raise OutOfTurn(_MOVED_ON)
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "child_id": child.pk,
            "school_id": school.pk,
            "kind": _K.LAST_SCHOOL,
            "on": child.left_on,
            "said": said.strip(),
            "token": tokens[child.pk],
            "stated_at": now,
            "stated_by_id": by.pk,
        }
        for child in new
    ]
    bulk.insert(Statement, rows)
    made = [row["id"] for row in rows]
    label = Statement._meta.label_lower
    record_many(
        RetentionVerb.STATE_RETENTION, label, made, by=by, school_id=school.pk, purpose=str(_K.LAST_SCHOOL.value)
    )
    return len(held)


def _confirmed(children: Collection[Child]) -> dict[UUID, tuple[str, str]]:
    """Of children of whom somebody has confirmed to which school they went: its numbers, on the newest time on roll."""
    return {
        key: (one.destination_authority, one.destination_establishment)
        for key, one in newest_times(Enrolment.objects.filter(child__in=children)).items()
        if one.destination_confirmed and one.destination_establishment
    }


def _held(school: School, keys: Collection[UUID], by: User) -> list[Child]:
    """These children, locked: all have left the school and are seen by the person."""
    wanted = set(keys)
    if not wanted:
        raise BadInput("Choose at least one child.")
    if len(wanted) > MOST:
        raise BadInput(f"Choose at most {MOST} children: you have chosen {len(wanted)}.")
    seen = Child.objects.filter(pk__in=wanted, school=school, left_on__isnull=False).visible_to(by)
    rows = Child.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=list(seen.values_list("pk", flat=True))
    )
    held = [child for child in rows.order_by("pk") if child.left_on is not None]
    if len(held) != len(wanted):
        raise OutOfTurn(_MOVED_ON)
    return held
