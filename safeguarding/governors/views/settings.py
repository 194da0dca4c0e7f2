"""What does the school hide in its reports to governors? A setting with its history."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.exceptions import HarbourError
from safeguarding.governors.forms import SettingForm
from safeguarding.governors.services.settings import save_setting, setting_of
from safeguarding.http import Request
from safeguarding.refused_forms import on_top, saved_meanwhile


@requires(Capability.MANAGE_SCHOOL)
def governor_settings(request: Request) -> HttpResponse:
    """Below which number a group is hidden, and whether none is shown as none."""
    school = get_school(request.held.school_id)
    form = SettingForm(request.POST if request.method == "POST" else None, setting=setting_of(school.pk))
    if form.is_valid():
        request.again = partial(_page, request, form)
        save_setting(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved. It holds for reports that are counted from now on.")
        return redirect("governor_settings")
    return _page(request, form)


def _page(request: Request, form: SettingForm, refusal: HarbourError | None = None) -> HttpResponse:
    request.nav, meanwhile = "settings", []
    if refusal:
        there = SettingForm(setting=setting_of(request.held.school_id))
        on_top(form, there.initial["seen"])
        meanwhile = saved_meanwhile(form, there)
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(
        request, "governors/settings.html", {"form": form, "refusal": refusal, "meanwhile": meanwhile}, status=status
    )
