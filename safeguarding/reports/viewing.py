"""Which question does an address ask of the figures? Its codes, put for somebody, by a page or by the worker."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.concerns.services.kinds import names_on
from safeguarding.dates import as_day

from .figures.periods import YEAR, named
from .figures.values import Viewer
from .forms import PeriodForm


def put(
    user: Any,
    school_id: UUID,
    codes: Mapping[str, Any],
    at: datetime,
    *,
    schools: Sequence[tuple[str, str]] = (),
    school_code: str = "",
) -> tuple[PeriodForm, Viewer]:
    """The form over the codes, and the question. Codes that are none narrow nothing.

    `schools` are keys and names of several among which somebody chooses.
    """
    calendar = SchoolCalendar.of(school_id)
    categories = names_on(as_day(at), school_id, asks=user, retired=True)
    form = PeriodForm(codes, categories=categories, schools=schools)
    chosen = form.chosen()
    period = form.days(chosen) or named(chosen.get("period", YEAR), calendar, as_day(at))
    viewer = Viewer(
        user=user,
        school_id=school_id,
        at=at,
        period=period,
        year_group=chosen.get("year"),
        category=chosen.get("category", ""),
        level=chosen.get("level"),
        school_code=school_code,
    )
    return form, viewer
