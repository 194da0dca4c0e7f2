"""Who sees what is one person's own: words that are not sent yet or were kept, filters, and notes of supervision?"""

from typing import Any
from uuid import UUID

from django.db.models import Q

from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import Rule, among, fact, overlapping, rule
from safeguarding.concerns.models import Draft, DraftOpening, KeptText, SavedFilter, SupervisionNote
from safeguarding.glance import glance, look_for

look_for(supervision="has_supervision")
SUPERVISED = (Capability.DECIDE_CONCERNS, Capability.STAND_IN)


@rule(Draft)
def drafts_seen(me: Any) -> Rule:
    """Words not sent yet: for their author, and for each lead who opened them with a reason.

    A conflict hides from others that a draft names a child, and never from its author what they typed: that a form of
    one's own is gone would tell that its child is hidden.

    "unsent": that there is a draft, whose and since when, for the leads of the school.
    """
    return Rule(
        because={"author": Q(author=me), "opened": among("id", fact("opened_drafts", me))},
        never=(among("concern_id", fact("hidden_concerns", me)) | overlapping("names", fact("hidden_children", me)))
        & ~Q(author=me),
        doors={"unsent": among("school_id", fact("schools_with", me, Capability.DECIDE_CONCERNS))},
    )


@rule(DraftOpening)
def openings_seen(me: Any) -> Rule:
    """Who has read an unsent draft, and why: for those who might open it themselves, and for its author."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.DECIDE_CONCERNS)),
            "author": among("draft_id", fact("own_drafts", me)),
        }
    )


@rule(KeptText)
def kept_text_seen(me: Any) -> Rule:
    """Words that could not be saved because their author was signed out: for their author."""
    return Rule(because={"author": Q(author=me)}, never=among("concern_id", fact("hidden_concerns", me)))


@rule(SavedFilter)
def own_filters_seen(me: Any) -> Rule:
    """A way of narrowing the list: for whose it is."""
    return Rule(because={"author": Q(user=me)})


@rule(SupervisionNote)
def supervision_seen(me: Any) -> Rule:
    """Notes of supervision: for the two who were there, while they work at the school, and for no role."""
    here = among("school_id", fact("schools_of", me))
    return Rule(because={"author": Q(author=me) & here, "other": Q(other=me) & here})


def in_supervision(user: Any, school_id: UUID | None = None) -> bool:
    """Who is named in a note of supervision, and writes one: whoever decides about concerns, or stands in."""
    return any(may(user, one, school_id) for one in SUPERVISED)


def has_supervision(user: Any) -> bool:
    """The same, and whoever was there before their role was another one: what they wrote, or somebody with them, stays
    theirs.
    """
    return in_supervision(user) or bool(glance(user)["supervision"])
