"""A name that was left out of a concern: on its page for those who may see that child too, and on one of its own to add
it or say no.
"""

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
from safeguarding.concerns.forms.withheld import RefuseForm
from safeguarding.concerns.models import Concern, WithheldName
from safeguarding.concerns.permissions import access_given, may_decide
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.withholding import withheld_in
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.glance import look_for, seen
from safeguarding.http import Request
from safeguarding.panels import Panel
from safeguarding.unsaved import waits_unsent

look_for(withheld="has_withheld")
_PURPOSE = "name"


def _names(request: Request, concern: Concern) -> list[tuple[WithheldName, Child]]:
    """What was left out of the concern, each with the card of the child, as far as the reader may see it."""
    rows = visible(request, WithheldName).filter(concern=concern)
    return withheld_in(rows, visible(request, Child).filter(school=concern.school_id))


def _panel(request: Request, concern: Any) -> dict[str, Any] | None:
    """Names that wait, and those that a lead said no to; no panel where there are none."""
    if not any(seen(request.user, "withheld")) or not may_decide(request.user, concern) or concern.is_in_error:
        return None
    names = [(row, child) for row, child in _names(request, concern) if row.status != WithheldName.Status.ADDED]
    if not names:
        return None
    read_many(request, [row for row, _ in names])
    # In the words of any link: who looks does not say to others why.
    read_many(request, [child for _, child in names], purpose=_PURPOSE)
    return {"names": names}


ENTRIES = [Panel("concern", "withheld", "concerns/withheld_panel.html", data=_panel, order=5)]


@requires_for_record("decide_concerns", also=access_given)
@waits_unsent(RefuseForm)
def withheld_name(request: Request, concern_id: UUID, withheld_id: UUID) -> HttpResponse:
    """Add the child who was chosen to the concern, or say why not."""
    concern = read_one(request, reading.for_page(), pk=concern_id)
    if not may_decide(request.user, concern):
        raise NotAllowed(LEADS)
    row, child = next(((row, child) for row, child in _names(request, concern) if row.pk == withheld_id), (None, None))
    if row is None or child is None:
        raise Http404
    read_one(request, visible(request, WithheldName), pk=row.pk)
    read_one(request, Child, pk=child.pk, purpose=_PURPOSE)
    if request.method != "POST":
        return _page(request, concern, row, child, RefuseForm())
    form = RefuseForm(request.POST)
    request.again = partial(_refused, request, concern, row, child, form)
    if request.POST.get("does") == "add":
        deciding.add_withheld(row=row, child=child, by=request.user)
        messages.success(
            request, f"{child.full_name} is named in this concern. Whoever logged it is told nothing of that."
        )
        return redirect("concern", concern.pk)
    if not form.is_valid():
        return _page(request, concern, row, child, form, status=422)
    deciding.refuse_withheld(row=row, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, "Not added. Your reason stands beside it for those who may see this child.")
    return redirect("concern", concern.pk)


def _refused(
    request: Request, concern: Concern, row: WithheldName, child: Child, form: RefuseForm, refusal: HarbourError
) -> HttpResponse:
    form.is_valid()
    form.add_error(None, refusal.sentence)
    return _page(request, concern, row, child, form, status=refusal.status)


def _page(
    request: Request, concern: Concern, row: WithheldName, child: Child, form: RefuseForm, *, status: int = 200
) -> HttpResponse:
    request.nav, request.of_school = "concerns", concern.school_id
    context = {"concern": concern, "row": row, "child": child, "form": form, "has_errors": bool(form.errors)}
    return render(request, "concerns/withheld.html", context, status=status)
