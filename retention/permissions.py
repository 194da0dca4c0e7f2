"""Who may see until when a record is kept, what holds it, and what is to end?

Read aloud: *leads, the deputy and the Headteacher see the dates and holds of every child at their school that is not
hidden from them; a hold for the Headteacher alone is seen by the Headteacher, one on the school also by the data
protection officer. Lists, with keys and days and no names, are seen by them, by the data protection officer, the office
and the chair; what is on them about a hidden child is not. The chair, as second person, also sees the reasons.*
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


@rule(RetentionDate)
def dates_seen(me: Any) -> Rule:
    """Dates: by role, never of what is hidden from the person."""
    return Rule(because={"role": _at(me, C.VIEW_RETENTION)}, never=_out_of_sight(me))


@rule(Statement)
@rule(Mark)
def of_the_child(me: Any) -> Rule:
    """What was stated: by role, never of a hidden child."""
    return Rule(because={"role": _at(me, C.VIEW_RETENTION)}, never=out_of_sight(me, "child_id"))


@rule(ItemReason)
def reasons_seen(me: Any) -> Rule:
    """Reasons: also by who may be the second person."""
    because = {"role": _at(me, C.VIEW_RETENTION), "second": _at(me, C.SECOND_DESTRUCTION)}
    return Rule(because=because, never=_out_of_sight(me))


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
    """A list names nobody."""
    return Rule(because={"role": _at(me, C.COUNT_RETENTION)})


@rule(DestructionItem)
@rule(Decision)
@rule(Approval)
def of_a_list(me: Any) -> Rule:
    """What stands on a list, by keys: not of what is hidden from the person."""
    return Rule(because={"role": _at(me, C.COUNT_RETENTION)}, never=_out_of_sight(me, "child_key"))
