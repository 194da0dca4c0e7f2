"""Act on several concerns at once.

Each goes through every rule by itself; what was not done is said, with the reason.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernNote
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.deciding import add_action, day_problem
from safeguarding.concerns.services.deciding.changes import ensure_unchanged, lock
from safeguarding.concerns.services.notes import write_note
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, HarbourError, OutOfTurn
from safeguarding.keys import entry_token

# As many as somebody can look over before they press the button.
MOST = 50


@dataclass(frozen=True)
class Outcome:
    """What became of one concern: done, or why not."""

    concern: Concern
    done: bool
    sentence: str

    @property
    def is_refused(self) -> bool:
        return not self.done


@transaction.atomic
def set_review(
    *, concern: Concern, seen: int, token: UUID, review_on: date, reason: str, by: User, at: datetime | None = None
) -> Concern:
    """Look at a decided concern again on another day, with the reason as a note. The same again changes nothing.

    Raises `OutOfTurn` for a concern that waits for a decision or is closed, `BadInput` for a day past or too far off,
    `ChangedSince` when somebody else saved after the page with revision `seen` was shown.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    concern, at = lock(concern.pk), at or timezone.now()
    if not (reason := reason.strip()):
        raise BadInput("Say why it is looked at again on that day.")
    if problem := day_problem("Review on", review_on, today=timezone.localdate(at)):
        raise BadInput(problem)
    key = entry_token(token, concern.pk, review_on, reason)
    if ConcernNote.objects.filter(token=key, author=by).exists():
        return concern
    if concern.status != Concern.Status.DECIDED:
        raise OutOfTurn(
            "It is closed." if concern.status == Concern.Status.CLOSED else "It waits for a decision: decide first."
        )
    concern = ensure_unchanged(concern, seen, by)
    before = full_day(concern.review_on) if concern.review_on else "no day"
    write_note(concern, f"Review on {full_day(review_on)}. Before: {before}. {reason}", token=key, by=by, at=at)
    concern.review_on, concern.revision = review_on, concern.revision + 1
    concern.save(update_fields=["review_on", "revision"])
    record(Verb.CHANGE, concern, by=by)
    return concern


def review_all(
    *,
    concerns: Iterable[Concern],
    seen: Mapping[UUID, int],
    token: UUID,
    review_on: date,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> list[Outcome]:
    """The same day of review for each. `seen` are the revisions that the page showed."""

    def review(concern: Concern) -> None:
        given = {"token": token, "review_on": review_on, "reason": reason, "by": by, "at": at}
        set_review(concern=concern, seen=seen[concern.pk], **given)  # type: ignore[arg-type]

    return _each(concerns, review, f"Review on {full_day(review_on)}.")


def give_all(
    *,
    concerns: Iterable[Concern],
    token: UUID,
    text: str,
    owner: User,
    due_on: date,
    by: User,
    at: datetime | None = None,
) -> list[Outcome]:
    """The same to do, for one person, on each."""

    def give(concern: Concern) -> None:
        own = uuid5(token, str(concern.pk))
        add_action(concern=concern, token=own, text=text, owner=owner, due_on=due_on, by=by, at=at)

    return _each(concerns, give, f"Given to {owner.full_name}, by {full_day(due_on)}.")


def _each(concerns: Iterable[Concern], do: Callable[[Concern], None], done: str) -> list[Outcome]:
    found = []
    for concern in concerns:
        try:
            with transaction.atomic():
                do(concern)
        except HarbourError as refusal:
            found.append(Outcome(concern, False, refusal.sentence))
        else:
            found.append(Outcome(concern, True, done))
    return found
