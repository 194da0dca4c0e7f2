"""One plan or status of a child: what it is, all its dates, who works with it, and what can be done with it."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.panels import record_frame
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.views.mentioning import whole_about
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.plans.forms.columns import DeedForm
from safeguarding.plans.forms.episodes import (
    CorrectEpisodeForm,
    EndForm,
    InErrorForm,
    OpenAgainForm,
    PutBackForm,
)
from safeguarding.plans.forms.steps import AddStepForm
from safeguarding.plans.kinds import step_kinds
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.permissions import keepers, may_keep
from safeguarding.plans.services import episodes, overlaps, steps, team
from safeguarding.plans.services.deciding import LABELS
from safeguarding.plans.services.owning import may_own
from safeguarding.refused_forms import on_top
from safeguarding.unsaved import waits_unsent

from . import outcomes
from .deeds import Deed, asked, lost, offered
from .reading import MOST, Told, adoption_behind, facts_of, people_of, steps_of, told, words_of

ES = Episode.Status


def _correct(episode: Episode, form: CorrectEpisodeForm, by: User) -> object:
    return episodes.correct_episode(
        episode=episode,
        seen=form.cleaned_data["seen"],
        starts_on=form.cleaned_data["starts_on"],
        columns=form.columns(),
        words=form.words(),
        **form.decision(),
        by=by,
    )


def _end(episode: Episode, form: EndForm, by: User) -> object:
    given = form.cleaned_data
    return episodes.end_episode(
        episode=episode, seen=given["seen"], ends_on=given["ends_on"], end_reason=given["end_reason"], by=by
    )


def _add_step(episode: Episode, form: AddStepForm, by: User) -> object:
    given = form.cleaned_data
    columns, words = form.results()
    return steps.add_step(
        episode=episode,
        token=given["token"],
        kind=form.adds,
        held_on=given["held_on"],
        booked_on=given["booked_on"],
        booked_time=given["booked_time"],
        place=given["place"],
        asked_on=given.get("asked_on"),
        owner=given["owner"],
        columns=columns,
        words=words,
        by=by,
    )


def _is(*states: str) -> Any:
    return lambda episode: episode.status in states


DEEDS: dict[str, Deed[Episode]] = {
    deed.key: deed
    for deed in (
        Deed(
            "correct",
            CorrectEpisodeForm,
            "Correct it, or add what was not known",
            "Save",
            "Saved. Dates that are counted from the first day have moved with it.",
            _correct,
            _is(ES.OPEN),
        ),
        Deed(
            "end",
            EndForm,
            "It has ended",
            "End it",
            "Ended. What still waited has been set aside.",
            _end,
            _is(ES.OPEN),
        ),
        Deed(
            "open_again",
            OpenAgainForm,
            "It has not ended after all",
            "Open it again",
            "Open again. What the end had set aside waits again.",
            lambda episode, form, by: episodes.open_again(episode=episode, seen=form.cleaned_data["seen"], by=by),
            _is(ES.ENDED),
        ),
        Deed(
            "in_error",
            InErrorForm,
            "It was entered in error",
            "Enter it in error",
            "It stands as entered in error now, and nowhere else.",
            lambda episode, form, by: episodes.enter_in_error(
                episode=episode, seen=form.cleaned_data["seen"], reason=form.cleaned_data["error_reason"], by=by
            ),
            _is(ES.OPEN, ES.ENDED),
        ),
        Deed(
            "put_back",
            PutBackForm,
            "It was right after all",
            "Put it back",
            "Put back as it was.",
            lambda episode, form, by: episodes.put_back(episode=episode, by=by),
            _is(ES.ERROR),
        ),
    )
} | outcomes.DEEDS
_ADD = Deed("add_step", AddStepForm, "Add a date", "Save", "On the record.", _add_step, _is(ES.OPEN))


@waits_unsent(AddStepForm, CorrectEpisodeForm, EndForm, InErrorForm, *outcomes.FORMS)
@anyone_signed_in
def episode(request: Request, episode_id: UUID) -> HttpResponse:
    """One plan. With `?add=` the form of one more date; each form of the page is sent here."""
    with with_errors(episode_id):
        found = _read(request, episode_id)
        if request.method == "POST":
            return _take(request, found)
        return _page(request, found)


def _read(request: Request, episode_id: UUID) -> Episode:
    rows = visible(request, Episode).select_related("child", "author", "ended_by", "error_by")
    # What was entered in error is for those who may put it back.
    found = read_one(
        request, rows, pk=episode_id, also=lambda one: one.status != ES.ERROR or may_keep(request.user, one)
    )
    request.nav = "children"
    return found


def _take(request: Request, found: Episode) -> HttpResponse:
    if not may_keep(request.user, found):
        raise NotAllowed(keepers(found.area))
    deed = _ADD if request.POST.get("deed") == _ADD.key else asked(request, DEEDS)
    if deed is None or (deed is _ADD and request.POST.get("kind") not in found.of_kind.steps):
        return _page(request, found, status=422)
    about: dict[str, Any] = {"episode": found}
    if deed is _ADD:
        about |= {"kind": request.POST["kind"], "people": may_own(request.user, found)}
    form = deed.made(request.POST, **about)
    if not whole_about(request, form, found.child):
        return _page(request, found, {deed.key: form}, status=422)
    request.again = partial(_refused, request, found.pk, {deed.key: form})
    done = deed.do(found, form, request.user)
    messages.success(request, deed.after)
    if isinstance(done, Step):
        return redirect("plan_step", done.pk)
    return redirect("episode", done.pk if isinstance(done, Episode) else found.pk)


def _refused(request: Request, episode_id: UUID, bound: dict[str, DeedForm], refusal: HarbourError) -> HttpResponse:
    """The plan as it stands now, and what was typed, to be saved on top of it."""
    with with_errors(episode_id):
        found = _read(request, episode_id)
        for form in bound.values():
            on_top(form, found.revision)
        return _page(request, found, bound, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    found: Episode,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound, keeps = bound or {}, may_keep(request.user, found)
    child = found.child
    rows = read_many(request, steps_of(request, [found.pk])[:MOST], purpose="dates of a plan", about=child)
    there = offered(found, DEEDS.values(), bound, episode=found) if keeps else {}
    adding = bound.get(_ADD.key) or (_asked_to_add(request, found) if keeps else None)
    plan = _told(request, found, rows)
    context = {
        "episode": found,
        "plan": plan,
        "facts": _facts(found),
        "adoption": adoption_behind(request, found),
        "in_error": found.status == ES.ERROR,
        "people": plan.people,
        "keeps": keeps and found.status == ES.OPEN,
        "deeds": there,
        "follow": outcomes.follow_context(found, there),
        "decided_label": LABELS.get(found.kind, ""),
        "decisions": overlaps.of_decisions([found], rows),
        "kinds": step_kinds(found.kind),
        "adding": adding,
        "bound": list(bound.values()),
        "refusal": refusal,
        "lost": lost(bound, {**there, _ADD.key: adding}) if refusal else [],
        "here": request.path,
        "has_errors": any(form.errors for form in bound.values()),
    }
    # The frame and the number in the menu are those of every page: what was entered in error counts in none.
    with with_errors(""):
        frame = record_frame(request, child, "plans")
        return render(request, "plans/episode.html", frame | context, status=status)


def _told(request: Request, found: Episode, rows: Sequence[Step]) -> Told:
    """The plan with its dates, who works with the child on it, and while it is open who of them is asked first."""
    plan = told(found, rows, today=timezone.localdate(), on_roll=found.child.is_on_roll)
    plan.people = people_of(request, found)
    if found.status == ES.OPEN:
        see = partial(visible, request)
        plan.worker = team.asked_first(see, found.child_id, plan.people, [found.area])[found.area]
    return plan


def _facts(found: Episode) -> list[tuple[str, str]]:
    """What is recorded of it beside its days."""
    known = [("Local authority", found.authority_label), ("How the school knows", found.known_label)]
    return [one for one in known if one[1]] + facts_of(found) + words_of(found, found.of_kind.words)


def _asked_to_add(request: Request, found: Episode) -> Any:
    kind = request.GET.get("add", "")
    if kind not in found.of_kind.steps or found.status != ES.OPEN:
        return None
    return _ADD.made(episode=found, kind=kind, people=may_own(request.user, found))
