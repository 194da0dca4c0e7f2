"""Where is the attendance register kept? A setting with its history."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.plans.forms.register_place import RegisterPlaceForm
from safeguarding.plans.services.register_place import register_of, state_register
from safeguarding.refused_forms import on_top, saved_meanwhile


@requires(Capability.MANAGE_SCHOOL)
def register_place(request: Request) -> HttpResponse:
    """What the school has stated, and the form that states it."""
    school = get_school(request.held.school_id)
    form = RegisterPlaceForm(request.POST if request.method == "POST" else None, stated=register_of(school.pk))
    if form.is_valid():
        request.again = partial(_page, request, form)
        state_register(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved. Publish the privacy notice again, so that parents and carers read it.")
        return redirect("register_place")
    return _page(request, form)


def _page(request: Request, form: RegisterPlaceForm, refusal: HarbourError | None = None) -> HttpResponse:
    request.nav, meanwhile = "settings", []
    stated = register_of(request.held.school_id)
    if refusal:
        there = RegisterPlaceForm(stated=stated)
        on_top(form, there.initial["seen"])
        meanwhile = saved_meanwhile(form, there)
    status = refusal.status if refusal else 422 if form.errors else 200
    context = {"form": form, "stated": stated, "refusal": refusal, "meanwhile": meanwhile}
    return render(request, "plans/register_place.html", context, status=status)
