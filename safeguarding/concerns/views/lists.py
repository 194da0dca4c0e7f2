"""The lists of safeguarding leads: what is new today, and the concerns of a child. All concerns: `concern_list`."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from children.forms.lists import FindForm
from children.models import Child
from children.panels import record_frame
from children.permissions import access_to_a_child
from children.services import asked_about, find_children
from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.forms.deciding import LinkForm
from safeguarding.concerns.models import Action, Concern, HowSoon, Mention
from safeguarding.concerns.permissions import access_given, may_decide
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.mentioned import naming_or_mentioning
from safeguarding.concerns.services.named import badge
from safeguarding.concerns.services.waiting_rows import give_waits
from safeguarding.concerns.views.chronology import read_child
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request
from safeguarding.paging import CAP, MANY, counts_of_page, in_words, newest_first
from safeguarding.panels import LATE, MINE, Lines, draw, fill, read, read_beside

# The first screen shows six; ten are one glance. More are one click away.
SHOWN, SHOWN_ALL = 10, 200
# As many of the others as leave the page to be read at a glance.
FEW = {"news": 3, "reviews": 3, "actions": 2, "adrift": 3}


@requires("view_concerns")
def today(request: Request) -> HttpResponse:
    """What is new by how soon, what I have to do, what is due for review, what has news."""
    request.nav = "today"
    at, school_id = timezone.now(), request.held.school_id
    day = timezone.localdate(at)
    concerns = visible(request, Concern)
    of_concerns = {
        "waiting": reading.queue(concerns, school_id),
        "news": reading.with_news(concerns, school_id),
        "reviews": reading.to_review(concerns, school_id, today=day),
    }
    of_actions = {
        "actions": reading.with_standing(reading.actions_of(visible(request, Action), request.user), today=day),
        "adrift": reading.adrift(visible(request, Action), school_id, reader=request.user, today=day),
    }
    most = FEW | {"waiting": SHOWN_ALL if "all" in request.GET else SHOWN}
    few: dict[str, list[Any]] = {
        **reading.first_of_each({name: reading.listed(found) for name, found in of_concerns.items()}, most),
        **reading.first_of_each(of_actions, most),
    }
    shown = few.pop("waiting")
    slots = {slot: read(f"today_{slot}", request) for slot in ("above", "below_new", "heading", "week", "foot")}
    beside = read_beside(request)
    actions = read_many(request, [*few["actions"], *few["adrift"]])
    named = reading.dress(read_many(request, [*shown, *few["news"], *few["reviews"]]), actions=actions)
    to_do = reading.to_do(actions, reader=request.user, today=day, named=named)
    mine = len(few["actions"])
    urgent = [concern for concern in shown if concern.how_soon >= HowSoon.TODAY]
    lists = {**of_concerns, **of_actions, "urgent": of_concerns["waiting"].filter(how_soon__gte=HowSoon.TODAY)}
    rows = partial(reading.rows, reader=request.user, at=at)
    new = rows(shown)
    badge(request, [row.child for row in new])
    counted = _all(lists, {"waiting": shown, "urgent": urgent, **few})
    context = {
        "today": day,
        "rows": new,
        "last_read": None if shown else reading.last_read(concerns, school_id),
        "actions": to_do[:mine],
        "adrift": to_do[mine:],
        "news": rows(few["news"]),
        "reviews": rows(few["reviews"]),
        "all": counted,
        **{slot: draw(pieces, request) for slot, pieces in slots.items()},
        **_beside({key: lines.draw(request) for key, lines in beside.items()}, counted, few),
    }
    return render(request, "concerns/today.html", context)


def _all(lists: Mapping[str, QuerySet[Any]], shown: Mapping[str, Sequence[Any]]) -> Any:
    """Of each list of which a panel shows the first: how many there are, and whether that is more. Only full panels are
    counted.

    Lazy: the menu, which is printed first, is counted in the same query.
    """
    counts = counts_of_page()
    caps = {name: MANY if name in FEW else CAP for name in lists}
    full = {name for name in lists if len(shown[name]) >= FEW.get(name, SHOWN)}
    for name in full:
        counts.ask(name, lists[name], caps[name])

    def counted() -> dict[str, dict[str, Any]]:
        numbers = {name: counts[name] if name in full else len(shown[name]) for name in lists}
        return {
            name: {"count": n, "number": in_words(n, caps[name]), "more": n > len(shown[name])}
            for name, n in numbers.items()
        }

    return SimpleLazyObject(counted)


def _beside(found: dict[str, Lines], counted: Any, few: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The four panels beside: actions stand first in two of them, so that these count both."""

    def numbers() -> dict[str, str]:
        of_actions = {LATE: "adrift", MINE: "actions"}
        return {key: in_words(counted[name]["count"] + found[key].number, MANY) for key, name in of_actions.items()}

    hot = found[LATE].hot or bool(few["adrift"])
    return {"beside": found, "numbers": SimpleLazyObject(numbers), "late_hot": hot}


@requires_for_record("view_concerns", also=access_to_a_child)
def child_concerns(request: Request, child_id: UUID) -> HttpResponse:
    """The concerns that name or mention one child: a tab of the child's record."""
    request.nav = "children"
    child = read_child(request, child_id, purpose="concerns")
    found = reading.listed(naming_or_mentioning(visible(request, Concern), child.pk, visible(request, Mention)))
    page = newest_first(found, "logged_at", request.GET.get("before", ""))
    reading.dress(shown := read_many(request, page.rows, purpose="concerns", about=child))
    give_waits(shown, partial(visible, request), at=timezone.now())
    context = record_frame(request, child, "concerns") | {
        "rows": reading.rows(shown, reader=request.user, at=timezone.now(), child_id=child.pk),
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
        "blocks": fill("child_concerns", request, child) if page.is_first else [],
    }
    return render(request, "concerns/child_concerns.html", context)


@requires_for_record("decide_concerns", also=access_given)
def link_child(request: Request, named_id: UUID) -> HttpResponse:
    """Say which record a child is whom the reporter could only describe."""
    named = read_one(request, reading.described_children(), pk=named_id)
    if not may_decide(request.user, named.concern):
        raise NotAllowed(LEADS)
    request.nav, request.of_school = "concerns", named.school_id
    link = LinkForm(request.POST)
    if link.is_valid():
        child = read_one(request, Child, pk=link.cleaned_data["child"])
        deciding.link_child(named=named, child=child, by=request.user)
        messages.success(request, "Record linked. The reporter’s description stays.")
        return redirect("concern", named.concern_id)
    if named.child_id is not None:
        return redirect("concern", named.concern_id)
    form = FindForm(request.POST or None)
    context = {"named": named, "form": form, "asked": form.is_valid(), "found": []}
    if form.is_valid():
        found = find_children(
            by=request.user,
            school=named.school_id,
            words=form.cleaned_data["q"],
            today=timezone.localdate(),
            everyone=True,
        )
        read_many(request, [each.child for each in found], verb=Verb.SEARCH, purpose="name")
        context |= {"found": found, "sure": asked_about(found, request.POST.get("ask"))}
    return render(request, "concerns/link_child.html", context)
