"""Add a child who is on no list yet. Looks first whether the child is there already."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from children.capabilities import ChildCapability
from children.forms.keeping import AddChildForm
from children.notice_kinds import ChildNotice
from children.services import keeping
from safeguarding.accounts import services as accounts
from safeguarding.accounts.permissions import requires
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent

from .page import done_before, page


@waits_unsent(AddChildForm)
@requires(ChildCapability.KEEP_CHILDREN)
def add_child(request: Request) -> HttpResponseBase:
    """What is known of the child; where somebody alike is on the list, whether it is the same."""
    request.nav = "children"
    if (done := done_before(request)) is not None:
        return done
    school = accounts.get_school(request.held.school_id)

    def look(values: Any) -> keeping.Looked:
        return keeping.look_for_child(school=school, values=values, by=request.user)

    form = AddChildForm(request.POST if request.method == "POST" else None, school=school, look=look)
    is_valid, looked = form.is_valid(), form.looked
    if looked.hidden:
        kind = ChildNotice.ADDED_AGAIN
        is_told = keeping.tell_leads(
            school_id=school.pk, children=looked.hidden, by=request.user, kind=kind, purpose="add child"
        )
        told = keeping.NOTIFIED if is_told else keeping.NOT_NOTIFIED
        return render(request, "children/add_hidden.html", {"told": told}, status=409)
    read_many(request, looked.alike, verb=Verb.SEARCH, purpose="add child")
    if not is_valid:
        return _page(request, form)
    if form.chosen is not None:
        messages.info(request, "This child is on the list already, and nothing was added. Change what is wrong here.")
        return redirect("child_people", form.chosen.pk)
    request.again = partial(_page, request, form)
    seen = [child.pk for child in looked.alike]
    added = keeping.add_child(school=school, values=form.values, is_none_of=seen, told=form.told, by=request.user)
    messages.success(request, "The child is on the list. Add adults, the home and health here.")
    return redirect("child_people", added.child_id)


def _page(request: Request, form: Any, refusal: HarbourError | None = None) -> HttpResponse:
    status = refusal.status if refusal else 422 if form.errors else 200
    return page(request, {}, [form], status=status, template="children/add.html", refusal=refusal)
