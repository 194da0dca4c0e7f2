"""The pages of what goes outside the school: a referral, a letter to an agency's manager, a contact with parents or
agencies.
"""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.accounts.services import LEADS, open_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.forms.agencies import (
    AnswerForm,
    ChaseForm,
    ContactForm,
    LetterForm,
    MoreForm,
    ReferralForm,
    SendLetterForm,
    StepForm,
    WithdrawForm,
)
from safeguarding.concerns.lifecycles import letter_life, referral_life
from safeguarding.concerns.models import Concern, EscalationLetter, Referral, ReferralStep
from safeguarding.concerns.permissions import access_given, may_decide
from safeguarding.concerns.services import agencies, reading
from safeguarding.concerns.services.agencies.adults import Adults, adults_of
from safeguarding.concerns.services.work import owed, rows
from safeguarding.concerns.views.mentioning import story_of
from safeguarding.concerns.views.parts import Page
from safeguarding.concerns.views.to_record import from_decision
from safeguarding.dates import full_day
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.once import once
from safeguarding.panels import fill
from safeguarding.printing.paper import paper

# More than any school waits for.
SHOWN = 200
_MOVES = {"chase_form": "chase", "answer_form": "answer", "more_form": "send_more", "withdraw_form": "withdraw"}


def _concern(request: Request, key: UUID) -> Concern:
    return read_one(request, reading.for_page(), pk=key)


def _to_panel(concern_id: UUID, part: str) -> HttpResponse:
    return redirect(f"{reverse('concern', args=[concern_id])}#{part}")


# --- record a referral


def _agency_asked(request: Request) -> dict[str, str]:
    """A duty beside the concern says to which agency it leads."""
    asked = request.GET.get("agency", "")
    return {"agency": asked} if asked else {}


RECORD = Page(
    name="record_referral",
    template="concerns/record_referral.html",
    read=_concern,
    forms=lambda request, found, at: {
        "referral_form": partial(
            ReferralForm,
            at=at,
            school_id=found.school_id,
            initial={"token": uuid7()} | from_decision(request, found) | _agency_asked(request),
        )
    },
    offered=lambda request, found: {"referral_form": found.status != Concern.Status.CLOSED},
    context=lambda request, found, at: {"concern": found, "filled": from_decision(request, found)},
)


@requires_for_record("decide_concerns", also=access_given)
@RECORD.takes("referral_form", shows=True)
def record_referral(request: Request, found: Concern, form: ReferralForm) -> HttpResponse:
    """Record that an agency was asked to act."""
    made = agencies.refer(concern=found, token=form.cleaned_data["token"], sent=form.sent(), by=request.user)
    messages.success(request, f"Referral recorded. An answer is expected by {full_day(made.answer_by)}.")
    return redirect("referral", made.pk)


# --- a referral


def _referral(request: Request, key: UUID) -> Referral:
    rows = visible(request, Referral).select_related("concern", "school", "sent_by", "ended_by", "decision")
    return read_one(request, rows, pk=key)


def _steps_offered(request: Request, found: Referral) -> dict[str, bool]:
    may = referral_life.open_to(found, request.user)
    return {name: may[move] for name, move in _MOVES.items()}


def _step_forms(request: Request, found: Referral, at: datetime) -> dict[str, Any]:
    kinds: dict[str, type[StepForm]] = {
        "chase_form": ChaseForm,
        "answer_form": AnswerForm,
        "more_form": MoreForm,
        "withdraw_form": WithdrawForm,
    }
    return {name: partial(kind, at=at, referral=found, initial={"token": uuid7()}) for name, kind in kinds.items()}


def _of_referral(request: Request, found: Referral, at: datetime) -> dict[str, Any]:
    steps = visible(request, ReferralStep).filter(referral=found).select_related("by").order_by("happened_at", "pk")
    letters = visible(request, EscalationLetter).filter(referral=found).select_related("started_by", "ended_by")
    return {
        "steps": list(steps),
        "letters": list(letters.order_by("started_at", "pk")),
        "late": found.is_late(timezone.localdate(at)),
        "may_write": may_decide(request.user, found) and found.status != Referral.Status.WITHDRAWN,
        "new": uuid7(),
        "blocks": fill("referral", request, found),
    }


REFERRAL = Page(
    name="referral",
    template="concerns/referral.html",
    read=_referral,
    forms=_step_forms,
    offered=_steps_offered,
    context=_of_referral,
)


@requires_for_record("view_concerns", also=access_given)
def referral(request: Request, part_id: UUID) -> HttpResponse:
    """One referral: what was asked of whom, what happened since, and by which day they answer."""
    found = _referral(request, part_id)
    open_notices(user=request.user, object_id=found.pk)
    return REFERRAL.show(request, found)


def _step(request: Request, found: Referral, form: StepForm, said: str) -> HttpResponse:
    token = form.cleaned_data["token"]
    agencies.step(referral=found, move=form.move, token=token, said=form.said(), by=request.user)
    messages.success(request, said)
    return redirect("referral", found.pk)


@requires_for_record("decide_concerns", also=access_given)
@REFERRAL.takes("chase_form")
def referral_chase(request: Request, found: Referral, form: ChaseForm) -> HttpResponse:
    """They were asked again."""
    by = form.cleaned_data["answer_by"]
    return _step(request, found, form, f"Saved. An answer is now expected by {full_day(by)}.")


@requires_for_record("decide_concerns", also=access_given)
@REFERRAL.takes("answer_form")
def referral_answer(request: Request, found: Referral, form: AnswerForm) -> HttpResponse:
    """They have answered."""
    return _step(request, found, form, "Answer saved. Decide again where it changes what you will do.")


@requires_for_record("decide_concerns", also=access_given)
@REFERRAL.takes("more_form")
def referral_more(request: Request, found: Referral, form: MoreForm) -> HttpResponse:
    """More was sent: they are to answer again."""
    return _step(request, found, form, "Saved. The referral waits for an answer again.")


@requires_for_record("decide_concerns", also=access_given)
@REFERRAL.takes("withdraw_form")
def referral_withdraw(request: Request, found: Referral, form: WithdrawForm) -> HttpResponse:
    """Nobody waits for an answer any more."""
    return _step(request, found, form, "Referral withdrawn. What happened with it stays on record.")


@requires_for_record("decide_concerns", also=access_given)
def referral_letter(request: Request, part_id: UUID) -> HttpResponse:
    """Draft a letter to the agency's manager, or open the draft that there is.

    The address opened by itself is the referral.
    """
    found = _referral(request, part_id)
    if not may_decide(request.user, found):
        raise NotAllowed(LEADS)
    if request.method != "POST":
        return redirect("referral", part_id)
    # One draft at a time: pressed twice, it is the same.
    letter = agencies.draft_letter(referral=found, token=uuid7(), by=request.user)
    return redirect("letter", letter.pk)


@requires("view_concerns")
def answers_owed(request: Request) -> HttpResponse:
    """Every referral of the school that waits for an answer, soonest first."""
    request.nav = "today"
    waiting = owed(visible(request, Referral), request.held.school_id)
    found = rows(read_many(request, waiting[:SHOWN], purpose="answers owed"), today=timezone.localdate())
    context = {"referrals": found, "late": sum(row.is_late for row in found), "full": len(found) == SHOWN}
    return render(request, "concerns/answers.html", context)


# --- a letter


def _letter(request: Request, key: UUID) -> EscalationLetter:
    rows = visible(request, EscalationLetter).select_related("concern", "referral", "school", "saved_by", "ended_by")
    return read_one(request, rows, pk=key)


def _letter_offered(request: Request, found: EscalationLetter) -> dict[str, bool]:
    may = letter_life.open_to(found, request.user)
    return {"letter_form": may["send"], "send_letter_form": may["send"]}


def _letter_forms(request: Request, found: EscalationLetter, at: datetime) -> dict[str, Any]:
    seen = {"revision": found.revision}
    return {
        "letter_form": partial(LetterForm, initial=seen | {"to": found.to, "body": found.body}),
        "send_letter_form": partial(SendLetterForm, initial=seen | {"token": uuid7()}),
    }


LETTER = Page(
    name="letter",
    template="concerns/letter.html",
    read=_letter,
    forms=_letter_forms,
    offered=_letter_offered,
    context=lambda request, found, at: {},
)


@requires_for_record("view_concerns", also=access_given)
def letter(request: Request, part_id: UUID) -> HttpResponse:
    """A letter to the manager of an agency: a draft, or as it was sent."""
    return LETTER.show(request, _letter(request, part_id))


@requires_for_record("decide_concerns", also=access_given)
@LETTER.takes("letter_form")
def letter_save(request: Request, found: EscalationLetter, form: LetterForm) -> HttpResponse:
    """Save the draft."""
    given = form.cleaned_data
    agencies.save_letter(letter=found, seen=given["revision"], to=given["to"], body=given["body"], by=request.user)
    messages.success(request, "Draft saved.")
    return redirect("letter", found.pk)


@requires_for_record("decide_concerns", also=access_given)
@LETTER.takes("send_letter_form")
def letter_send(request: Request, found: EscalationLetter, form: SendLetterForm) -> HttpResponse:
    """Say that it has been sent."""
    given = form.cleaned_data
    agencies.send_letter(
        letter=found, seen=given["revision"], token=given["token"], method=given["method"], by=request.user
    )
    messages.success(request, "The letter is on record as sent.")
    return redirect("referral", found.referral_id)


@requires_for_record("decide_concerns", also=access_given)
def letter_discard(request: Request, part_id: UUID) -> HttpResponse:
    """Close the draft unsent. The address opened by itself is the letter."""
    found = _letter(request, part_id)
    if not may_decide(request.user, found):
        raise NotAllowed(LEADS)
    if request.method != "POST":
        return redirect("letter", part_id)
    request.again = partial(LETTER.again, request, part_id)
    agencies.discard_letter(letter=found, by=request.user)
    messages.success(request, "The draft has been put away unsent.")
    return redirect("referral", found.referral_id)


@requires_for_record("view_concerns", also=access_given)
def letter_paper(request: Request, part_id: UUID) -> HttpResponse:
    """The letter on paper, on record as printed. A draft says that it is one."""
    rows = visible(request, EscalationLetter).select_related("concern", "school")
    found = read_one(request, rows, verb=Verb.PRINT, purpose="letter", pk=part_id)
    context = {"letter": found, "day": timezone.localdate(found.ended_at or timezone.now())}
    title = f"Letter, {found.concern.reference}"
    own = story_of(request, found.concern_id)
    return paper(request, "pdf/letter.html", context, title=title, school_id=found.school_id, own=own)


# --- a contact with parents or agencies


def adults_on_record(request: Request, found: Concern, at: datetime) -> Adults:
    """The adults around the children of a concern, as the reader sees them: once a page."""
    see = partial(visible, request)
    return once(("adults of", found.pk), lambda: adults_of(found, see, today=timezone.localdate(at)))


def _contact_forms(request: Request, found: Concern, at: datetime) -> dict[str, Any]:
    adults = adults_on_record(request, found, at)
    make = partial(ContactForm, at=at, adults=adults, initial={"token": uuid7()})
    return {"contact_form": make}


def _of_contact(request: Request, found: Concern, at: datetime) -> dict[str, Any]:
    orders = adults_on_record(request, found, at).orders
    return {"concern": found, "orders": orders, "orders_kind": "alert" if orders else "quiet"}


CONTACT = Page(
    name="record_contact",
    template="concerns/record_contact.html",
    read=_concern,
    forms=_contact_forms,
    offered=lambda request, found: {"contact_form": True},
    context=_of_contact,
)


@requires_for_record("decide_concerns", also=access_given)
@CONTACT.takes("contact_form", shows=True)
def record_contact(request: Request, found: Concern, form: ContactForm) -> HttpResponse:
    """Record what was said with a parent, an agency or somebody else."""
    agencies.add_contact(concern=found, token=form.cleaned_data["token"], made=form.made(), by=request.user)
    messages.success(request, "Contact saved.")
    return _to_panel(found.pk, "contacts")
