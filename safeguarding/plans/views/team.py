"""Who from outside works with a child: the team, who was in it, and what can be done with it."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.forms.columns import DeedForm
from safeguarding.plans.forms.team import CorrectPersonForm, LeftForm, PersonForm
from safeguarding.plans.kinds import EPISODES, Area
from safeguarding.plans.models import Episode, Professional
from safeguarding.plans.permissions import TAB_AREAS, areas_kept, areas_read, keepers, stands_in_for_plans
from safeguarding.plans.services import around
from safeguarding.refused_forms import as_typed
from safeguarding.unsaved import waits_unsent

from .reading import MOST, episodes_of

ADD, CORRECT, LEFT = "add_person", "correct_person", "end_person"
_FOLLOWS = "Added. The previous social worker is now listed under Former."
_DONE = {CORRECT: "Corrected. What it was before stays among the former ones.", LEFT: "Saved."}


@waits_unsent(PersonForm, CorrectPersonForm, LeftForm)
@requires_for_record(PlanCapability.VIEW_PLAN_BADGES, also=stands_in_for_plans)
def child_team(request: Request, child_id: UUID) -> HttpResponse:
    """The team of a child. Each form of the page is sent here: somebody is added, corrected, or has left."""
    request.nav = "children"
    page = _Page(request, child_id)
    if request.method != "POST":
        return page.shown()
    deed = request.POST.get("deed", "")
    form = page.sent(deed)
    if form is None:
        return page.shown(status=422)
    if not form.is_valid():
        return page.shown(form, status=422)
    request.again = partial(_refused, request, child_id, form)
    messages.success(request, page.do(deed, form))
    return redirect("child_team", child_id)


def _refused(request: Request, child_id: UUID, form: DeedForm, refusal: HarbourError) -> HttpResponse:
    """The team as it stands now, and what was typed."""
    return _Page(request, child_id).shown(form, status=refusal.status, refusal=refusal)


class _Page:
    """What was read for the page: the child, the rows that the reader sees, the open plans that they keep."""

    def __init__(self, request: Request, child_id: UUID) -> None:
        self.request = request
        self.child = read_one(request, Child, purpose="team", pk=child_id)
        self.kept = areas_kept(request.user, self.child) & {*TAB_AREAS}
        rows = visible(request, Professional).filter(child=self.child).select_related("author", "ended_by")
        self.rows = list(rows.order_by("role", "-written_at", "-pk")[:MOST])
        if not (self.rows or self.kept or areas_read(request.user, self.child) & {*TAB_AREAS}):
            raise Http404
        open_ = episodes_of(request, self.child).filter(status=Episode.Status.OPEN, area__in=self.kept)
        self.plans = sorted(open_, key=lambda one: [*EPISODES].index(one.kind)) if self.kept else []

    @property
    def offered(self) -> list[str]:
        """The areas in which there is an open plan that the reader keeps."""
        return [str(area) for area in Area if any(plan.area == area for plan in self.plans)]

    def _keeps(self, person: Professional) -> bool:
        return person.ended_at is None and not self.kept.isdisjoint(person.areas)

    def sent(self, deed: str) -> DeedForm | None:
        """The form that was sent; None for one that the page does not have. Raises `NotAllowed`."""
        if not self.kept:
            raise NotAllowed(keepers(next((area for one in self.rows for area in one.areas), Area.PROTECTION)))
        if deed == ADD:
            return PersonForm(self.request.POST, among=self.offered) if self.offered else None
        person = self._named() if deed in (CORRECT, LEFT) else None
        if person is None:
            return None
        if deed == LEFT:
            return LeftForm(self.request.POST, auto_id=_id(LEFT, person))
        return CorrectPersonForm(self.request.POST, person=person, among=self.offered, auto_id=_id(CORRECT, person))

    def _named(self) -> Professional | None:
        """Whom the form that was sent is about."""
        key = record_of(self.request.POST.get("who", ""))
        return next((one for one in self.rows if one.pk == key), None)

    def do(self, deed: str, form: Any) -> str:
        """What was done, in a sentence for the next page."""
        by = self.request.user
        if deed == ADD:
            facts = form.facts()
            episode = next(plan for plan in self.plans if plan.area in facts["areas"])
            made = around.add_professional(episode=episode, token=form.cleaned_data["token"], by=by, **facts)
            return self._added(made)
        person = self._named()
        assert person is not None  # noqa: S101  (the form is about somebody)
        if deed == CORRECT:
            around.correct_professional(professional=person, token=form.cleaned_data["token"], by=by, **form.facts())
        else:
            around.end_professional(professional=person, ends_on=form.cleaned_data["last_day"], by=by)
        return _DONE[deed]

    def _added(self, made: Professional) -> str:
        """That somebody was added, and that a social worker was ended by it. Names are sealed: no message has one."""
        then = [one.pk for one in self.rows if one.ended_at is None]
        ended = visible(self.request, Professional).filter(pk__in=then, ended_at=made.written_at)
        return _FOLLOWS if ended.exists() else "Added."

    def shown(
        self, bound: DeedForm | None = None, *, status: int = 200, refusal: HarbourError | None = None
    ) -> HttpResponse:
        read_many(self.request, self.rows, purpose="team", about=self.child)
        corrected = {one.corrects_id for one in self.rows}
        now = [(one, self._forms(one, bound)) for one in self.rows if one.ended_at is None]
        is_add = isinstance(bound, PersonForm) and not isinstance(bound, CorrectPersonForm)
        adding = bound if is_add else PersonForm(among=self.offered, initial={"deed": ADD}) if self.offered else None
        there = [adding, *(form for _, forms in now for form in forms.values())]
        context = record_frame(self.request, self.child, "plans") | {
            "team": now,
            "former": [(one, one.pk in corrected) for one in self.rows if one.ended_at is not None],
            "keeps": bool(self.kept),
            "adding": adding,
            "bound": [bound] if bound else [],
            "refusal": refusal,
            "lost": as_typed(bound) if bound and bound not in there else [],
            "here": self.request.path,
            "has_errors": bool(bound and bound.errors),
        }
        return render(self.request, "plans/team.html", context, status=status)

    def _forms(self, person: Professional, bound: DeedForm | None) -> Mapping[str, DeedForm]:
        """What can be done with somebody: the form that was sent and not taken, else an empty one."""
        if not self._keeps(person):
            return {}
        sent = bound if bound is not None and str(bound.data.get("who", "")) == str(person.pk) else None
        correct = (
            sent
            if isinstance(sent, CorrectPersonForm)
            else CorrectPersonForm(
                person=person, among=self.offered, auto_id=_id(CORRECT, person), initial={"deed": CORRECT}
            )
        )
        left = (
            sent
            if isinstance(sent, LeftForm)
            else LeftForm(auto_id=_id(LEFT, person), initial={"deed": LEFT, "who": person.pk})
        )
        return {"correct": correct, "left": left}


def _id(deed: str, person: Professional) -> str:
    return f"{deed}_{person.pk}_%s"
