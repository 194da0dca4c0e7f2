"""Set up a school, its hours, its numbers and its days."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import Closure, School, Term, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability, only_they
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn, check
from safeguarding.once import once

SETTERS = only_they(Capability.MANAGE_SCHOOL, "of this school can change its settings")


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
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
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

    The same term again changes nothing. Raises `BadInput` for days that run backwards or into another term.
    """
    _ensure_manager(school.pk, by)
    School.objects.select_for_update().get(pk=school.pk)
    if there := _same_term(school, name, starts_on, ends_on):
        return there
    if problem := term_problem(school, name, starts_on, ends_on):
        raise BadInput(problem)
    term = Term(school=school, name=name.strip(), starts_on=starts_on, ends_on=ends_on)
    check(term)
    term.save(force_insert=True)
    record(Verb.ADD, term, by=by)
    return term


@transaction.atomic
def add_closure(*, school: School, on: date, reason: str, by: User | None = None) -> Closure:
    """A day inside a term on which no children come. The same day and reason again change nothing.

    Raises `BadInput` when that day is listed with another reason, or is a day of a weekend.
    """
    _ensure_manager(school.pk, by)
    School.objects.select_for_update().get(pk=school.pk)
    if there := _same_closure(school, on, reason):
        return there
    if problem := closure_problem(school, on, reason):
        raise BadInput(problem)
    closure = Closure(school=school, on=on, reason=reason.strip())
    check(closure)
    closure.save(force_insert=True)
    record(Verb.ADD, closure, by=by)
    return closure


def _same_term(school: School, name: str, starts_on: date, ends_on: date) -> Term | None:
    same = school.terms.filter(withdrawn_at=None, name=name.strip(), starts_on=starts_on, ends_on=ends_on)
    return same.first()


def _same_closure(school: School, on: date, reason: str) -> Closure | None:
    return school.closures.filter(withdrawn_at=None, on=on, reason=reason.strip()).first()


def term_problem(school: School, name: str, starts_on: date, ends_on: date) -> str:
    """Why these days cannot be a term, as a sentence for the form; empty when they can, or are this very term
    already.
    """
    if _same_term(school, name, starts_on, ends_on):
        return ""
    if ends_on < starts_on:
        return "Last day must be on or after the first day"
    there = school.terms.filter(withdrawn_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    return f"These days run into {there.name}. Take that term out first, or choose other days" if there else ""


def closure_problem(school: School, on: date, reason: str) -> str:
    """Why this day cannot be added to the days closed; empty when it can, or is there for this very reason."""
    if _same_closure(school, on, reason):
        return ""
    if on.weekday() > 4:
        return "Date must be from Monday to Friday: weekends are never school days"
    return "That day is on the list already" if school.closures.filter(on=on, withdrawn_at=None).exists() else ""


def get_school(school_id: UUID) -> School:
    """The school that somebody works in: one query, once a page."""
    return once(("school", school_id), lambda: School.objects.get(pk=school_id))


def find_school(slug: str) -> School | None:
    """The school with this short name, as commands take it."""
    return School.objects.filter(slug=slug).first()


def schools() -> list[School]:
    """Every school of this installation, by name."""
    return list(School.objects.order_by("name"))


def coming_days(school: School, *, on: date) -> tuple[list[Term], list[Closure]]:
    """Terms that are not over and days closed that are not past, soonest first."""
    terms = school.terms.filter(withdrawn_at=None, ends_on__gte=on).order_by("starts_on")
    return list(terms), list(school.closures.filter(withdrawn_at=None, on__gte=on).order_by("on"))


def find_day(school: School, entry_id: UUID) -> Term | Closure | None:
    """A term or a closure of the school's calendar that has not been taken out."""
    return (
        school.terms.filter(pk=entry_id, withdrawn_at=None).first()
        or school.closures.filter(pk=entry_id, withdrawn_at=None).first()
    )


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
        ensure(by, Capability.MANAGE_SCHOOL, school_id, SETTERS)
