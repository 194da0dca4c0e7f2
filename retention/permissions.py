"""Who may see until when a record is kept, what holds it, and what is to end?

Read aloud: *leads, the deputy and the Headteacher see the dates and holds of every child at their school that is not
hidden from them; a hold for the Headteacher alone is seen by the Headteacher, one on the school also by the data
protection officer. Lists, with keys and days and no names, are seen by them, by the data protection officer, the office
and the chair; what is on them about a hidden child is not. The chair, as second person, also sees the reasons. Dates
and lists of concerns about adults are seen by who decides or approves each of them, and while one waits for advice its
numbers by the data protection officer, where none names the officer.*
"""

from typing import Any

from django.db.models import Q

from children.permissions import out_of_sight
from safeguarding.audit.protection import Rule, among, fact, rule
from safeguarding.ending.kinds import hiding

from .capabilities import RetentionCapability as C
from .models import (
    Approval,
    Decision,
    DestructionItem,
    DestructionList,
    Group,
    ItemReason,
    LegalHold,
    Mark,
    RetentionDate,
    Statement,
)


def _at(me: Any, capability: C) -> Q:
    return among("school_id", fact("schools_with", me, capability))


def _out_of_sight(me: Any, child: str = "child_id") -> Q:
    """Records of a child hidden from this person, and of kinds that say which of theirs are."""
    hidden = Q(**{f"{child}__isnull": False}) & out_of_sight(me, child)
    for name in hiding():
        hidden |= among("record_key", fact(name, me))
    return hidden


_RECORDS, _ADULTS = Q(in_group=Group.RECORDS), Q(in_group=Group.ADULTS)


def _ending(me: Any, **roles: C) -> dict[str, Q]:
    """Of records by role; of concerns about adults those that the person decides, approves or read as approved."""
    return {
        **{why: _RECORDS & _at(me, capability) for why, capability in roles.items()},
        "adults": _ADULTS & among("record_key", fact("adult_endings_read", me)),
    }


@rule(RetentionDate)
def dates_seen(me: Any) -> Rule:
    """Dates: by role, never of what is hidden from the person."""
    return Rule(because=_ending(me, role=C.VIEW_RETENTION), never=_out_of_sight(me))


@rule(Statement)
@rule(Mark)
def of_the_child(me: Any) -> Rule:
    """What was stated: by role, never of a hidden child."""
    return Rule(because={"role": _at(me, C.VIEW_RETENTION)}, never=out_of_sight(me, "child_id"))


@rule(ItemReason)
def reasons_seen(me: Any) -> Rule:
    """Reasons: also by who may be the second person."""
    return Rule(because=_ending(me, role=C.VIEW_RETENTION, second=C.SECOND_DESTRUCTION), never=_out_of_sight(me))


@rule(LegalHold)
def holds_seen(me: Any) -> Rule:
    """Holds: those for the Headteacher alone by the Headteacher."""
    open_to_all = Q(readers=LegalHold.Readers.LEADS)
    return Rule(
        because={
            "role": (open_to_all & _at(me, C.VIEW_RETENTION)) | _at(me, C.APPROVE_DESTRUCTION),
            "school": open_to_all & Q(child_id=None) & _at(me, C.HOLD_SCHOOL),
        },
        never=out_of_sight(me, "child_id"),
    )


@rule(DestructionList)
def lists_seen(me: Any) -> Rule:
    """A list names nobody. That there is one of concerns about adults is for those who decide, approve or advise."""
    because = {
        "role": _RECORDS & _at(me, C.COUNT_RETENTION),
        "adults": _ADULTS & among("id", fact("adult_lists_read", me)),
    }
    return Rule(because=because)


@rule(DestructionItem)
@rule(Decision)
@rule(Approval)
def of_a_list(me: Any) -> Rule:
    """What stands on a list, by keys: not of what is hidden from the person."""
    return Rule(because=_ending(me, role=C.COUNT_RETENTION), never=_out_of_sight(me, "child_key"))
