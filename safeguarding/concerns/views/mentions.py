"""Whom the words of a concern mention: on its page, and on one of their own to say that a mention is wrong."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from children.models import Child
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import LEADS
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.forms.mention_taken_off import TakeOffForm
from safeguarding.concerns.models import Concern, Mention
from safeguarding.concerns.permissions import access_given, may_decide
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.mentioned import standing
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.glance import look_for, seen
from safeguarding.http import Request
from safeguarding.panels import Panel
from safeguarding.unsaved import waits_unsent

look_for(mentions="has_mentions")
_PURPOSE = "name"


def _mentions(request: Request, concern: Concern, **which: Any) -> list[tuple[Mention, Child]]:
    """The first mention, of these, of each child that the reader sees, with the card."""
    rows = standing(visible(request, Mention)).filter(concern=concern, **which).select_related("author")
    first: dict[UUID, Mention] = {}
    for row in rows.order_by("said_at", "pk"):
        first.setdefault(row.child_key, row)
    cards = visible(request, Child).filter(school=concern.school_id).in_bulk(first) if first else {}
    return [(row, cards[key]) for key, row in first.items() if key in cards]


def _panel(request: Request, concern: Any) -> dict[str, Any] | None:
    """Children whom the words mention, for who may say that one is wrong; no panel where there are none."""
    if not any(seen(request.user, "mentions")) or not may_decide(request.user, concern) or concern.is_in_error:
        return None
    if not (mentions := _mentions(request, concern)):
        return None
    read_many(request, [child for _, child in mentions], purpose=_PURPOSE)
    return {"mentions": mentions}


ENTRIES = [Panel("concern", "mentions", "concerns/mentions_panel.html", data=_panel, order=6)]


@requires_for_record("decide_concerns", also=access_given)
@waits_unsent(TakeOffForm)
def mention(request: Request, concern_id: UUID, mention_id: UUID) -> HttpResponse:
    """Say that the words mean another child, and why."""
    concern = read_one(request, reading.for_page(), pk=concern_id)
    if not may_decide(request.user, concern):
        raise NotAllowed(LEADS)
    if not (found := _mentions(request, concern, pk=mention_id)):
        raise Http404
    [(row, child)] = found
    read_one(request, visible(request, Mention), pk=row.pk)
    read_one(request, Child, pk=child.pk, purpose=_PURPOSE)
    if request.method != "POST":
        return _page(request, concern, row, child, TakeOffForm())
    form = TakeOffForm(request.POST)
    request.again = partial(_refused, request, concern, row, child, form)
    if not form.is_valid():
        return _page(request, concern, row, child, form, status=422)
    deciding.take_off_mention(mention=row, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, f"Taken off. This concern no longer stands on the record of {child.full_name}.")
    return redirect("concern", concern.pk)


def _refused(
    request: Request, concern: Concern, row: Mention, child: Child, form: TakeOffForm, refusal: HarbourError
) -> HttpResponse:
    form.is_valid()
    form.add_error(None, refusal.sentence)
    return _page(request, concern, row, child, form, status=refusal.status)


def _page(
    request: Request, concern: Concern, row: Mention, child: Child, form: TakeOffForm, *, status: int = 200
) -> HttpResponse:
    request.nav, request.of_school = "concerns", concern.school_id
    context = {"concern": concern, "row": row, "child": child, "form": form, "has_errors": bool(form.errors)}
    return render(request, "concerns/mention.html", context, status=status)
