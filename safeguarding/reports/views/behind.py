"""What stands behind a number: the records of the figure's own query set, counted to the end, with the same filters."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import reading
from safeguarding.concerns.services.named import children_of
from safeguarding.concerns.services.work import rows as referral_rows
from safeguarding.http import Request
from safeguarding.paging import Page, newest_first
from safeguarding.plans.wording import stand
from safeguarding.reports.capabilities import ReportCapability as C
from safeguarding.reports.figures.registry import Figure, Lists, NoSuchCell, find
from safeguarding.reports.figures.values import Viewer

from .asking import Asked, asked_of

# The moment by which each list is cut into pages, the newest first.
_MOMENTS = {
    Lists.CONCERNS: "logged_at",
    Lists.ACTIONS: "created_at",
    Lists.REFERRALS: "sent_at",
    Lists.DATES: "written_at",
    Lists.CHILDREN: "changed_at",
    Lists.IN_CONCERNS: "added_at",
}
_NOUNS = {
    Lists.CONCERNS: "concern,concerns",
    Lists.ACTIONS: "action,actions",
    Lists.REFERRALS: "referral,referrals",
    Lists.DATES: "date,dates",
    Lists.CHILDREN: "child,children",
    Lists.IN_CONCERNS: "child in a concern,children in concerns",
}


@require_GET
@requires(C.VIEW_REPORTS)
def behind_figure(request: Request) -> HttpResponse:
    """The list behind a figure, or behind one cell of it: as many rows as the number says. Open concerns, where the
    address names none.
    """
    found = find(request.GET.get("figure", "open"))
    if found is None:
        raise Http404
    asked, cell = asked_of(request), request.GET.get("cell", "")
    try:
        rows = found.rows(asked.viewer, cell)
        called = found.called(asked.viewer, cell) if cell else ""
    except NoSuchCell:
        raise Http404 from None
    page = newest_first(_with_people(found.lists, rows), _MOMENTS[found.lists], request.GET.get("before", ""))
    shown = read_many(request, page.rows, purpose="behind a figure")
    context = {
        "figure": found,
        "called": called,
        "period": asked.viewer.period,
        "narrowed_to": asked.narrowed_to,
        "number": rows.count(),
        "noun": _NOUNS[found.lists],
        "rows": _DRESS[found.lists](request, asked.viewer, shown),
        "part": f"reports/part_{found.lists.name.lower()}.html",
        "take_out": asked.viewer.behind(found.key, cell).replace(reverse("behind_figure"), reverse("take_out"), 1),
        "back": f"{reverse('overview')}?{urlencode(asked.viewer.codes)}",
        **_steps(asked, found, cell, page),
    }
    return render(request, "reports/behind.html", context)


def _with_people(lists: Lists, rows: QuerySet[Any]) -> QuerySet[Any]:
    match lists:
        case Lists.CONCERNS:
            return reading.listed(rows)
        case Lists.ACTIONS:
            return rows.select_related("owner")
        case Lists.REFERRALS:
            return rows.select_related("concern", "sent_by")
        case Lists.DATES:
            return rows.select_related("child", "episode", "rule", "owner")
        case Lists.IN_CONCERNS:
            return rows.select_related("child")
    return rows


def _steps(asked: Asked, figure: Figure, cell: str, page: Page[Any]) -> dict[str, str]:
    address = asked.viewer.behind(figure.key, cell)
    older = f"{address}&{urlencode({'before': page.older})}" if page.older else ""
    return {"older": older, "newest": "" if page.is_first else address}


def _concerns(request: Request, viewer: Viewer, rows: Sequence[Any]) -> list[Any]:
    reading.dress(rows)
    return reading.rows(rows, reader=request.user, at=timezone.now())


def _actions(request: Request, viewer: Viewer, rows: Sequence[Any]) -> list[Any]:
    named = children_of({one.concern_id for one in rows}) if rows else {}
    return [(one, next(iter(named.get(one.concern_id, ())), None), (viewer.today - one.due_on).days) for one in rows]


def _referrals(request: Request, viewer: Viewer, rows: Sequence[Any]) -> list[Any]:
    return referral_rows(rows, today=viewer.today)


def _dates(request: Request, viewer: Viewer, rows: Sequence[Any]) -> list[Any]:
    return [(one, stand(one, today=viewer.today, on_roll=True), one.episode.title) for one in rows]


def _children(request: Request, viewer: Viewer, rows: Sequence[Any]) -> list[Any]:
    return list(rows)


def _in_concerns(request: Request, viewer: Viewer, rows: Sequence[Any]) -> list[Any]:
    """Each child with the concern: read with the list, for the reader sees a row only where they see its concern."""
    concerns = list(visible(request, Concern).filter(pk__in={one.concern_id for one in rows}))
    read_many(request, concerns, purpose="behind a figure")
    reading.dress(concerns)
    of = {row.concern.pk: row for row in reading.rows(concerns, reader=request.user, at=timezone.now())}
    return [(one, of[one.concern_id]) for one in rows if one.concern_id in of]


_DRESS: dict[Lists, Callable[[Request, Viewer, Sequence[Any]], list[Any]]] = {
    Lists.CONCERNS: _concerns,
    Lists.ACTIONS: _actions,
    Lists.REFERRALS: _referrals,
    Lists.DATES: _dates,
    Lists.CHILDREN: _children,
    Lists.IN_CONCERNS: _in_concerns,
}
