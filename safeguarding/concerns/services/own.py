"""Keep what is a lead's own: a way of narrowing the list, a note of supervision."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure, people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import SavedFilter, SupervisionNote
from safeguarding.concerns.permissions import SUPERVISED, in_supervision
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import entry_token

# More than anybody finds their way in.
MOST_FILTERS = 20
# Supervision longer ago than this is a slip of the hand.
LONGEST_AGO = timedelta(days=2 * 366)


@transaction.atomic
def save_filter(
    *, school_id: UUID, token: UUID, name: str, chosen: Mapping[str, Any], by: User, at: datetime | None = None
) -> SavedFilter:
    """Keep codes of the filter under a name. The same from the same page again keeps nothing twice.

    Raises `BadInput` without a name, for a filter that narrows nothing, and where there are enough.
    """
    ensure(by, Capability.VIEW_CONCERNS, school_id, LEADS)
    if not (name := name.strip()):
        raise BadInput("Give the filter a name.")
    if not chosen:
        raise BadInput("Choose something to narrow the list by, apply it, then save it under a name.")
    token = entry_token(token, name, *sorted(chosen.items()))
    if there := SavedFilter.objects.filter(token=token, user=by).first():
        return there
    if SavedFilter.objects.filter(user=by, school_id=school_id).count() >= MOST_FILTERS:
        raise BadInput(f"You have {MOST_FILTERS} saved filters here. Remove one first.")
    made = SavedFilter.objects.create(
        school_id=school_id, user=by, token=token, name=name, chosen=dict(chosen), saved_at=at or timezone.now()
    )
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def remove_filter(*, filter_id: UUID, by: User) -> None:
    """Take one's own filter away. Pressed twice, there is nothing left to take away."""
    for one in SavedFilter.objects.filter(pk=filter_id, user=by):
        record(Verb.DISCARD, one, by=by)
        one.delete()


def partners(school_id: UUID, of: User, on: date) -> QuerySet[User]:
    """Who may be named as the other in supervision: whoever decides about concerns there, or stands in."""
    who = [one.pk for capability in SUPERVISED for one in people_with(capability, school_id, on)]
    return User.objects.filter(Q(pk__in=who) & ~Q(pk=of.pk)).order_by("last_name", "first_name", "pk")


def held_problem(day: date, *, today: date) -> str:
    """What is wrong with a day of supervision, as a sentence; empty when nothing."""
    within = today - LONGEST_AGO <= day <= today
    return "" if within else "The day of supervision must be today or within the last two years."


@transaction.atomic
def add_supervision(
    *, school: School | UUID, token: UUID, other: User, held_on: date, text: str, by: User, at: datetime | None = None
) -> SupervisionNote:
    """A note of supervision, for `by` and `other` alone. The same from the same page again adds nothing twice."""
    school_id = school.pk if isinstance(school, School) else school
    if not in_supervision(by, school_id):
        raise NotAllowed(LEADS)
    at = at or timezone.now()
    today = timezone.localdate(at)
    if not (text := text.strip()):
        raise BadInput("Write the note before you save it.")
    if problem := held_problem(held_on, today=today):
        raise BadInput(problem)
    token = entry_token(token, other.pk, held_on, text)
    if there := SupervisionNote.objects.filter(token=token, author=by).first():
        return there
    if not partners(school_id, by, today).filter(pk=other.pk).exists():
        raise BadInput(f"{other.full_name} does not lead on safeguarding at this school. Choose somebody who does.")
    made = SupervisionNote.objects.create(
        school_id=school_id, author=by, other=other, token=token, held_on=held_on, text=text, added_at=at
    )
    record(Verb.CREATE, made, by=by)
    return made
