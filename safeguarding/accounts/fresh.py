"""What happens before something grave when the second factor was given too long ago?

A form is not sent away: the page that asks for the factor carries everything that was typed, hidden, and sends it to
the same address with the factor beside it. Nothing typed is kept on the server, in the session or in the address. Files
cannot be carried so: a view that takes one asks before it shows its form.
"""

from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from .forms.factors import AgainForm
from .services import factors, sessions


def asked(request: Any) -> HttpResponseBase | None:
    """The page that asks for the factor; None where it is fresh, or has just been given with the form."""
    from .views.factors import ask_again

    if factors.is_fresh(request, request.user):
        return None
    if not factors.has_factor(request.user):
        return HttpResponseRedirect(reverse("set_up_factor"))
    if request.method != "POST":
        return HttpResponseRedirect(f"{reverse('give_again')}?{urlencode({'next': request.get_full_path()})}")
    given = any(name in request.POST for name in ("factor_code", "factor_credential"))
    form = AgainForm(request.POST if given else None, user=request.user)
    if not form.is_valid():
        return ask_again(request, form)
    form.note()
    sessions.renew(request.session)
    return None
