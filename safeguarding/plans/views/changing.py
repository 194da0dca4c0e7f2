"""Record a change: what is to be said of a plan that is open, or which plan or status begins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import get_school
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.models import Meeting, Referral
from safeguarding.concerns.services.meeting_days import put_into_plans
from safeguarding.concerns.views.mentioning import whole_about
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.forms.care import CARE, CareForm
from safeguarding.plans.forms.episodes import LATE, NOTHING, BeginForm
from safeguarding.plans.kinds import EPISODES, Area
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.permissions import (
    TAB_AREAS,
    areas_kept,
    areas_read,
    ensure_keeps,
    keepers,
    stands_in_for_plans,
)
from safeguarding.plans.services import team
from safeguarding.plans.services.care import begin_care
from safeguarding.plans.services.dates import born
from safeguarding.plans.services.deciding import may_decide
from safeguarding.plans.services.episodes import begin_episode
from safeguarding.plans.services.referrals import ACKNOWLEDGEMENT, LEADS_TO, answered_on
from safeguarding.unsaved import waits_unsent

from .from_meeting import meeting_of, words_of
from .from_referral import SCHOOLS, referral_of
from .reading import episodes_of, steps_of, told


@waits_unsent(BeginForm, CareForm)
@requires_for_record(PlanCapability.VIEW_PLAN_BADGES, also=stands_in_for_plans)
def record_change(request: Request, child_id: UUID) -> HttpResponse:
    """First what it is about; then, with `?kind=`, the form of that kind. Sending it begins a plan."""
    request.nav = "children"
    child = read_one(request, Child, purpose="plans", pk=child_id)
    kept = areas_kept(request.user, child) & {*TAB_AREAS}
    if not kept:
        _turn_away(request, child)
    kind = request.GET.get("kind", "")
    if kind not in EPISODES:
        return _choose(request, child, kept)
    ensure_keeps(request.user, EPISODES[kind].area, child)
    source = _source(request, child, kind)
    form = (CareForm if kind == CARE else BeginForm)(
        request.POST or None,
        kind=kind,
        born=born(request.user, child.pk),
        known=(ACKNOWLEDGEMENT,) if source.answered_on else (),
        initial={"deed": "begin", **_first_words(request, child, kind, source)},
    )
    if not whole_about(request, form, child):
        return _page(request, child, form, source)

    def again(refusal: HarbourError) -> HttpResponse:
        there = read_one(request, Child, purpose="plans", pk=child_id)
        return _page(request, there, form, source, refusal=refusal)

    request.again = again
    begun = _begin(request, child, form, source)
    messages.success(request, f"{begun.title}: on the record. Its dates stand below.")
    return redirect("episode", begun.pk)


def _turn_away(request: Request, child: Child) -> None:
    """A reader of the child’s plans is told who keeps them; for others there is no page."""
    read = areas_read(request.user, child) & {*TAB_AREAS}
    if not read:
        raise Http404
    raise NotAllowed(keepers(next(area for area in Area if area in read)))


def _choose(request: Request, child: Child, kept: frozenset[str]) -> HttpResponse:
    """The dates of open plans, and the kinds that this person may begin."""
    today = timezone.localdate()
    open_ = [
        one
        for one in read_many(request, episodes_of(request, child), purpose="plans", about=child)
        if one.status == Episode.Status.OPEN and one.area in kept
    ]
    steps = list(steps_of(request, [one.pk for one in open_]).filter(status=Step.Status.WAITING))
    groups = [
        (Area(area).label, [kind for kind in EPISODES.values() if kind.area == area]) for area in Area if area in kept
    ]
    context = record_frame(request, child, "plans") | {
        "plans": [told(one, steps, today=today, on_roll=child.is_on_roll) for one in open_],
        "groups": groups,
    }
    return render(request, "plans/change.html", context)


@dataclass(frozen=True)
class _Source:
    """What the form was opened from: the step that decided on the plan, a referral that was answered, or a meeting
    about a concern that is a date of it.
    """

    decision: Step | None = None
    referral: Referral | None = None
    answered_on: date | None = None
    meeting: Meeting | None = None


def _source(request: Request, child: Child, kind: str) -> _Source:
    if decision := _decision(request, child, kind, _asked(request, "after")):
        return _Source(decision)
    if kind == LEADS_TO and (referral := referral_of(request, child, _asked(request, "referral"))):
        return _Source(None, referral, answered_on(referral))
    return _Source(meeting=meeting_of(request, child, kind, _asked(request, "meeting")))


def _asked(request: Request, name: str) -> UUID | None:
    key = request.POST.get(name) or request.GET.get(name, "")
    return record_of(key) if key else None


def _decision(request: Request, child: Child, kind: str, step_id: UUID | None) -> Step | None:
    if step_id is None:
        return None
    found = visible(request, Step).filter(child=child, pk=step_id).select_related("episode").first()
    return found if found and may_decide(found, kind) else None


def _first_words(request: Request, child: Child, kind: str, source: _Source) -> dict[str, Any]:
    """What the form has before anything is typed: of what it was opened from, else the authority, and of a looked-after
    child the social worker.
    """
    first: dict[str, Any] = {}
    if kind == CARE and (worker := team.social_workers(partial(visible, request), [child.pk]).get(child.pk)):
        first = {"worker_name": worker.name, "worker_telephone": worker.telephone}
    if (decision := source.decision) is not None:
        return first | {
            "after": decision.pk,
            "starts_on": decision.held_on,
            "decided_on": decision.held_on,
            "authority": decision.episode.authority,
            "known_by": "meeting",
            "since": NOTHING,
        }
    if EPISODES[kind].needs_authority:
        first |= {"authority": _authority(request, child)}
    if source.meeting is not None:
        return first | words_of(request, source.meeting, kind)
    if (referral := source.referral) is None:
        return first
    sent_on = timezone.localdate(referral.sent_at)
    return {
        **first,
        "referral": referral.pk,
        "starts_on": sent_on,
        "reference": referral.their_reference,
        "referred_by": SCHOOLS,
        "known_by": "referral",
        "since": NOTHING if sent_on >= timezone.localdate() - LATE else "",
    }


def _authority(request: Request, child: Child) -> str:
    """The authority of the newest plan that the reader sees, else that of the school."""
    newest = episodes_of(request, child).exclude(authority="").first()
    return newest.authority if newest else get_school(child.school_id).local_authority


def _begin(request: Request, child: Child, form: BeginForm, source: _Source) -> Episode:
    given = form.cleaned_data
    referral, meeting = source.referral, source.meeting
    begin: Callable[..., Episode] = partial(begin_episode, kind=form.kind)
    if isinstance(form, CareForm):
        begin = partial(begin_care, placed=form.placed(), worker=form.worker())
    begun = begin(
        child=child,
        token=given["token"],
        starts_on=given["starts_on"],
        authority=given["authority"],
        known_by=given["known_by"],
        columns=form.columns(),
        words=form.words(),
        last=form.last(),
        first=form.first(),
        decided_on=given.get("decided_on"),
        decided_by=source.decision,
        by=request.user,
        concern=referral.concern if referral else meeting.concern if meeting else None,
        referral=referral,
    )
    if meeting is not None:
        put_into_plans(meeting=meeting, children=[child], by=request.user)
    return begun


def _page(
    request: Request, child: Child, form: BeginForm, source: _Source, *, refusal: HarbourError | None = None
) -> HttpResponse:
    status = refusal.status if refusal else 422 if form.errors else 200
    context = record_frame(request, child, "plans") | {
        "form": form,
        "kind": form.of,
        "source": source,
        "outcome": source.decision.in_words("outcome") if source.decision else "",
        "refusal": refusal,
        "here": f"{request.path}?kind={form.kind}",
    }
    return render(request, "plans/begin.html", context, status=status)
