"""Help: who to speak to, how the commonest things are done, and how accessible Harbour is."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts import services
from safeguarding.accounts.permissions import anyone_signed_in, may, never_waits, public
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.second_person import may_be_first
from safeguarding.http import Request


@require_GET
@never_waits
@anyone_signed_in
def help_page(request: Request) -> HttpResponse:
    """Who to speak to, and the commonest things of the reader's role, each with a small picture of where it is."""
    request.nav, school_id = "help", request.held.school_id
    context = {
        "people": services.speak_to(services.get_school(school_id), timezone.now()),
        "logs": may(request.user, Capability.LOG_CONCERN, school_id),
        # Who has a list of concerns in the menu has their own reports under their name.
        "reports_at": "name" if may(request.user, Capability.VIEW_CONCERNS, school_id) else "menu",
        "decides": may(request.user, Capability.DECIDE_CONCERNS, school_id),
        "helps": may_be_first("reset", request.user, school_id),
        "gives_roles": may(request.user, Capability.GIVE_ROLES, school_id),
    }
    return render(request, "help/home.html", context)


@require_GET
@public
def accessibility(request: Request) -> HttpResponse:
    """How accessible Harbour is, what is known not to be, and who to tell. Open without signing in."""
    return render(request, "help/accessibility.html")
