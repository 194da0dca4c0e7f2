"""What did others save since a page was shown? And what all that leads do has in common."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from safeguarding.accounts.models import User
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern, Decision
from safeguarding.concerns.services.notes import write_note
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import ChangedSince

# The purposes of the events of a link that was taken back, of a question to the reporter, and of a duty that a lead
# asks of them.
TAKEN_BACK, ASKED, ASKED_OF_DUTY = "taken back", "asked the reporter", "duty"

# What somebody did, as the other lead reads it. Each of these counts the concern's revision up by one, but for what
# Harbour asks by itself: it reminds and chases, and changes nothing.
_SAVED: dict[str, str] = {
    Verb.CREATE: "finished the account",
    Verb.ACKNOWLEDGE: "opened this concern",
    Verb.DECIDE: "saved a decision",
    Verb.CLOSE: "closed this concern",
    Verb.REOPEN: "opened this concern again",
    Verb.ADD: "added to this concern",
    Verb.ASK: "asked the reporter",
    Verb.ASSIGN: "gave somebody an action",
    ConcernVerb.COMPLETE: "marked an action done",
    Verb.CHANGE: "changed this concern",
    Verb.LINK: "said who a child is",
    Verb.RESTRICT: "changed who sees this concern",
    ConcernVerb.PROPOSE: "proposed to mark this as entered in error, or to put it back",
    Verb.CONFIRM: "confirmed what was proposed about an entry in error",
    ConcernVerb.REFUSE: "refused what was proposed about an entry in error",
    ConcernVerb.TAKE_BACK: "took back what was proposed about an entry in error",
}
_COUNTED = Q(verb__in=_SAVED) & (~Q(verb=Verb.ASK) | Q(purpose__in=(ASKED, ASKED_OF_DUTY)))


@dataclass(frozen=True)
class Change:
    """Something that somebody else saved meanwhile: who, what (the end of a sentence), when, and the decision if it was
    one.

    `by` is None for what Harbour did by itself.
    """

    by: User | None
    what: str
    at: datetime
    decision: Decision | None = None

    @property
    def who(self) -> str:
        return self.by.full_name if self.by else "Harbour"


@transaction.atomic
def changed_since(*, concern: Concern, seen: int, by: User) -> list[Change]:
    """What others saved after the page with revision `seen` was shown, newest first.

    Locks the concern until the transaction ends: nobody comes in between this answer and what `by` saves next. What
    `by` saved in another window is no surprise, and a double click is not a second lead. Read from the events, of which
    every revision wrote one.
    """
    now = lock(concern.pk)
    if now.revision <= seen:
        return []
    about = [
        now.pk,
        *(key for part in (now.actions, now.children, now.errors) for key in part.values_list("pk", flat=True)),
    ]
    events = Event.objects.filter(_COUNTED, object_id__in=about).order_by("-at")[: now.revision - seen]
    others = [event for event in events if event.actor_id != by.pk]
    people = User.objects.in_bulk({event.actor_id for event in others if event.actor_id})
    decisions = iter(now.decisions.order_by("-decided_at").select_related("decided_by"))
    return [
        Change(
            by=people[event.actor_id] if event.actor_id else None,
            what=_said_of(event),
            at=event.at,
            decision=next((d for d in decisions if d.decided_by_id == event.actor_id), None)
            if event.verb == Verb.DECIDE
            else None,
        )
        for event in others
    ]


def _said_of(event: Event) -> str:
    if event.purpose == TAKEN_BACK:
        return "took back who a child is"
    if event.actor_id is None and event.verb == Verb.ASSIGN:
        # From a lead who is away to who acts for them.
        return "moved an action"
    return _SAVED[event.verb]


def ensure_unchanged(concern: Concern, seen: int, by: User) -> Concern:
    """The concern as it stands, locked. Raises `ChangedSince` when somebody else saved after the page was shown."""
    if changes := changed_since(concern=concern, seen=seen, by=by):
        last = changes[0]
        raise ChangedSince(f"{last.who} {last.what} while you were writing. Open it again to see what changed.")
    return Concern.objects.get(pk=concern.pk)


def lock(concern_id: UUID) -> Concern:
    """The concern as it stands, locked until the transaction ends."""
    return Concern.objects.select_for_update().get(pk=concern_id)


def touch(concern: Concern) -> None:
    concern = lock(concern.pk)
    concern.revision += 1
    concern.save(update_fields=["revision"])


def note_former_title(concern: Concern, *, by: User, at: datetime) -> None:
    """The title on lists is about to be another one. What colleagues knew the concern by stays with it, as a note."""
    if concern.title:
        write_note(concern, f"Short title until now: “{concern.title}”.", by=by, at=at)
