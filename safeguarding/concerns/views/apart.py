"""Keep the children of a concern apart: decide what each file says, with a preview, and see who opened a wrong link
meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import LEADS
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns import tokens
from safeguarding.concerns.entries.apart import preview
from safeguarding.concerns.forms.apart import FileForm
from safeguarding.concerns.forms.deciding import on_top_of
from safeguarding.concerns.models import Account, Concern, ConcernChild, FileStory, UndoneLink
from safeguarding.concerns.permissions import access_given, may_decide
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.apart import opened_meanwhile
from safeguarding.concerns.services.pointing import another
from safeguarding.concerns.services.reading import for_page, with_cards
from safeguarding.concerns.services.sight import about_concern
from safeguarding.concerns.views.error import also_in_error
from safeguarding.concerns.views.kept import keeps_typed, kept_forms
from safeguarding.concerns.views.mentioning import looking
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.rendering import Showing


@requires_for_record("decide_concerns", also=access_given)
@keeps_typed("file_form", page="child_file")
def child_file(request: Request, part_id: UUID) -> HttpResponse:
    """What one child's file will say of a concern: chosen, shown as it will stand there, and only then saved."""
    found = _read(request, part_id)
    make = partial(_form, request, found)
    if request.method != "POST":
        says = {"says": found.named.file_says or "line", "story": found.named.story}
        new = make(initial=says | {"revision": found.concern.revision, "token": uuid7()})
        return _page(request, found, kept_forms(request, found.named, {"file_form": make}).get("file_form", new))
    form = make(request.POST)
    if "swap" in request.POST:
        form = form.with_names_swapped()
    if not form.is_valid():
        return _page(request, found, form, status=422)
    if "save" not in request.POST:
        return _page(request, found, form)
    request.again = partial(_refused, request, part_id, form)
    given = {name: form.cleaned_data[name] for name in ("token", "says", "story")}
    deciding.say_in_file(named=found.named, seen=form.cleaned_data["revision"], by=request.user, **given)
    messages.success(request, "Saved. This child’s file says it from now on, and nothing else of this concern.")
    return redirect(f"{reverse('concern', args=[found.named.concern_id])}#people")


@dataclass(frozen=True)
class _InConcern:
    """A child of a concern, with what each of the others in it is called in the file of this one."""

    named: ConcernChild
    child: Child
    concern: Concern
    others: Mapping[Child, str]


def _read(request: Request, key: UUID) -> _InConcern:
    named = read_one(request, visible(request, ConcernChild).select_related("child"), pk=key, child__isnull=False)
    concern = read_one(request, for_page(), pk=named.concern_id, purpose="what the file says")
    assert named.child is not None  # noqa: S101  (asked for above)
    if not may_decide(request.user, concern):
        raise NotAllowed(LEADS)
    everyone = with_cards(visible(request, ConcernChild).filter(concern=concern))
    others = {row.child: another(row.child) for row in everyone if row.child and row.pk != named.pk}
    return _InConcern(named, named.child, concern, others)


def _form(request: Request, found: _InConcern, *typed: Any, **more: Any) -> FileForm:
    """Names of others are pointed out by the form itself, and their mentions name nobody in this file."""
    form = FileForm(*typed, others=found.others, **more)
    form.look(looking(request, found.named.school_id, quietly=True))
    return form


def _page(
    request: Request, found: _InConcern, form: FileForm, *, status: int = 200, refusal: HarbourError | None = None
) -> HttpResponse:
    """The form, and what the file says with what stands in it."""
    named, concern = found.named, found.concern
    request.nav, request.of_school = "concerns", named.school_id
    request.showing = Showing(own=frozenset({found.child.pk}), only_own=True)
    if form.is_bound:
        named.file_says, named.story = str(form["says"].value() or ""), str(form["story"].value() or "")
        named.said_at, named.said_by = timezone.now(), request.user
    account = visible(request, Account).filter(concern=concern).first()
    rows = visible(request, FileStory).filter(named=named, child_key=found.child.pk).select_related("said_by")
    context = {
        "named": named,
        "concern": concern,
        "form": form,
        "kept": [form] if form.kept else [],
        "key": tokens.issue(request.user, school_id=named.school_id),
        "refusal": refusal,
        "others": list(found.others.values()),
        "entries": preview(request, concern, named, account),
        "opens": named.file_says == ConcernChild.Says.WHOLE,
        "before": list(rows.order_by("-said_at", "-pk")),
    }
    return render(request, "concerns/child_file.html", context, status=status)


def _refused(request: Request, key: UUID, form: FileForm, refusal: HarbourError) -> HttpResponse:
    """As others have left the concern, and what was typed here, to be saved on top."""
    found = _read(request, key)
    return _page(request, found, on_top_of(form, found.concern.revision), status=refusal.status, refusal=refusal)


@require_GET
@requires_for_record("view_concerns", also=access_given)
@also_in_error
def undone_link(request: Request, concern_id: UUID, undone_id: UUID) -> HttpResponse:
    """A link that was a mistake: who it was, why, and who opened the concern meanwhile."""
    concern = read_one(request, Concern, pk=concern_id, purpose="who has looked")
    request.nav, request.of_school = "concerns", concern.school_id
    links = visible(request, UndoneLink).filter(concern=concern).select_related("undone_by", "concern")
    link = read_one(request, links, pk=undone_id)
    child = visible(request, Child).filter(pk=link.child_key).first()
    context = {
        "concern": concern,
        "link": link,
        "child": child,
        "people": opened_meanwhile(link, about_concern(concern, partial(visible, request))),
    }
    with with_errors(""):
        return render(request, "concerns/undone_link.html", context)
