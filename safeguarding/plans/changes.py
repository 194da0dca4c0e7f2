"""How is it told under “What has changed” which plan, or which date of one, was changed, and what its codes mean? And
which day of attendance.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any
from uuid import UUID

from safeguarding.concerns.services.history import RowWords, See
from safeguarding.dates import full_day
from safeguarding.plans import codes
from safeguarding.plans.attendance import marks
from safeguarding.plans.kinds import EPISODES, STEPS, EpisodeKind, Kind
from safeguarding.plans.models import AttendanceDay, Designation, Episode, Step

# The columns of every plan that hold codes, whatever its kind.
_OF_ALL = {"authority": "authority", "known_by": "known_by"}


def _told(kinds: dict[str, Any], model: Any, keys: Collection[UUID], see: See) -> Any:
    rows = see(model).filter(pk__in=keys).values_list("pk", "kind")
    return {key: RowWords(kinds[kind].title, partial(_in_words, kinds[kind])) for key, kind in rows}


def _in_words(kind: Kind, field: str, value: Any) -> str:
    """The label of a code; empty for what is none."""
    list_ = kind.list_of(field) or _OF_ALL.get(field, "")
    if field == "end_reason" and isinstance(kind, EpisodeKind):
        list_ = kind.ends
    return codes.label(list_, value) if list_ else ""


def _days(keys: Collection[UUID], see: See) -> dict[UUID, RowWords]:
    rows = see(AttendanceDay).filter(pk__in=keys).values_list("pk", "on")
    return {key: RowWords(f"Attendance, {full_day(on)}", _mark) for key, on in rows}


def _mark(field: str, value: Any) -> str:
    return marks.meaning(value) if field in ("am", "pm") and value else ""


READS: dict[Any, Callable[..., dict[UUID, RowWords]]] = {
    AttendanceDay: _days,
    Episode: partial(_told, EPISODES, Episode),
    Step: partial(_told, STEPS, Step),
    Designation: partial(_told, EPISODES, Designation),
}
