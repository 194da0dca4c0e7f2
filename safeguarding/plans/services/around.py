"""Say who from outside works with a child, and attach files to the steps of a plan."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import Episode, PlanFile, Professional, Step
from safeguarding.plans.permissions import (
    areas_kept,
    ensure_keeps_areas,
    ensure_keeps_person,
    ensure_keeps_record,
    may_keep_person,
)
from safeguarding.uploads.services.keeping import Attached, Upload, keep, seal_all

from .checking import Problems, past_day, raise_first
from .stepping import ensure_of
from .team import newest


def professional_problems(role: str, name: str, areas: Collection[str]) -> Problems:
    """Field to sentence, without its full stop. Empty when somebody can be added."""
    found = {}
    if role not in Professional.Role:
        found["role"] = "Choose the role"
    if not name.strip():
        found["name"] = "Enter the name"
    if not areas:
        found["areas"] = "Choose what this person works with the child on"
    elif Area.ADOPTION in areas and len(areas) > 1:
        found["areas"] = "Enter who works on the adoption for the adoption alone"
    return found


@transaction.atomic
def add_professional(
    *,
    episode: Episode,
    token: UUID,
    role: str,
    name: str,
    by: User,
    areas: Collection[str] = (),
    organisation: str = "",
    telephone: str = "",
    email: str = "",
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Professional:
    """Somebody from outside who works with the child, entered with this plan. The same form again is one.

    `areas` are those in which they do; empty: that of the plan. A new social worker ends the former ones whom `by` sees
    and keeps. Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at, some = at or timezone.now(), _in_order({episode.area, *areas})
    ensure_keeps_record(by, episode)
    ensure_keeps_areas(by, some, episode.child)
    if Episode.objects.get(pk=episode.pk).status != Episode.Status.OPEN:
        raise OutOfTurn("This plan has ended. Open it again first.")
    raise_first(professional_problems(role, name, some))
    said = _stripped(name=name, organisation=organisation, telephone=telephone, email=email)
    key = entry_token(token, episode.pk, role, *said.values(), starts_on)
    if there := Professional.objects.filter(token=key).first():
        return there
    former = _former(episode, role, by)
    of = {"child_id": episode.child_id, "school_id": episode.school_id, "episode_id": episode.pk}
    made = _new(key, **of, areas=some, role=role, starts_on=starts_on, **said, author=by, written_at=at)
    for one in former:
        if not (starts_on and one.starts_on and one.starts_on > starts_on):
            _end(one, max(one.starts_on or date.min, starts_on or timezone.localdate(at)), by=by, at=at)
    return made


def _in_order(areas: Collection[str]) -> list[str]:
    return [str(area) for area in Area if area in areas]


def _stripped(**said: str) -> dict[str, str]:
    return {field: text.strip() for field, text in said.items()}


def _former(episode: Episode, role: str, by: User) -> list[Professional]:
    """The social workers whom a new one follows: those whom `by` sees and keeps, locked. Who works on an adoption
    follows nobody who works on something else.
    """
    if role != Professional.Role.SOCIAL_WORKER:
        return []
    rows = Professional.objects.visible_to(by).filter(child=episode.child_id, role=role, ended_at=None)
    found = rows.select_for_update(of=("self",)).order_by("pk")
    apart = episode.area == Area.ADOPTION
    return [one for one in found if may_keep_person(by, one) and (Area.ADOPTION in one.areas) == apart]


def _new(token: UUID, **facts: Any) -> Professional:
    made, is_new = Professional.objects.get_or_create(token=token, defaults=facts)
    if is_new:
        record(Verb.ADD, made, by=facts["author"])
    return made


def _end(professional: Professional, ends_on: date, *, by: User, at: datetime) -> None:
    professional.ends_on, professional.ended_at, professional.ended_by = ends_on, at, by
    professional.save(update_fields=["ends_on", "ended_at", "ended_by"])
    record(Verb.CLOSE, professional, by=by)


@transaction.atomic
def correct_professional(
    *,
    professional: Professional,
    token: UUID,
    role: str,
    name: str,
    by: User,
    areas: Collection[str],
    organisation: str = "",
    telephone: str = "",
    email: str = "",
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Professional:
    """A new row in the place of one that was wrong, with the plan that it was entered with: what is sealed stays as it
    was, and the former row ends. The same form again, or nothing new, changes nothing.

    Who keeps one of the areas may do it; of the others none is added or taken away. Raises `NotAllowed`, `BadInput`,
    `OutOfTurn`.
    """
    at = at or timezone.now()
    ensure_keeps_person(by, professional)
    now = Professional.objects.select_for_update(of=("self",)).get(pk=professional.pk)
    kept = areas_kept(by, now.child)
    some = _in_order(({*areas} & kept) | ({*now.areas} - kept))
    raise_first(professional_problems(role, name, some))
    said = _stripped(name=name, organisation=organisation, telephone=telephone, email=email)
    facts = {"role": role, "areas": some, "starts_on": starts_on, **said}
    key = entry_token(token, now.pk, *facts.values())
    if there := Professional.objects.filter(token=key).first():
        return there
    if now.ended_at:
        raise OutOfTurn("Somebody has corrected this, or said that they have left. Look at the list again.")
    if all(getattr(now, name) == value for name, value in facts.items()):
        return now
    _end(now, max(now.starts_on or date.min, timezone.localdate(at)), by=by, at=at)
    of = {"child_id": now.child_id, "school_id": now.school_id, "episode_id": now.episode_id}
    return _new(key, **of, corrects_id=now.pk, **facts, author=by, written_at=at)


@transaction.atomic
def name_social_worker(
    *, episode: Episode, token: UUID, name: str, telephone: str, by: User, at: datetime | None = None
) -> Professional:
    """The social worker, as the form of a plan says. One whom `by` keeps by that name and number already works on this
    plan too; another follows the former one on everything that `by` keeps.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    rows = Professional.objects.visible_to(by).filter(child=episode.child_id, ended_at=None)
    kept = [one for one in rows if may_keep_person(by, one) and Area.ADOPTION not in one.areas]
    there = newest(kept)
    facts: dict[str, Any] = {"token": token, "by": by, "at": at, "name": name.strip(), "telephone": telephone.strip()}
    if there is None or (there.name, there.telephone) != (facts["name"], facts["telephone"]):
        areas = {*there.areas} & areas_kept(by, episode.child) if there else set()
        return add_professional(episode=episode, role=Professional.Role.SOCIAL_WORKER, areas=areas, **facts)
    facts |= {one: getattr(there, one) for one in ("role", "organisation", "email", "starts_on")}
    return correct_professional(professional=there, areas={*there.areas, episode.area}, **facts)


@transaction.atomic
def end_professional(
    *, professional: Professional, ends_on: date | None, by: User, at: datetime | None = None
) -> Professional:
    """Somebody else has taken over, or nobody. The same again changes nothing.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    ensure_keeps_person(by, professional)
    now = Professional.objects.select_for_update(of=("self",)).get(pk=professional.pk)
    at = at or timezone.now()
    # Who is said to have left is told of no more: one who is still to leave is somebody to ring.
    raise_first(past_day("ends_on", "Last day", ends_on, today=timezone.localdate(at)))
    assert ends_on is not None  # noqa: S101  (asked for above)
    if now.starts_on and ends_on < now.starts_on:
        raise BadInput("Last day must be on the first day, or later.")
    if now.ended_at and now.ends_on != ends_on:
        raise OutOfTurn("This has ended already.")
    if not now.ended_at:
        _end(now, ends_on, by=by, at=at)
    return now


@transaction.atomic
def attach_to_step(
    *,
    step: Step,
    token: UUID,
    uploads: Sequence[Upload],
    what: str,
    by: User,
    dated: date | None = None,
    at: datetime | None = None,
) -> Attached[PlanFile]:
    """Files of a step. What is not taken is said; the same form again attaches nothing twice.

    Raises `NotAllowed`, `BadInput`, and `OutOfTurn` for a meeting about a concern, which has its own files.
    """
    ensure_keeps_record(by, step)
    ensure_of(step)
    if what not in PlanFile.What:
        raise BadInput("Choose what kind of document it is.")
    at = at or timezone.now()
    make = partial(
        PlanFile,
        step=step,
        episode_id=step.episode_id,
        child_id=step.child_id,
        school_id=step.school_id,
        area=step.area,
        what=what,
        dated=dated,
    )
    sealed = seal_all(uploads, make=make, token=token, by=by, at=at)
    locked = Step.objects.select_for_update(of=("self",)).get(pk=step.pk)
    found = keep(sealed, by=by)
    if found.is_news:
        record(Verb.ADD, locked, by=by, purpose="files")
    return found
