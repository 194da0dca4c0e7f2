"""Set up a school, its hours, its numbers and its days."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import Closure, School, Term, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn, check

_MANAGERS = "Only the designated safeguarding lead and the Headteacher can change the school’s settings."


@transaction.atomic
def create_school(*, name: str, slug: str, **details: object) -> School:
    """A new school. `details` are fields of `School`. Raises `BadInput` with what is wrong with them."""
    school = School(name=name, slug=slug, **details)
    check(school)
    school.save(force_insert=True)
    record(Verb.CREATE, school)
    return school


@transaction.atomic
def change_school(*, school: School, by: User, **changes: object) -> School:
    """Change the school's settings: `changes` are fields of `School`. Nothing is written when nothing changes.

    Raises `NotAllowed`, or `BadInput` with what is wrong.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, _MANAGERS)
    locked = School.objects.select_for_update().get(pk=school.pk)
    changed = [name for name, value in changes.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    for name in changed:
        setattr(locked, name, changes[name])
    check(locked)
    locked.save(update_fields=changed)
    record(Verb.CHANGE, locked, by=by, purpose="settings")
    return locked


@transaction.atomic
def add_term(*, school: School, name: str, starts_on: date, ends_on: date, by: User | None = None) -> Term:
    """Days on which children come in, first and last included. `by` is None when the installation is set up.

    Raises `BadInput` for days that run backwards or into another term.
    """
    _ensure_manager(school.pk, by)
    if ends_on < starts_on:
        raise BadInput("Last day must be on or after the first day.")
    if there := school.terms.filter(withdrawn_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on).first():
        raise BadInput(f"These days run into {there.name}. Take that term out first, or choose other days.")
    term = Term(school=school, name=name.strip(), starts_on=starts_on, ends_on=ends_on)
    check(term)
    term.save(force_insert=True)
    record(Verb.ADD, term, by=by)
    return term


@transaction.atomic
def add_closure(*, school: School, on: date, reason: str, by: User | None = None) -> Closure:
    """A day inside a term on which no children come. Raises `BadInput` when that day is listed already."""
    _ensure_manager(school.pk, by)
    if school.closures.filter(on=on, withdrawn_at=None).exists():
        raise BadInput("That day is on the list already.")
    closure = Closure(school=school, on=on, reason=reason.strip())
    check(closure)
    closure.save(force_insert=True)
    record(Verb.ADD, closure, by=by)
    return closure


@transaction.atomic
def withdraw_day(*, entry: Term | Closure, by: User, at: datetime | None = None) -> None:
    """Take a term or a closure that was entered by mistake out of the calendar. Raises `OutOfTurn` the second time."""
    _ensure_manager(entry.school_id, by)
    locked = type(entry).objects.select_for_update().get(pk=entry.pk)
    if locked.withdrawn_at is not None:
        raise OutOfTurn("This has been taken out of the calendar already.")
    locked.withdrawn_at = at or timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    record(Verb.CHANGE, locked, by=by, purpose="withdrawn")


def _ensure_manager(school_id: UUID, by: User | None) -> None:
    if by is not None:
        ensure(by, Capability.MANAGE_SCHOOL, school_id, _MANAGERS)
