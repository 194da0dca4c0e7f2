"""Who may read a concern about an adult, and who may do what with it?

Read aloud: *a concern about an adult is read by the Headteacher; by the chair of governors where it is about the
Headteacher, or where no Headteacher is there to read it; a low-level one by the designated safeguarding lead too, where
the school has chosen so; and by whoever was given access to it by name. It is never seen by an adult whom it names,
whatever else is true.* Whoever raised it sees their own words for ever, and nothing else.
"""

from typing import Any
from uuid import UUID

from django.db.models import Q

from safeguarding.accounts.permissions import may
from safeguarding.adults.capabilities import AdultCapability
from safeguarding.audit.protection import Rule, among, fact, known, overlapping, rule, within
from safeguarding.exceptions import NotAllowed
from safeguarding.glance import glance, look_for

from .models import (
    AdultNamed,
    PatternReview,
    Raised,
    StaffConcern,
    StaffConcernChild,
    StaffConcernGrant,
    StaffEntry,
)

look_for(reads_adults="reads_adults")
READERS = "Only whoever reads this concern by their role can do this."


def through_the_staff_concern(me: Any, column: str) -> Rule:
    """The rule of all that belongs to a concern about an adult. `column` is the one that names the concern."""
    return Rule(
        because={
            "role": among(column, fact("staff_concerns_read", me)),
            "recipient": among(column, fact("staff_concerns_received", me)),
            "named": among(column, fact("granted_staff_concerns", me)),
        },
        never=among(column, fact("hidden_staff_concerns", me)),
    )


@rule(StaffConcern)
def staff_concerns_seen(me: Any) -> Rule:
    """Where it stands and what was decided. Having raised it opens nothing of this."""
    return through_the_staff_concern(me, "id")


@rule(StaffEntry)
@rule(AdultNamed)
def with_the_staff_concern(me: Any) -> Rule:
    """What readers added, and whom it names: with the concern, and for nobody else."""
    return through_the_staff_concern(me, "staff_concern_id")


@rule(PatternReview)
def reviews_seen(me: Any) -> Rule:
    """What was made of the concerns about one adult together: for who sees each of them, and not by access given by
    name.
    """
    return Rule(
        because={
            "role": within("covered", fact("staff_concerns_read", me)),
            "recipient": within("covered", fact("staff_concerns_received", me)),
        },
        never=overlapping("covered", fact("hidden_staff_concerns", me)),
    )


@rule(StaffConcernChild)
def children_touched_seen(me: Any) -> Rule:
    """Which children it touches: with the concern. Of two records that are one child by now, the one that stays."""
    return through_the_staff_concern(me, "staff_concern_id").but_never(among("child_id", fact("merged_children", me)))


@rule(Raised)
def raised_seen(me: Any) -> Rule:
    """The words of whoever raised it: for their author for ever, also where they are about the author; and for its
    readers.
    """
    hidden = among("staff_concern_id", fact("hidden_staff_concerns", me))
    because = through_the_staff_concern(me, "staff_concern_id").because
    return Rule(because={**because, "author": Q(author=me)}, never=hidden & ~Q(author=me))


@rule(StaffConcernGrant)
def grants_seen(me: Any) -> Rule:
    """Who was given access: for those who read it by role and may give it, and for who was given it."""
    seen = through_the_staff_concern(me, "content_object_id")
    return Rule(because={"role": seen.because["role"], "own": Q(user=me)}, never=seen.never)


def decides(user: Any, record: StaffConcern) -> bool:
    """Who assesses, records and closes: whoever reads it by role or receives it. Access by name only reads."""
    mine = [*known("staff_concerns_read", user.pk), *known("staff_concerns_received", user.pk)]
    return record.pk in mine and record.pk not in known("hidden_staff_concerns", user.pk)


def gives_access(user: Any, record: StaffConcern) -> bool:
    """Who gives access to it by name: whoever reads it by role."""
    return record.pk in known("staff_concerns_read", user.pk) and record.pk not in known(
        "hidden_staff_concerns", user.pk
    )


def ensure_decides(by: Any, record: StaffConcern) -> None:
    """Raise `NotAllowed` for anybody else."""
    if not decides(by, record):
        raise NotAllowed(READERS)


def reads_somewhere(user: Any) -> bool:
    """Whether there is a page of concerns about adults for this person: by role, as who receives them, or given by
    name.

    For the navigation and the door of their pages; which concern is theirs to read, the gate knows.
    """
    return bool(glance(user)["reads_adults"])


def chooses_recipient(user: Any, school_id: UUID) -> bool:
    """Who says which of the two receives low-level concerns at a school."""
    return may(user, AdultCapability.READ_STAFF_CONCERNS, school_id)
