"""What every service of dates asks first: is it open to this person, is it still as the page showed it?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure_works_at
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Meeting
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.permissions import ensure_keeps_record

from .dates import owed_by

SS = Step.Status
CHANGED = "Somebody changed this while you were writing. Look at it below, then save again."
OF_MEETING = "This is a meeting about a concern. Open the meeting, and say it there."


def new_step(episode: Episode, token: UUID, kind: str, *, owner: User | None, by: User, at: datetime) -> Step:
    step, made = Step.objects.get_or_create(
        token=token,
        defaults={
            "episode": episode,
            "child_id": episode.child_id,
            "school_id": episode.school_id,
            "area": episode.area,
            "kind": kind,
            "duty": owed_by(episode, kind),
            "author": by,
            "written_at": at,
        },
    )
    if owner is not None:
        ensure_may_own(owner, step, at)
        step.owner = owner
        step.save(update_fields=["owner"])
    if made:
        record(Verb.CREATE, step, by=by)
    return step


def done_already(
    step: Step, by: User, status: str, said: Mapping[str, Any], meeting: Meeting | None = None
) -> Step | None:
    """The step, locked, where it stands as the form says: the second of two clicks waits here for the first."""
    ensure_keeps_record(by, step)
    there = locked(step, meeting)
    is_done = there.status == status and all(getattr(there, name) == value for name, value in said.items())
    return there if is_done else None


def ensure_may_own(owner: User, step: Step, at: datetime) -> None:
    """Raise `BadInput` for somebody who does not work there, or may not see the step."""
    ensure_works_at(owner, step.school_id, timezone.localdate(at))
    if not who_sees(step, [owner.pk]):
        raise BadInput(f"{owner.full_name} cannot be given this. Choose somebody else.")


def episode_open(episode: Episode, by: User) -> Episode:
    """The episode, for somebody who keeps it, locked: steps are added while it lasts."""
    ensure_keeps_record(by, episode)
    now = Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk)
    if now.status != Episode.Status.OPEN:
        raise OutOfTurn("This plan has ended. Open it again first.")
    return now


def open_step(step: Step, by: User, *, seen: int | None = None, meeting: Meeting | None = None) -> Step:
    """The step, locked, for somebody who keeps it while it waits. `seen`: the revision on their page."""
    ensure_keeps_record(by, step)
    now = locked(step, meeting)
    if now.status != SS.WAITING:
        raise OutOfTurn("This date has been dealt with already. Open it again to see how it stands.")
    if seen is not None:
        ensure_seen(now, seen)
    return now


def locked(step: Step, meeting: Meeting | None = None) -> Step:
    """The step as it is now, locked after its episode: of two people at work in one, the second waits. One that is a
    meeting about a concern is changed by that `meeting` alone, or raises `OutOfTurn`.
    """
    Episode.objects.select_for_update(of=("self",)).get(pk=step.episode_id)
    now = Step.objects.select_for_update(of=("self",)).select_related("episode").get(pk=step.pk)
    ensure_of(now, meeting)
    return now


def ensure_of(step: Step, meeting: Meeting | None = None) -> None:
    """Raise `OutOfTurn` for a step that is another meeting, or none where one is said."""
    if step.meeting_id != (meeting.pk if meeting else None):
        raise OutOfTurn(OF_MEETING)


def ensure_seen(step: Step, seen: int) -> None:
    if step.revision != seen:
        raise ChangedSince(CHANGED)


def save_step(step: Step, *changed: str) -> None:
    step.revision += 1
    step.save(update_fields=[*changed, "revision"])
