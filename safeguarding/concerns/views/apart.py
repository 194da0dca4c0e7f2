"""Keep the children of a concern apart: decide what each file says, with a preview, and see who opened a wrong link meanwhile."""

from functools import partial
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
from safeguarding.accounts.titles import inside
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.entries.apart import preview
from safeguarding.concerns.forms.apart import FileForm
from safeguarding.concerns.models import Account, Concern, ConcernChild, FileStory, UndoneLink
from safeguarding.concerns.permissions import access_given, may_decide
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.apart import another, opened_meanwhile
from safeguarding.concerns.services.reading import for_page, with_cards
from safeguarding.concerns.services.sight import about_concern
from safeguarding.concerns.views.error import also_in_error
from safeguarding.exceptions import ChangedSince, NotAllowed, OutOfTurn
from safeguarding.http import Request
from safeguarding.keys import uuid7


@requires_for_record("decide_concerns", also=access_given)
def child_file(request: Request, named_id: UUID) -> HttpResponse:
    """What one child's file will say of a concern: chosen, shown as it will stand there, and only then saved."""
    named = read_one(request, visible(request, ConcernChild).select_related("child"), pk=named_id, child__isnull=False)
    concern = read_one(request, for_page(), pk=named.concern_id, purpose="what the file says")
    assert named.child is not None  # noqa: S101  (asked for above)
    if not may_decide(request.user, concern):
        raise NotAllowed(LEADS)
    request.nav, request.of_school = "concerns", named.school_id
    everyone = list(with_cards(visible(request, ConcernChild).filter(concern=concern)))
    others = {row.child: inside(another(row)) for row in everyone if row.child and row.pk != named.pk}
    now = {"says": named.file_says or "line", "story": named.story, "revision": concern.revision, "token": uuid7()}
    form = FileForm(request.POST or None, others=others, initial=now)
    if "swap" in request.POST:
        form = form.with_names_swapped()
    status, refusal = 200, None
    if form.is_bound:
        if form.is_valid() and "save" in request.POST:
            try:
                return _saved(request, named, form)
            except (ChangedSince, OutOfTurn) as error:
                status, refusal = error.status, error
        elif form.errors:
            status = 422
        named.file_says, named.story = str(form["says"].value() or ""), str(form["story"].value() or "")
        named.said_at, named.said_by = timezone.now(), request.user
    account = visible(request, Account).filter(concern=concern).first()
    rows = visible(request, FileStory).filter(named=named, child_key=named.child.pk).select_related("said_by")
    context = {
        "named": named,
        "concern": concern,
        "form": form,
        "refusal": refusal,
        "others": list(others.values()),
        "entries": preview(request, concern, named, account),
        "opens": named.file_says == ConcernChild.Says.WHOLE,
        "before": list(rows.order_by("-said_at", "-pk")),
    }
    return render(request, "concerns/child_file.html", context, status=status)


def _saved(request: Request, named: ConcernChild, form: FileForm) -> HttpResponse:
    given = form.cleaned_data
    deciding.say_in_file(
        named=named,
        seen=given["revision"],
        token=given["token"],
        says=given["says"],
        story=given["story"],
        by=request.user,
    )
    messages.success(request, "Saved. This child’s file says it from now on, and nothing else of this concern.")
    return redirect(f"{reverse('concern', args=[named.concern_id])}#people")


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
