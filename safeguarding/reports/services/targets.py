"""What has a school set itself for its figures, since when, and how do its numbers stand to that?

No law sets a target: there is none until the school sets one. A number of a time is held against the target of that
time's last day, one of now against the target of now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import start_of
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.once import once
from safeguarding.reports.aims import aimed
from safeguarding.reports.figures.registry import find
from safeguarding.reports.figures.values import Number, Series, Viewer
from safeguarding.reports.models import Target

# More than this is no target.
MOST = 999
# So many of those that hold no more stand on the page.
SHOWN = 50
F = Target.Figure


@dataclass(frozen=True)
class Line:
    """One figure as the page of targets lists it."""

    figure: str
    title: str
    is_share: bool
    now: Target | None

    @property
    def says(self) -> str:
        return self.now.in_words if self.now else "No target"


def targets_of(schools: Iterable[UUID]) -> dict[UUID, list[Target]]:
    """All targets of some schools, those of before too: one query, once a page."""
    keys = tuple(schools)

    def read() -> dict[UUID, list[Target]]:
        found: dict[UUID, list[Target]] = {key: [] for key in keys}
        for one in Target.objects.filter(school_id__in=keys).order_by("made_at", "pk"):
            found[one.school_id].append(one)
        return found

    return once(("targets", keys), read)


def in_force(targets: Iterable[Target], at: datetime) -> dict[str, int]:
    """What held at a moment, by figure."""
    return {
        one.figure: one.value for one in targets if one.made_at <= at and (one.ended_at is None or one.ended_at > at)
    }


def judged(numbers: Sequence[Number], targets: Iterable[Target], viewer: Viewer) -> list[Number]:
    """The numbers with how each stands to its target. One that misses it is red; what is narrowed has none, for a
    target is of the whole school.
    """
    if viewer.is_narrowed:
        return list(numbers)
    held = list(targets)
    now, then = in_force(held, viewer.at), in_force(held, _end_of(viewer))
    return [_judged(one, then if _has_period(one.figure) else now) for one in numbers]


def of_lines(lines: Sequence[Series], targets: Iterable[Target], viewer: Viewer) -> list[int | None]:
    """The target of each line, in per cent; None where there is none."""
    then = {} if viewer.is_narrowed else in_force(targets, _end_of(viewer))
    return [then.get(one.figure) for one in lines]


def _judged(number: Number, held: Mapping[str, int]) -> Number:
    if (value := held.get(number.figure)) is None:
        return number
    aim = aimed(value, number=number.value, of=number.of)
    says = f"{number.says} {aim.says}."
    return replace(number, aim=aim, says=says, tone="bad" if aim.is_missed else number.tone)


def _has_period(key: str) -> bool:
    figure = find(key)
    return figure is not None and figure.has_period


def _end_of(viewer: Viewer) -> datetime:
    """The last moment of the time that is asked about, or now."""
    return min(viewer.at, start_of(viewer.period.last + timedelta(days=1)))


# --- the page of them


def lines_of(school_id: UUID) -> list[Line]:
    """Every figure that may have a target, with the one that it has: one query."""
    rows = Target.objects.filter(school_id=school_id, ended_at=None).select_related("made_by")
    now = {one.figure: one for one in rows}
    return [Line(one.value, str(one.label), one in Target.SHARES, now.get(one.value)) for one in F]


def earlier_of(school_id: UUID) -> list[Target]:
    """Those that hold no more, the most recent first."""
    rows = Target.objects.filter(school_id=school_id).exclude(ended_at=None).select_related("made_by", "ended_by")
    return list(rows.order_by("-ended_at", "-pk")[:SHOWN])


def target_problems(figure: str, value: int) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when it can be set."""
    if figure not in F:
        return {"figure": "Choose the number that the target is for"}
    if F(figure) in Target.SHARES:
        fits, limits, means = 1 <= value <= 100, "1 to 100", "at least so many per cent in time"
    else:
        fits, limits, means = 0 <= value <= MOST, f"0 to {MOST}", "at most so many late"
    return {} if fits else {"value": f"Target for “{F(figure).label}” must be a number from {limits}: {means}"}


@transaction.atomic
def set_target(*, school: School, token: UUID, figure: str, value: int, by: User, at: datetime | None = None) -> Target:
    """From now on; what held before ends, and stays on the page. The same again is one.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` for a page sent again whose target was replaced since.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for problem in target_problems(figure, value).values():
        raise BadInput(f"{problem}.")
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    now = Target.objects.filter(school=school, figure=figure, ended_at=None).first()
    if now and now.value == value:
        return now
    key = entry_token(token, figure, value)
    if Target.objects.filter(token=key).exists():
        raise OutOfTurn("This target was set before, and another one since. Open the page again to set it again.")
    if now:
        _end(now, by=by, at=at)
    made = Target.objects.create(school=school, token=key, figure=figure, value=value, made_at=at, made_by=by)
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def end_target(*, school: School, figure: str, by: User, at: datetime | None = None) -> None:
    """The figure has no target any more. Raises `NotAllowed`, `OutOfTurn` where it has none."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    now = Target.objects.select_for_update(of=("self",)).filter(school=school, figure=figure, ended_at=None).first()
    if now is None:
        raise OutOfTurn("This number has no target already.")
    _end(now, by=by, at=at or timezone.now())


def _end(target: Target, *, by: User, at: datetime) -> None:
    target.ended_at, target.ended_by = at, by
    target.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, target, by=by)
