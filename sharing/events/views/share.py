"""The page of a decision to share: what was decided and why, what went, what happened since, what can be done now."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.panels import record_frame
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_many, visible
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.plans.permissions import stands_in_for_plans
from safeguarding.plans.views.deeds import Deed, asked, ensure_open, lost, offered
from safeguarding.refused_forms import on_top
from safeguarding.unsaved import waits_unsent
from sharing.events.capabilities import SharingCapability as C
from sharing.events.forms.following import AnswerForm, AskBackForm, ChaseForm, PlainForm, ReceivedForm, SentForm
from sharing.events.models import SharingEvent, SharingStep
from sharing.events.parts import said_in_words
from sharing.events.services import asking_back, deciding, receiving, sending

from .deciding import chosen_of, read_share
from .from_referral import sent_as

S = SharingEvent.Status
_PEOPLE = ("made_by", "decided_by", "sent_by", "received_by", "asked_back_by", "discarded_by")
_STANDING = {
    S.DRAFT: "line",
    S.TO_SEND: "warn",
    S.SENT: "",
    S.RECEIVED: "ok",
    S.NOT_SHARED: "solid",
    S.ASKED_BACK: "bad",
    S.DISCARDED: "line",
}


def _step(do: Callable[..., object], *more: str) -> Callable[[SharingEvent, Any, User], object]:
    """A service that writes a step, given what was typed."""

    def done(event: SharingEvent, form: Any, by: User) -> object:
        given = form.cleaned_data
        also = {name: given[name] for name in more}
        return do(event=event, token=given["token"], happened=form.happened(), by=by, **also)

    return done


def _plain(do: Callable[..., object]) -> Callable[[SharingEvent, Any, User], object]:
    return lambda event, form, by: do(event=event, seen=form.cleaned_data["seen"], by=by)


def _in(*states: str) -> Callable[[SharingEvent], bool]:
    return lambda event: event.status in states


DEEDS: dict[str, Deed[SharingEvent]] = {
    deed.key: deed
    for deed in (
        Deed(
            "send",
            SentForm,
            "It was sent in another way",
            "Record that it was sent",
            "Recorded: it has gone.",
            _step(sending.record_sent, "seen"),
            _in(S.TO_SEND),
        ),
        Deed(
            "take_back",
            PlainForm,
            "Think again",
            "Take it back to the draft",
            "It is a draft again. Nothing has gone out.",
            _plain(deciding.take_back_share),
            _in(S.TO_SEND),
        ),
        Deed(
            "discard",
            PlainForm,
            "Discard this draft",
            "Discard this draft",
            "Discarded. Nothing has gone out.",
            _plain(deciding.discard_share),
            _in(S.DRAFT),
        ),
        Deed(
            "receive",
            ReceivedForm,
            "They have received it",
            "Record who has received it",
            "Recorded: it was received.",
            _step(receiving.record_received),
            _in(S.SENT),
        ),
        Deed(
            "chase",
            ChaseForm,
            "Ask again",
            "Record that they were asked",
            "Recorded. It stands beside Today again on that day.",
            _step(receiving.chase_share, "follow_up_on"),
            _in(S.SENT, S.ASKED_BACK),
        ),
        Deed(
            "answer",
            AnswerForm,
            "They have answered",
            "Record their answer",
            "Recorded.",
            _step(asking_back.record_answer),
            _in(S.ASKED_BACK),
        ),
        Deed(
            "ask_back",
            AskBackForm,
            "It should not have gone",
            "Record that it was asked back",
            "Recorded: it was asked back. That it was sent stays on the record.",
            _step(asking_back.ask_back, "follow_up_on"),
            _in(S.SENT, S.RECEIVED),
        ),
    )
}


@waits_unsent(SentForm, ChaseForm, ReceivedForm, AskBackForm, AnswerForm)
@requires_for_record(C.SHARE, also=stands_in_for_plans)
def share(request: Request, event_id: UUID) -> HttpResponse:
    """One decision. Each form of the page is sent here."""
    event = read_share(request, event_id, *_PEOPLE)
    if request.method != "POST":
        open_notices(user=request.user, object_id=event.pk, object_type="sharing_decision")
        return _page(request, event)
    deed = asked(request, DEEDS)
    if deed is None:
        return _page(request, event, status=422)
    form = deed.made(request.POST, event=event)
    request.again = partial(_refused, request, event_id, {deed.key: form})
    if not form.is_valid():
        ensure_open(deed, event)
        return _page(request, event, {deed.key: form}, status=422)
    deed.do(event, form, request.user)
    messages.success(request, deed.after)
    return redirect("share", event.pk)


def _refused(request: Request, event_id: UUID, bound: dict[str, Any], refusal: HarbourError) -> HttpResponse:
    """The decision as it stands now, and what was typed, to be saved on top of it."""
    event = read_share(request, event_id, *_PEOPLE)
    for form in bound.values():
        on_top(form, event.revision)
    return _page(request, event, bound, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    event: SharingEvent,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound = bound or {}
    today = timezone.localdate()
    there = offered(event, DEEDS.values(), bound, event=event)
    if "send" in there and "send" not in bound:
        there["send"]["form"].initial |= sent_as(event.referral)
    steps = visible(request, SharingStep).filter(event=event).select_related("by").order_by("happened_at", "pk")
    context = record_frame(request, event.child, "sharing") | {
        "event": event,
        "standing": (event.get_status_display(), _STANDING[S(event.status)]),
        "is_late": event.is_late(today),
        "is_unanswered": event.is_unanswered(today),
        "items": chosen_of(request, event),
        "steps": read_many(request, steps, purpose="steps of sharing", about=event),
        "answers": _answers(event),
        "law_title": "The law that was considered" if event.status == S.NOT_SHARED else "Why it is lawful",
        "deeds": there,
        "bound": [] if refusal else list(bound.values()),
        "refusal": refusal,
        "lost": lost(bound, there) if refusal else [],
        "here": request.path,
        "has_errors": not refusal and any(form.errors for form in bound.values()),
        "consent_is_over": event.status in (S.DRAFT, S.TO_SEND) and event.consent and not event.consent.in_force(today),
    }
    return render(request, "sharing/share.html", context, status=status)


def _answers(event: SharingEvent) -> list[tuple[str, str]]:
    """The questions of the legal reason that were answered, as they are asked now."""
    questions = event.reason.questions if event.reason else []
    said = ((one, event.answers.get(one["key"], "")) for one in questions)
    return [(one["asks"], said_in_words(one, answer)) for one, answer in said if answer]
