"""How are the numbers of a report built? Counted by a system read, suppressed, and given as cells.

Built twice with nothing changed between gives the same. `build` runs in a process that may sign for a task of the
machine: the worker. What earlier reports showed and hid is a part of what it is asked.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.module_loading import import_string

from safeguarding.audit.context import system_task
from safeguarding.checks import Found
from safeguarding.clocks import terms_of
from safeguarding.dates import as_day, school_year, start_of
from safeguarding.reports.figures.periods import Period, between

from . import own_work, sections
from .assembling import Counted, Year, assembled
from .cells import BuiltCell, Earlier, Term
from .kinds import kinds_of
from .past import Past
from .suppression import Settings
from .system import Whole, whole
from .tables import Plain

# What it is called where it is said which records it reads (`records.py`).
TASK = "governors report"


def build(
    school_id: UUID,
    *,
    term: Term,
    as_at: datetime,
    threshold: int = 5,
    hide_zero: bool = False,
    earlier: Sequence[Earlier] = (),
    checked: Sequence[Found] = (),
) -> list[BuiltCell]:
    """Every cell of the report of a term, suppressed, in order.

    `earlier` is every report of the school that was ever published, the oldest first. `checked` is what the checks of
    records found for who asks: the machine may not look at them. Raises `ImproperlyConfigured` in a process that may
    not sign for the machine, and `ValueError` for a threshold below 3.
    """
    settings, past = Settings(threshold, hide_zero), Past(term, tuple(earlier))
    found = [*_machine(school_id, as_at), *checked]
    with system_task(TASK):
        viewer = whole(school_id, at=as_at, period=_period(term))
        counted = Counted(
            categories=sections.categories(viewer, kinds_of(school_id, as_day(as_at))),
            cohorts=sections.cohorts(viewer),
            referrals=(sections.agencies(viewer), sections.outcomes(viewer)),
            plain=tuple(_plain(viewer, term, found)),
            year=_year(viewer, past) if term.is_last else None,
        )
    return assembled(counted, settings, past)


def _period(term: Term) -> Period:
    return between(term.first, term.last)


def _plain(viewer: Whole, term: Term, checked: Sequence[Found]) -> Iterator[Plain]:
    """The school's own work."""
    yield sections.volume(viewer)
    yield sections.timeliness(viewer, _targets(viewer.school_id, term, viewer.at))
    yield sections.answers(viewer)
    if _is_there("safeguarding.training.services.standing.standing"):
        yield own_work.staff(viewer)
    yield own_work.shares(viewer)
    yield own_work.requests(viewer)
    yield own_work.destroyed(viewer)
    yield own_work.checks(checked)
    yield sections.last_terms_actions(viewer)


def _year(viewer: Whole, past: Past) -> Year:
    """What is counted of the terms before this one, each as it is now, and of all of them."""
    terms = past.terms_of_year()
    if terms is None:
        return Year()
    periods = [_period(one.term) for one in terms]
    by_phase = sections.by_group_and_phase(viewer, [*periods, _period(past.term)])
    kinds = [sections.by_kind(viewer, one) for one in periods]
    return Year(by_phase, kinds, _is_whole(viewer, past.term, len(terms)))


def _is_whole(viewer: Whole, term: Term, reports: int) -> bool:
    """Whether as many terms of the year have a report as the calendar has before this one."""
    year = school_year(term.last)
    known = [one for one in terms_of(viewer.calendar) if school_year(one.last) == year and one.last < term.last]
    return bool(reports) and reports >= len(known)


# --- what other apps tell


def _is_there(name: str) -> bool:
    try:
        import_string(name)
    except ImportError:
        return False
    return True


def _machine(school_id: UUID, at: datetime) -> list[Found]:
    """What the machine found when it last looked at itself."""
    name = "safeguarding.self_check.services.stored.latest"
    return [one.found for one in import_string(name)(school_id, at=at).values()] if _is_there(name) else []


def _targets(school_id: UUID, term: Term, at: datetime) -> dict[str, int]:
    """The school's own targets at the end of the term, by figure, in per cent."""
    module = "safeguarding.reports.services.targets"
    if not _is_there(f"{module}.targets_of"):
        return {}
    held = import_string(f"{module}.targets_of")([school_id])[school_id]
    return dict(import_string(f"{module}.in_force")(held, min(at, start_of(term.last + timedelta(days=1)))))
