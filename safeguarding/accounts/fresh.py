"""What happens before something grave when the second factor was given too long ago?

A form is not sent away: the page that asks for the factor carries everything that was typed, hidden, and sends it to
the same address with the factor beside it. Nothing typed is kept on the server, in the session or in the address. Files
cannot be carried so: a view that takes one asks before it shows its form.

The factor is taken before the form, in a transaction of its own: a form that is then refused undoes neither that the
factor was given nor that its code is used.
"""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from safeguarding.audit.context import tell_database
from safeguarding.cross_site import is_own_form
from safeguarding.unsaved import FACTOR, UNREADABLE, is_of_another

from .forms.factors import AgainForm
from .services import factors, sessions

# The pages that ask for the factor and for nothing else.
_TAKE_IT_THEMSELVES = frozenset({"unlock", "give_again"})


def take(request: Any) -> None:
    """Take the factor that came with the form of something grave, if one did: it counts, whatever becomes of the form.

    What was wrong with it the page says that asks again (`asked`).
    """
    if not (request.user.is_authenticated and _is_given(request)) or is_of_another(request):
        return
    with transaction.atomic():
        tell_database(request.acting)
        if factors.is_fresh(request, request.user) or not factors.has_factor(request.user):
            return
        request.factor_form = form = AgainForm(request.POST, user=request.user)
        if form.is_valid():
            form.note()
            sessions.renew(request.session)


def asked(request: Any) -> HttpResponseBase | None:
    """The page that asks for the factor; None where it is fresh, or has just been given with the form."""
    from .views.factors import ask_again

    given: AgainForm | None = getattr(request, "factor_form", None)
    if factors.is_fresh(request, request.user) or (given is not None and given.is_valid()):
        return None
    if not factors.has_factor(request.user):
        return HttpResponseRedirect(reverse("set_up_factor"))
    if request.method != "POST":
        return HttpResponseRedirect(f"{reverse('give_again')}?{urlencode({'next': request.get_full_path()})}")
    return ask_again(request, given or AgainForm(user=request.user))


def _is_given(request: HttpRequest) -> bool:
    """Whether a form of ours brings a factor, on its way to something grave."""
    if request.method != "POST":
        return False
    try:
        given = any(name.startswith(FACTOR) for name in request.POST)
        page = resolve(request.path_info).url_name
        return given and page not in _TAKE_IT_THEMSELVES and is_own_form(request)
    except (Resolver404, *UNREADABLE):
        return False
