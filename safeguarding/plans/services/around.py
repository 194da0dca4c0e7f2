"""Say who from outside works with a plan, and attach files to its steps."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.plans.models import Episode, PlanFile, Professional, Step
from safeguarding.plans.permissions import ensure_keeps_record
from safeguarding.uploads.services.keeping import Attached, Upload, keep, seal_all

from .checking import Problems, past_day, raise_first
from .stepping import ensure_of


def professional_problems(role: str, name: str) -> Problems:
    """Field to sentence, without its full stop. Empty when somebody can be added."""
    found = {}
    if role not in Professional.Role:
        found["role"] = "Choose the role"
    if not name.strip():
        found["name"] = "Enter the name"
    return found


@transaction.atomic
def add_professional(
    *,
    episode: Episode,
    token: UUID,
    role: str,
    name: str,
    by: User,
    organisation: str = "",
    telephone: str = "",
    email: str = "",
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Professional:
    """Somebody from outside who works with the child under this plan. The same form again is one.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    ensure_keeps_record(by, episode)
    if Episode.objects.get(pk=episode.pk).status != Episode.Status.OPEN:
        raise OutOfTurn("This plan has ended. Open it again first.")
    raise_first(professional_problems(role, name))
    said = {"name": name, "organisation": organisation, "telephone": telephone, "email": email}
    made, is_new = Professional.objects.get_or_create(
        token=entry_token(token, episode.pk, role, *said.values(), starts_on),
        defaults={
            "episode": episode,
            "child_id": episode.child_id,
            "school_id": episode.school_id,
            "area": episode.area,
            "role": role,
            "starts_on": starts_on,
            "author": by,
            "written_at": at or timezone.now(),
            **{field: text.strip() for field, text in said.items()},
        },
    )
    if is_new:
        record(Verb.ADD, made, by=by)
    return made


@transaction.atomic
def end_professional(
    *, professional: Professional, ends_on: date | None, by: User, at: datetime | None = None
) -> Professional:
    """Somebody else has taken over, or nobody. The same again changes nothing.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    ensure_keeps_record(by, professional)
    now = Professional.objects.select_for_update(of=("self",)).get(pk=professional.pk)
    at = at or timezone.now()
    # Who is said to have left is told of no more: one who is still to leave is somebody to ring.
    raise_first(past_day("ends_on", "Last day", ends_on, today=timezone.localdate(at)))
    if now.starts_on and ends_on < now.starts_on:
        raise BadInput("Last day must be on the first day, or later.")
    if now.ended_at and now.ends_on != ends_on:
        raise OutOfTurn("This has ended already.")
    if not now.ended_at:
        now.ends_on, now.ended_at, now.ended_by = ends_on, at, by
        now.save(update_fields=["ends_on", "ended_at", "ended_by"])
        record(Verb.CLOSE, now, by=by)
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
