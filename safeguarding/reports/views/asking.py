"""Who asks, of which school and time, and narrowed to what? Read from the address, for the page and its lists."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from safeguarding.accounts.permissions import rights
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.reports.capabilities import ReportCapability as C
from safeguarding.reports.figures.periods import YEAR
from safeguarding.reports.figures.values import Viewer
from safeguarding.reports.forms import PeriodForm
from safeguarding.reports.panels import OVERVIEW, REPORTS, begins_here
from safeguarding.reports.viewing import put


@dataclass(frozen=True)
class Asked:
    """The form over the address, and the question that figures answer. `schools`: keys and names of several."""

    form: PeriodForm
    viewer: Viewer
    schools: list[tuple[str, str]]

    @property
    def narrowed_to(self) -> list[str]:
        """To what the figures are narrowed, in words."""
        found = []
        for name in ("year", "category", "level"):
            value = self.form.cleaned_data.get(name)
            if value not in ("", None):
                choices: Any = self.form.fields[name].choices  # type: ignore[attr-defined]
                found.append({str(key): str(words) for key, words in choices}[str(value)])
        return found


def asked_of(request: Request) -> Asked:
    """What the address asks for. Raises `Http404` for a school whose figures are not one's own to see."""
    schools = schools_of(request)
    school_id = _school(request, schools)
    request.nav = OVERVIEW if begins_here(request) else REPORTS
    if school_id != request.held.school_id:
        request.of_school = school_id
    several = sorted(((str(key), name) for key, name in schools.items()), key=lambda one: one[1])
    several = several if len(several) > 1 else []
    data = request.GET.copy()
    data.setdefault("period", YEAR)
    if several:
        data.setdefault("school", str(school_id))
    else:
        data.pop("school", None)
    code = str(school_id) if school_id != request.held.school_id else ""
    form, viewer = put(request.user, school_id, data, timezone.now(), schools=several, school_code=code)
    return Asked(form, viewer, several)


def schools_of(request: Request) -> dict[UUID, str]:
    """The schools whose figures who asks may see, by key: what each is called."""
    return {held.school_id: held.school_name for held in rights(request.user).held if held.role.may(C.VIEW_REPORTS)}


def _school(request: Request, schools: dict[UUID, str]) -> UUID:
    """The school of the address, else the one where the person works now."""
    written = request.GET.get("school", "")
    if not written:
        return request.held.school_id
    key = record_of(written)
    if key is None or key not in schools:
        raise Http404
    return key
