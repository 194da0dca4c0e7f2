"""Say which adults of the children's records a concern names, so that a pattern can show where one is named again."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.forms.adults import NameAdultForm, TakeAdultBackForm
from safeguarding.concerns.models import Concern, ConcernAdult
from safeguarding.concerns.permissions import access_given
from safeguarding.concerns.services import naming_adults, reading
from safeguarding.concerns.services.work import adults_named
from safeguarding.concerns.views.agencies import adults_on_record
from safeguarding.concerns.views.parts import Page
from safeguarding.http import Request
from safeguarding.once import once


def _concern(request: Request, key: UUID) -> Concern:
    return read_one(request, reading.for_page(), pk=key)


def _named(request: Request, found: Concern) -> list[ConcernAdult]:
    return once(("adults named", found.pk), lambda: adults_named(found, partial(visible, request)))


def _forms(request: Request, found: Concern, at: datetime) -> dict[str, Any]:
    adults, named = adults_on_record(request, found, at), _named(request, found)
    return {
        "adult_form": partial(NameAdultForm, adults=adults, named={one.adult_id for one in named}),
        "adult_back_form": partial(TakeAdultBackForm, named=named),
    }


def _offered(request: Request, found: Concern) -> dict[str, bool]:
    return {"adult_form": not found.is_in_error, "adult_back_form": bool(_named(request, found))}


def _context(request: Request, found: Concern, at: datetime) -> dict[str, Any]:
    people = adults_on_record(request, found, at).by_key
    named = _named(request, found)
    for one in named:
        one.is_to_child = people[one.adult_id].link.relationship if one.adult_id in people else ""  # type: ignore[attr-defined]
    return {"concern": found, "named": named, "left": len(people.keys() - {one.adult_id for one in named})}


ADULTS = Page(
    name="name_adult",
    template="concerns/adults.html",
    read=_concern,
    forms=_forms,
    offered=_offered,
    context=_context,
)


@requires_for_record("decide_concerns", also=access_given)
@ADULTS.takes("adult_form", shows=True)
def name_adult(request: Request, found: Concern, form: NameAdultForm) -> HttpResponse:
    """Say that the concern names an adult of a child's record."""
    made = naming_adults.name_adult(concern=found, adult=form.chosen(), by=request.user)
    messages.success(request, f"{made.adult.full_name} is named in this concern.")
    return redirect("name_adult", found.pk)


@requires_for_record("decide_concerns", also=access_given)
@ADULTS.takes("adult_back_form")
def take_adult_back(request: Request, found: Concern, form: TakeAdultBackForm) -> HttpResponse:
    """Say that it does not, and why."""
    named = form.rows[form.cleaned_data["named"]]
    naming_adults.take_adult_back(named=named, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, f"{named.adult.full_name} is not named in this concern any more.")
    return redirect("name_adult", found.pk)
