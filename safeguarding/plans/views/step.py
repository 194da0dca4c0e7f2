"""One date of a plan: when it is due and why, what was booked, what came of it, and what can be done with it."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from children.panels import record_frame
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.accounts.services import open_notices
from safeguarding.audit.protection import who_sees
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.models import Meeting
from safeguarding.concerns.views.mentioning import whole_about
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.plans.forms.columns import DeedForm
from safeguarding.plans.forms.steps import (
    AsideForm,
    BackForm,
    BookForm,
    ChaseForm,
    CorrectStepForm,
    HoldForm,
    NoteForm,
    PlanFilesForm,
    TakeBackForm,
)
from safeguarding.plans.models import Episode, PlanFile, Step, StepNote
from safeguarding.plans.permissions import MEETS, keepers, may_keep, may_write
from safeguarding.plans.services import around, overlaps, steps
from safeguarding.plans.services.owning import may_own
from safeguarding.refused_forms import on_top
from safeguarding.unsaved import waits_unsent
from safeguarding.uploads.views import say

from . import outcomes
from .deeds import Deed, asked, lost, offered
from .reading import MOST, adoption_behind, facts_of, people_of, row_of, steps_of, words_of

SS = Step.Status


def _book(step: Step, form: BookForm, by: User) -> object:
    given = form.cleaned_data
    facts = {name: given[name] for name in ("seen", "booked_on", "booked_time", "place", "owner")}
    return steps.book_step(step=step, by=by, **facts)


def _hold(step: Step, form: HoldForm, by: User) -> object:
    given = form.cleaned_data
    return steps.hold_step(
        step=step, seen=given["seen"], held_on=given["held_on"], columns=form.columns(), words=form.words(), by=by
    )


def _correct(step: Step, form: CorrectStepForm, by: User) -> object:
    given = form.cleaned_data
    facts = {name: given[name] for name in ("seen", "token", "reason", "held_on")}
    return steps.correct_step(step=step, columns=form.columns(), by=by, **facts)


def _back(step: Step, form: BackForm, by: User) -> object:
    given = form.cleaned_data
    return steps.say_back(step=step, seen=given["seen"], back_on=given["back_on"], by=by)


def _chase(step: Step, form: ChaseForm, by: User) -> object:
    facts = {name: form.cleaned_data[name] for name in ("token", "happened_on", "text")}
    return steps.chase_step(step=step, by=by, **facts)


def _set_aside(step: Step, form: AsideForm, by: User) -> object:
    given = form.cleaned_data
    return steps.set_aside_step(step=step, seen=given["seen"], reason=given["aside_reason"], by=by)


def _note(step: Step, form: NoteForm, by: User) -> object:
    return steps.note_step(step=step, token=form.cleaned_data["token"], text=form.cleaned_data["note"], by=by)


def _booking(step: Step) -> str:
    return "Change the booking" if step.booked_on else "Book a day for it"


def _is(state: str) -> Any:
    return lambda step: step.status == state and step.episode.status == Episode.Status.OPEN


DEEDS: dict[str, Deed[Step]] = {
    deed.key: deed
    for deed in (
        Deed(
            "hold",
            HoldForm,
            "Record that it was held",
            "Save what came of it",
            "On the record. What follows from it waits now.",
            _hold,
            _is(SS.WAITING),
        ),
        Deed(
            "back",
            BackForm,
            "The child is back",
            "Save the day",
            "On the record. The return interview waits now, counted from that day.",
            _back,
            lambda step: step.is_still_missing,
        ),
        Deed("book", BookForm, _booking, "Save", "Booked.", _book, _is(SS.WAITING)),
        Deed("chase", ChaseForm, "Record that you chased it", "Save", "Saved with the date.", _chase, _is(SS.WAITING)),
        Deed(
            "correct",
            CorrectStepForm,
            "Correct it",
            "Save the correction",
            "Corrected. What is counted from it has been counted again.",
            _correct,
            lambda step: step.status == SS.HELD,
        ),
        Deed("note", NoteForm, "Add a note", "Save note", "Note saved.", _note, lambda step: True),
        Deed("set_aside", AsideForm, "Set it aside", "Set it aside", "Set aside.", _set_aside, _is(SS.WAITING)),
        Deed(
            "take_back",
            TakeBackForm,
            "It is to be held after all",
            "Let it wait again",
            "It waits again.",
            lambda step, form, by: steps.take_back_step(step=step, seen=form.cleaned_data["seen"], by=by),
            _is(SS.SET_ASIDE),
        ),
    )
} | outcomes.DEEDS
# Said where a step that was held is not counted.
_NOT_COUNTED = "On the record, and not counted: the date that it would answer still waits."


@waits_unsent(HoldForm, BackForm, BookForm, ChaseForm, CorrectStepForm, NoteForm, AsideForm, *outcomes.FORMS)
@anyone_signed_in
def plan_step(request: Request, step_id: UUID) -> HttpResponse:
    """One date. Each form of the page is sent here, and says what is to be done."""
    found = _read(request, step_id)
    if request.method != "POST":
        open_notices(user=request.user, object_id=found.pk)
        return _page(request, found)
    _ensure_keeps(request, found)
    deed = asked(request, DEEDS)
    if deed is None:
        return _page(request, found, status=422)
    about: dict[str, Any] = {"people": may_own(request.user, found)} if deed.form is BookForm else {}
    form = deed.made(request.POST, step=found, **about)
    if not whole_about(request, form, found.child):
        return _page(request, found, {deed.key: form}, status=422)
    request.again = partial(_refused, request, step_id, {deed.key: form})
    done = deed.do(found, form, request.user)
    is_counted = not isinstance(done, Step) or not done.not_counted
    messages.success(request, deed.after if is_counted else _NOT_COUNTED)
    if isinstance(done, Episode):
        return redirect("episode", done.pk)
    # One that is not counted is a step of its own.
    return redirect("plan_step", done.pk if isinstance(done, Step) else step_id)


@takes_files
@require_POST
@anyone_signed_in
def attach_to_plan(request: Request, step_id: UUID) -> HttpResponse:
    """Put files on a date."""
    found = _read(request, step_id)
    _ensure_keeps(request, found)
    form = PlanFilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, files_form=form, status=422)
    given = form.cleaned_data
    facts = {name: given[name] for name in ("token", "what", "dated")}
    say(request, around.attach_to_step(step=found, uploads=given["chosen"], by=request.user, **facts))
    return redirect(f"{reverse('plan_step', args=[step_id])}#files")


def _read(request: Request, step_id: UUID) -> Step:
    rows = visible(request, Step).select_related(
        "episode", "child", "rule", "owner", "after", "author", "held_by", "set_aside_by"
    )
    found = read_one(request, rows, pk=step_id)
    request.nav = "children"
    return found


def _ensure_keeps(request: Request, found: Step) -> None:
    if not may_keep(request.user, found):
        raise NotAllowed(keepers(found.area))
    if not may_write(request.user, found):
        raise NotAllowed(MEETS)


def _refused(request: Request, step_id: UUID, bound: dict[str, DeedForm], refusal: HarbourError) -> HttpResponse:
    """The date as it stands now, and what was typed, to be saved on top of it."""
    found = _read(request, step_id)
    for form in bound.values():
        on_top(form, found.revision)
    return _page(request, found, bound, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    found: Step,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
    files_form: PlanFilesForm | None = None,
) -> HttpResponse:
    bound, keeps, child = bound or {}, may_write(request.user, found), found.child
    about = {"step": found}
    people = may_own(request.user, found) if keeps and found.status == SS.WAITING else []
    owner = found.owner if found.status == SS.WAITING else None
    # What a meeting about a concern says is said there; what follows from it is done here.
    deeds = outcomes.DEEDS if found.meeting_id else DEEDS
    there = offered(found, deeds.values(), bound, **about, people=people) if keeps else {}
    notes = visible(request, StepNote).filter(step=found).select_related("author").order_by("-written_at", "-pk")
    files = visible(request, PlanFile).filter(step=found).select_related("author").order_by("-attached_at", "-pk")
    context = record_frame(request, child, "plans") | {
        "step": found,
        "row": row_of(found, found.episode, today=timezone.localdate(), on_roll=child.is_on_roll),
        # What is hidden from who sees to it by now they are not told of either (`services/reminders.py`).
        "owner_not_told": owner is not None and not who_sees(found, [owner.pk]),
        "warning": overlaps.of_day(found.held_on or found.booked_on),
        "facts": facts_of(found),
        "adoption": adoption_behind(request, found),
        "said": words_of(found, _words(found)),
        "follows": list(steps_of(request, [found.episode_id]).filter(after=found)[:MOST]),
        "notes": read_many(request, notes[:MOST], purpose="date of a plan", about=child),
        "files": list(files[:MOST]),
        "attach_form": (files_form or PlanFilesForm()) if keeps and not found.meeting_id else None,
        "meeting": visible(request, Meeting).filter(pk=found.meeting_id).first() if found.meeting_id else None,
        "may_withhold": keeps,
        "people": people_of(request, found.episode),
        "deeds": there,
        # What it waits for stands open.
        "first": there.get("hold") or there.get("back"),
        "follow": outcomes.follow_context(found, there),
        "bound": [*bound.values(), *([files_form] if files_form else [])],
        "refusal": refusal,
        "lost": lost(bound, there) if refusal else [],
        "here": request.path,
        "has_errors": any(form.errors for form in [*bound.values(), *([files_form] if files_form else [])]),
    }
    return render(request, "plans/step.html", context, status=status)


def _words(step: Step) -> list[str]:
    """The words of a date; what the child said stands apart."""
    return [name for name in dict.fromkeys((*step.of_kind.words, "why_late", "aside_reason")) if name != "voice"]
