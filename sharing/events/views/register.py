"""The register of sharing: what was shared and what was not, what waits, what was never written down; also as CSV."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import fresh_factor, requires
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Referral
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.panels import fill
from safeguarding.spreadsheet import as_csv
from sharing.events.capabilities import SharingCapability as C
from sharing.events.forms.register import NUMBER, WAITS, RegisterForm
from sharing.events.models import SharingEvent
from sharing.events.permissions import shares_standing_in
from sharing.events.services import register_file, waiting

# Referrals of which no decision was written down, on the page; and rows of a file.
SHOWN, MOST = 10, 5000


@require_GET
@requires(C.SHARE, also=shares_standing_in)
def register(request: Request) -> HttpResponse:
    """Every decision of the school, the newest first; beside it the referrals without one."""
    request.nav = "sharing"
    rows, form, chosen = _narrowed(request)
    page = newest_first(rows, "made_at", request.GET.get("before", ""))
    lacking = _lacking(request)
    read_many(request, [*page.rows, *lacking[:SHOWN]], purpose="sharing register")
    today = timezone.localdate()
    kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "form": form,
        "rows": [(one, one.is_late(today), one.is_unanswered(today)) for one in page.rows],
        "narrowed": bool(chosen),
        "older": f"{reverse('sharing')}?{urlencode(kept | {'before': page.older})}" if page.older else "",
        "newest": "" if page.is_first else f"{reverse('sharing')}?{urlencode(kept)}",
        "file": f"{reverse('sharing_csv')}?{urlencode(kept)}",
        "actions": fill("sharing_actions", request),
        "waits_url": f"{reverse('sharing')}?state={WAITS}",
        "lacking": lacking[:SHOWN],
        "lacking_more": len(lacking) > SHOWN,
    }
    return render(request, "sharing/register.html", context)


def _narrowed(request: Request) -> tuple[QuerySet[SharingEvent], RegisterForm, dict[str, Any]]:
    school_id, today = request.held.school_id, timezone.localdate()
    rows = visible(request, SharingEvent).filter(school=school_id)
    rows = rows.select_related("child", "recipient", "reason", "decided_by")
    form = RegisterForm(request.GET, years=range(today.year, today.year - 8, -1))
    chosen = form.chosen()
    state = chosen.get("state")
    if state == WAITS:
        rows = waiting.waits(rows, school_id, today)
    elif state:
        rows = rows.filter(status=state)
    if "kind" in chosen:
        rows = rows.filter(recipient__kind=chosen["kind"])
    if "year" in chosen:
        rows = rows.filter(year=chosen["year"])
    if number := NUMBER.fullmatch(chosen.get("number", "").strip()):
        rows = rows.filter(year=int(number[1]), number=int(number[2]))
    return rows, form, chosen


def _lacking(request: Request) -> list[Referral]:
    found = waiting.not_written_down(visible(request, Referral), visible(request, SharingEvent), request.held.school_id)
    return list(found.select_related("concern").order_by("-sent_at", "-pk")[: SHOWN + 1])


@require_GET
@requires(C.SHARE, also=shares_standing_in)
@fresh_factor
def register_csv(request: Request) -> HttpResponse:
    """The same as a file: numbers, days, organisations and laws, none of the words."""
    rows, *_ = _narrowed(request)
    found = read_many(request, rows.order_by("-made_at", "-pk")[:MOST], verb=Verb.EXPORT, purpose="sharing register")
    bulk.had_enough(bulk.FILES, by=request.user, school_id=request.held.school_id)
    return HttpResponse(
        as_csv(register_file.HEADINGS, map(register_file.line, found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="sharing.csv"'},
    )
