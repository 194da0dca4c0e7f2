"""Why has destruction stopped, and who lets it go on?"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from retention import wording
from retention.capabilities import RetentionCapability as C
from retention.forms.brakes import LiftForm
from retention.services.lifting import LIFTERS, RULE, ask_to_lift_brake, get_brake, lift_brake, may_lift
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import fresh_factor, may, requires_for_record, rights
from safeguarding.accounts.second_person import RULES, second_people
from safeguarding.accounts.services import open_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request


def _is_second(user: User) -> bool:
    """Whether the person stands in, somewhere, for the two who let destruction go on."""
    return any(held.role.key in RULES[RULE].fallback for held in rights(user).held)


@requires_for_record(C.COUNT_RETENTION, also=_is_second)
@fresh_factor
def brake(request: Request, brake_id: UUID) -> HttpResponseBase:
    """What stopped it, since when, and who has said that it may go on. It names no record."""
    found = get_brake(brake_id)
    request.nav, request.of_school, lifts = "retention", found.school_id, may_lift(request.user, found)
    counts = may(request.user, C.COUNT_RETENTION, found.school_id)
    if not (lifts or counts):
        # Of another school, as one that never was.
        raise Http404
    if request.method == "POST" and not lifts:
        raise NotAllowed(LIFTERS)
    today = timezone.localdate()
    form = LiftForm(request.POST if request.method == "POST" else None, brake=found, today=today)
    if form.is_valid():
        # The first of the two who presses again says nothing new.
        if found.lift_asked_by in (None, request.user):
            ask_to_lift_brake(brake=found, by=request.user, **form.typed())
            messages.success(request, "Said. Destruction goes on once a second person has said so too.")
        else:
            lift_brake(brake=found, by=request.user, **form.typed())
            messages.success(request, "Destruction goes on.")
        return redirect("brake", found.pk)
    record(Verb.VIEW, found)
    open_notices(user=request.user, object_id=found.pk)
    first = found.lift_asked_by
    context = {
        "brake": found,
        "title": "Destruction went on again" if found.lifted_at else "Destruction has stopped",
        "amount": wording.amount_of(found),
        "look_at": wording.LOOK_AT[found.kind],
        "counts": counts,
        "form": form,
        "lifts": lifts and found.lifted_at is None and first != request.user,
        "has_errors": bool(form.errors),
        "others": second_people(RULE, found.school_id, today, first=first, about=None) if first else [],
    }
    return render(request, "retention/brake.html", context, status=422 if form.errors else 200)
