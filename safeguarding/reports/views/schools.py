"""Several schools side by side: a row for each, with the six numbers of its overview. For who leads in a trust.

As many queries for a hundred schools as for two: each number is asked of all of them at once, and grouped by school.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.permissions import requires
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record_of_schools
from safeguarding.dates import as_day
from safeguarding.http import Request
from safeguarding.reports.capabilities import ReportCapability as C
from safeguarding.reports.figures import concerns, timeliness, work
from safeguarding.reports.figures.periods import LAST_YEAR, YEAR, Period, last_year, this_year
from safeguarding.reports.figures.values import Number, Schools
from safeguarding.reports.forms import SchoolsForm
from safeguarding.reports.panels import OVERVIEW, REPORTS, begins_here
from safeguarding.reports.services.targets import judged, targets_of

from .asking import schools_of


@dataclass(frozen=True)
class Row:
    """One school: what it is called, its overview, its six numbers, and whether one of them misses its target."""

    name: str
    overview: str
    numbers: list[Number]

    @property
    def is_missed(self) -> bool:
        return any(one.aim is not None and one.aim.is_missed for one in self.numbers)


@require_GET
@requires(C.VIEW_REPORTS)
def schools_side_by_side(request: Request) -> HttpResponse:
    """The six numbers of each school whose figures the reader may see, by name. Recorded in the log of each."""
    request.nav = OVERVIEW if begins_here(request) else REPORTS
    schools = dict(sorted(schools_of(request).items(), key=lambda one: (one[1], str(one[0]))))
    data = request.GET.copy()
    data.setdefault("period", YEAR)
    form = SchoolsForm(data)
    period = _period(form)
    wrong = bool(form.errors.keys() & {"first", "last"})
    record_of_schools(Verb.VIEW, "accounts.school", schools, purpose="overview")
    rows = rows_of(_question(request, schools, period), schools)
    context = {
        "form": form,
        "has_errors": wrong,
        "period": period,
        "rows": rows,
        "titles": [one.title for one in rows[0].numbers] if rows else [],
    }
    return render(request, "reports/schools.html", context, status=422 if wrong else 200)


def rows_of(question: Schools, names: Mapping[UUID, str]) -> list[Row]:
    """A row for each school. Four queries, however many there are: three for the numbers, one for targets."""
    opened = concerns.open_by_school(question)
    quick = timeliness.read_and_decided_by_school(question)
    late = work.all_late_by_school(question)
    targets = targets_of(question.calendars)
    rows = []
    for key, viewer in question.each().items():
        numbers = judged([opened[key], *quick[key], *late[key]], targets[key], viewer)
        rows.append(Row(names[key], f"{reverse('overview')}?{urlencode(viewer.codes)}", numbers))
    return rows


def _question(request: Request, schools: Mapping[UUID, str], period: Period) -> Schools:
    return Schools(
        user=request.user,
        school_id=next(iter(schools)),
        at=timezone.now(),
        period=period,
        calendars=_in_order(SchoolCalendar.of_many(schools), schools),
    )


def _in_order(calendars: Mapping[UUID, SchoolCalendar], schools: Mapping[UUID, str]) -> dict[UUID, SchoolCalendar]:
    return {key: calendars[key] for key in schools}


def _period(form: SchoolsForm) -> Period:
    """The time that was chosen; this school year where none was. No term: each school has its own."""
    today = as_day(timezone.now())
    chosen = form.chosen()
    named = last_year(today) if chosen.get("period") == LAST_YEAR else this_year(today)
    return form.days(chosen) or named
