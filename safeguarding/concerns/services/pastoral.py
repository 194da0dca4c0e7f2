"""Write pastoral notes and support plans, do and review what they say, and take a note further when it is a concern."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild, PastoralNote, StepUp, SupportPlan, SupportStep
from safeguarding.concerns.permissions import may_write_pastoral
from safeguarding.concerns.services.deciding.rulings import day_problem
from safeguarding.concerns.services.drafts import save_draft, was_discarded
from safeguarding.concerns.services.raising import sent_as
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token, uuid7

WRITERS = "Only safeguarding leads, and pastoral staff who were given access to this child, write here."
K = PastoralNote.Kind


def _ensure_writes(by: User, child: Child) -> None:
    if not may_write_pastoral(by, child):
        raise NotAllowed(WRITERS)


@transaction.atomic
def write_note(
    *,
    child: Child,
    token: UUID,
    kind: str,
    happened_on: date,
    text: str,
    by: User,
    plan: SupportPlan | None = None,
    at: datetime | None = None,
) -> PastoralNote:
    """A note about a child. The same form with the same words again is one note. Raises `NotAllowed`, `BadInput`."""
    _ensure_writes(by, child)
    at = at or timezone.now()
    if not text.strip():
        raise BadInput("Write the note before you save it.")
    if kind not in K:
        raise BadInput("Choose what kind of note it is.")
    if happened_on > timezone.localdate(at):
        raise BadInput("When it was must be today or in the past.")
    note, made = PastoralNote.objects.get_or_create(
        token=entry_token(token, kind, happened_on, text),
        author=by,
        defaults={
            "child": child,
            "school_id": child.school_id,
            "plan": plan,
            "kind": kind,
            "happened_on": happened_on,
            "text": text.strip(),
            "written_at": at,
        },
    )
    if made:
        record(Verb.CREATE, note, by=by)
    return note


@transaction.atomic
def make_plan(
    *, child: Child, token: UUID, aims: str, starts_on: date, review_on: date, by: User, at: datetime | None = None
) -> SupportPlan:
    """A support plan. Raises `NotAllowed`, `BadInput`."""
    _ensure_writes(by, child)
    at = at or timezone.now()
    if not aims.strip():
        raise BadInput("Write what the plan is to achieve.")
    if problem := review_problem(starts_on, review_on, today=timezone.localdate(at)):
        raise BadInput(problem)
    plan, made = SupportPlan.objects.get_or_create(
        token=entry_token(token, aims, starts_on, review_on),
        author=by,
        defaults={
            "child": child,
            "school_id": child.school_id,
            "aims": aims.strip(),
            "starts_on": starts_on,
            "review_on": review_on,
            "written_at": at,
        },
    )
    if made:
        record(Verb.CREATE, plan, by=by)
    return plan


def review_problem(starts_on: date, review_on: date, *, today: date) -> str:
    """Why a plan cannot be reviewed on this day, as a sentence; empty when it can."""
    if review_on < starts_on:
        return "Review on must be after the first day."
    return day_problem("Review on", review_on, today=today)


@transaction.atomic
def add_step(
    *, plan: SupportPlan, token: UUID, what: str, who: str, due_on: date, by: User, at: datetime | None = None
) -> SupportStep:
    """One more thing of the plan. Adding takes nothing away, so it asks for no revision."""
    now, at = _open_plan(plan, by), at or timezone.now()
    if not what.strip() or not who.strip():
        raise BadInput("Say what is done and who does it.")
    if problem := day_problem("By", due_on, today=timezone.localdate(at)):
        raise BadInput(problem)
    step, made = SupportStep.objects.get_or_create(
        token=entry_token(token, what, who, due_on),
        author=by,
        defaults={
            "plan": now,
            "child_id": now.child_id,
            "school_id": now.school_id,
            "what": what.strip(),
            "who": who.strip(),
            "due_on": due_on,
            "written_at": at,
        },
    )
    if made:
        _save(now)
        record(Verb.ADD, now, by=by, purpose="step")
    return step


@transaction.atomic
def finish_step(*, step: SupportStep, by: User, at: datetime | None = None) -> SupportStep:
    """It was done. Said twice, by whomever, it is said once."""
    plan = _open_plan(step.plan, by)
    locked = SupportStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if locked.done_at is None:
        locked.done_at, locked.done_by = at or timezone.now(), by
        locked.save(update_fields=["done_at", "done_by"])
        _save(plan)
        record(ConcernVerb.COMPLETE, locked, by=by)
    return locked


@transaction.atomic
def review_plan(
    *, plan: SupportPlan, seen: int, token: UUID, text: str, review_on: date, by: User, at: datetime | None = None
) -> SupportPlan:
    """How it goes, as a note, and when it is looked at next. Raises `ChangedSince` when somebody else saved first."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    there = PastoralNote.objects.filter(token=entry_token(token, K.REVIEW, today, text), author=by).exists()
    now = _open_plan(plan, by, seen=None if there else seen)
    if there and now.review_on == review_on:
        return now
    if problem := review_problem(now.starts_on, review_on, today=today):
        raise BadInput(problem)
    write_note(child=now.child, token=token, kind=K.REVIEW, happened_on=today, text=text, plan=now, by=by, at=at)
    now.review_on = review_on
    _save(now, "review_on")
    record(Verb.REVIEW, now, by=by)
    return now


@transaction.atomic
def end_plan(*, plan: SupportPlan, seen: int, outcome: str, by: User, at: datetime | None = None) -> SupportPlan:
    """The plan has ended, with what came of it. The same again changes nothing. Raises `ChangedSince`, `OutOfTurn`."""
    _ensure_writes(by, plan.child)
    if not outcome.strip():
        raise BadInput("Say what came of the plan.")
    locked = SupportPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if (locked.ended_by_id, locked.outcome) == (by.pk, outcome.strip()):
        return locked
    now = _open_plan(plan, by, seen=seen)
    now.ended_at, now.ended_by, now.outcome = at or timezone.now(), by, outcome.strip()
    _save(now, "ended_at", "ended_by", "outcome")
    record(Verb.CLOSE, now, by=by)
    return now


def _open_plan(plan: SupportPlan, by: User, *, seen: int | None = None) -> SupportPlan:
    """The plan, locked, for somebody who may write on it while it lasts. `seen`: the revision on their page."""
    _ensure_writes(by, plan.child)
    now = SupportPlan.objects.select_for_update(of=("self",)).select_related("child").get(pk=plan.pk)
    if now.ended_at is not None:
        raise OutOfTurn("This plan has ended. Begin another one.")
    if seen is not None and now.revision != seen:
        raise ChangedSince("Somebody changed this plan while you were writing. Look at it below, then save again.")
    return now


def _save(plan: SupportPlan, *changed: str) -> None:
    plan.revision += 1
    plan.save(update_fields=[*changed, "revision"])


@transaction.atomic
def take_further(*, note: PastoralNote, by: User, at: datetime | None = None) -> UUID:
    """Begin the log form with the words of the note and its child. Returns the form's token: again, the same form.

    The note stays as it is. A draft that was thrown away begins again.
    """
    at = at or timezone.now()
    taken, made = StepUp.objects.get_or_create(
        note=note,
        author=by,
        defaults={"token": uuid7(), "child_id": note.child_id, "school_id": note.school_id, "written_at": at},
    )
    if made or was_discarded(taken.token, by=by):
        save_draft(token=taken.token, school_id=note.school_id, content=_words(note), author_id=by.pk, at=at)
        record(Verb.LINK, note, by=by, purpose="taken further")
    return taken.token


def _words(note: PastoralNote) -> dict[str, list[str]]:
    """As somebody would have typed it on the form. Whoever sends it says the rest: how soon, what kind."""
    day, child = note.happened_on, str(note.child_id)
    return {
        "facts": [note.text],
        "who": [child],
        f"{child}-role": [ConcernChild.Role.WORRIED_ABOUT.value],
        "observed_on_day": [str(day.day)],
        "observed_on_month": [str(day.month)],
        "observed_on_year": [str(day.year)],
    }


def taken_to(note: PastoralNote, see: Callable[[Any], Any], *, reader: User) -> list[dict[str, Any]]:
    """What became of a note: who took it further, and the concern or one's own report, as far as the reader sees them.

    Of a form that somebody else has begun, and of a concern that is not the reader's to see, nothing is said.
    """
    rows = list(see(StepUp).filter(note=note).select_related("author").order_by("written_at", "pk"))
    tokens = [row.token for row in rows]
    concerns = {c.token: c for c in see(Concern).filter(token__in=tokens)} if rows else {}
    return [
        {
            "row": row,
            "concern": concerns.get(row.token),
            "report": sent_as(row.token, by=reader) if row.author_id == reader.pk else None,
        }
        for row in rows
        if row.token in concerns or row.author_id == reader.pk
    ]


def came_from(concern: Concern, see: Callable[[Any], Any]) -> list[StepUp]:
    """The notes from which a concern was logged, as far as the reader sees them."""
    return list(see(StepUp).filter(token=concern.token).select_related("note", "note__author"))
