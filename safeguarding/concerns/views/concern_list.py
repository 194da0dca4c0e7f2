"""The list of all concerns: narrowed by codes in the address, by a child, by words of titles; and the same as a file,
or on paper.

A name and words are sent by POST. What leaves the screen is recorded concern by concern.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST

from children.services import Found, find_children
from safeguarding.accounts.permissions import fresh_factor, may, requires
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.audit.services import record, record_many
from safeguarding.concerns.forms.finding import WordsForm
from safeguarding.concerns.forms.own import SaveFilterForm
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import list_export, reading
from safeguarding.concerns.services.list_filters import MOST_FOUND, in_order, page_of
from safeguarding.concerns.services.waiting_rows import give_waits
from safeguarding.concerns.views.list_filters import NOT_SAVED, Asked, asked_of
from safeguarding.concerns.views.own import saved_filters
from safeguarding.http import Request
from safeguarding.keys import record_of, uuid7
from safeguarding.paging import PAGE, Page, counts_of_page, in_words
from safeguarding.printing.paper import paper


@requires("view_concerns")
def concerns(request: Request) -> HttpResponse:
    """Every concern of the school, narrowed and in the order that the address asks for."""
    request.nav = "concerns"
    at, typed = timezone.now(), WordsForm(request.POST or None)
    given: dict[str, str] = typed.cleaned_data if typed.is_valid() else {}
    searches = any(given.values())
    too_much = searches and bulk.had_enough(bulk.SEARCHES, by=request.user, school_id=request.held.school_id)
    asked = asked_of(request, day := timezone.localdate(at), "" if too_much else given.get("words", "").strip())
    children = [] if too_much else _called(request, given.get("who", "").strip(), day)
    with asked.within():
        found = asked.found(request, day)
        size = MOST_FOUND if asked.words else PAGE
        page = page_of(reading.listed(found), asked.order, request.GET.get("before", ""), size)
        verb, purpose = (Verb.SEARCH, "titles") if asked.words else (Verb.LIST, "")
        shown = read_many(request, page.rows, verb=verb, purpose=purpose, about=None)
        reading.dress(shown, asked.staff)
        give_waits(shown, partial(visible, request), at=at)
        number = _number(found, page, asked)
    context = _context(request, asked, page) | {
        "rows": reading.rows(shown, reader=request.user, at=at),
        "count": number,
        "words_form": typed,
        "children": children,
        "looked_for": bool(given.get("who")) and not too_much,
        "problem": bulk.STOP if too_much else "",
    }
    return render(request, "concerns/list.html", context, status=429 if too_much else 200)


def _called(request: Request, name: str, today: date) -> list[Found]:
    """Children of this name, those who have left among them, to narrow the list to one of them."""
    if not name:
        return []
    found = find_children(by=request.user, school=request.held.school_id, words=name, today=today, everyone=True)
    read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="name")
    return found


def _number(found: QuerySet[Concern], page: Page[Concern], asked: Asked) -> Any:
    """How many fit. A first page that is not full says so by itself; else it is counted with the menu."""
    if page.is_first and not page.older:
        return in_words(len(page.rows))
    if asked.in_error:
        return in_words(found.count())
    counts = counts_of_page()
    counts.ask("concerns", found)
    return SimpleLazyObject(lambda: in_words(counts["concerns"]))


def _context(request: Request, asked: Asked, page: Page[Concern]) -> dict[str, Any]:
    """The filter, and the addresses that keep it."""
    address, kept = reverse("concerns"), urlencode(asked.codes)
    others = urlencode([(name, value) for name, value in asked.codes if name != "child"])
    to_save = [(name, value) for name, value in asked.codes if name not in NOT_SAVED]
    return {
        "form": asked.form,
        "asked": asked,
        "narrowed": asked.is_narrowed,
        "kept_query": kept,
        "without_child": others,
        "codes": to_save,
        "saved": saved_filters(request),
        "save_form": SaveFilterForm(initial={"token": uuid7()}) if to_save else None,
        "may_decide": may(request.user, "decide_concerns", request.held.school_id) and not asked.in_error,
        # Words stand in no address: what they find stands on one page, as far as that goes.
        "cut": len(page.rows) if page.older and asked.words else 0,
        "older": f"{address}?{kept}&before={page.older}" if page.older and not asked.words else "",
        "newest": "" if page.is_first else f"{address}?{kept}",
        "print_key": uuid7(),
        "most": list_export.MOST,
    }


# --- out of Harbour


def _to_take_out(request: Request, at: datetime) -> tuple[Asked, list[reading.Row]]:
    """What the list shows, as one piece: the first of it, in its order. Not recorded yet."""
    words = request.POST.get("words", "").strip()[:100]
    asked = asked_of(request, day := timezone.localdate(at), words)
    with asked.within():
        rows = list(reading.listed(in_order(asked.found(request, day), asked.order))[: list_export.MOST])
        reading.dress(rows, asked.staff)
        give_waits(rows, partial(visible, request), at=at)
    return asked, reading.rows(rows, reader=request.user, at=at)


def _record_out(request: Request, verb: Verb, rows: Sequence[reading.Row]) -> None:
    """Each concern of it, and where there is none, that somebody asked."""
    school_id, purpose = request.held.school_id, "list of concerns"
    keys = [row.concern.pk for row in rows]
    record_many(verb, Concern._meta.label_lower, keys, school_id=school_id, purpose=purpose)
    if not keys:
        record(verb, object_type=Concern._meta.label_lower, school_id=school_id, count=0, purpose=purpose)


@require_POST
@requires("view_concerns")
@fresh_factor
def concerns_file(request: Request) -> HttpResponse:
    """The list as CSV. Its file name names nobody."""
    _, rows = _to_take_out(request, timezone.now())
    _record_out(request, Verb.EXPORT, rows)
    bulk.had_enough(bulk.FILES, by=request.user, school_id=request.held.school_id)
    response = HttpResponse(list_export.as_file(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="concerns.csv"'
    return response


@requires("view_concerns")
def concerns_paper(request: Request) -> HttpResponse:
    """The list on paper. By POST where words narrow it, which stand in no address: such a print is made at once."""
    at = timezone.now()
    asked, rows = _to_take_out(request, at)
    _record_out(request, Verb.PRINT, rows)
    context = {
        "rows": [(row, list_export.children_in(row)) for row in rows],
        "asked": asked,
        "said": asked.form.said(asked.chosen),
        "most": list_export.MOST if len(rows) == list_export.MOST else 0,
    }
    title, key = f"Concerns on {timezone.localdate(at):%Y-%m-%d}", record_of(request.POST.get("print_key", ""))
    at_once = (key or uuid7()) if request.method == "POST" else None
    school_id = request.held.school_id
    return paper(request, "pdf/concerns.html", context, title=title, school_id=school_id, at=at, at_once=at_once)
