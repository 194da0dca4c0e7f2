"""Who may see until when a record is kept, what holds it, and what is to end?

Read aloud: *leads, the deputy and the Headteacher see the dates and holds of every child at their school that is not
hidden from them; a hold for the Headteacher alone is seen by the Headteacher, one on the school also by the data
protection officer, one on a concern about an adult by those who decide or approve its end, and nobody else. Lists, with
keys and days and no names, are seen by them, by the data protection officer, the office and the chair, and so are how
far a destruction is and what is left of it; what is on them about a hidden child is not. The chair, as second person,
also sees the reasons. A date that would tell of a sign of abuse which is hidden from a person is not seen by them, nor
what was answered of it; whoever decides in a lead's place sees both. Dates and lists of concerns about adults, and what
became of them, are seen by who decides or approves each of them, and while one waits for advice its numbers by the data
protection officer, where none names the officer.*
"""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from children.permissions import out_of_sight
from safeguarding.audit.protection import Rule, among, fact, rule
from safeguarding.ending.kinds import hiding

from .capabilities import RetentionCapability as C
from .models import (
    OWN_COPY,
    Approval,
    Decision,
    DestructionItem,
    DestructionList,
    Group,
    ItemReason,
    ItemRun,
    LegalHold,
    Mark,
    RetentionDate,
    Statement,
    Tombstone,
)


def _at(me: Any, capability: C) -> Q:
    return among("school_id", fact("schools_with", me, capability))


def _out_of_sight(me: Any, child: str = "child_id") -> Q:
    """Records of a child hidden from this person, and of kinds that say which of theirs are."""
    return (Q(**{f"{child}__isnull": False}) & out_of_sight(me, child)) | _kind_hidden(me)


def _kind_hidden(me: Any) -> Q:
    """Records of kinds that say which of theirs are hidden from this person, by `record_key`."""
    return reduce(or_, (among("record_key", fact(name, me)) for name in hiding()))


_RECORDS, _ADULTS = Q(in_group=Group.RECORDS), Q(in_group=Group.ADULTS)


def _ending(me: Any, **roles: C) -> dict[str, Q]:
    """Of records by role; of concerns about adults those that the person decides, approves or read as approved."""
    return {
        **{why: _RECORDS & _at(me, capability) for why, capability in roles.items()},
        "adults": _ADULTS & among("record_key", fact("adult_endings_read", me)),
    }


def _of_the_child(me: Any, hidden: Q, unseen: Q, **because: Q) -> Rule:
    """By role, and by whoever answers in a lead's place; never of what is hidden, nor what tells of a hidden sign."""
    standing_in = among("child_id", fact("signs_standing_in", me))
    return Rule(
        because={"role": _at(me, C.VIEW_RETENTION), "standing_in": standing_in, **because}, never=hidden | unseen
    )


@rule(RetentionDate)
def dates_seen(me: Any) -> Rule:
    """Dates: never of what is hidden from the person, nor where one would tell of a sign that they may not know of."""
    standing_in = among("child_id", fact("signs_standing_in", me))
    unseen = among("record_key", fact("signs_unseen", me))
    because = {**_ending(me, role=C.VIEW_RETENTION), "standing_in": standing_in}
    return Rule(because=because, never=_out_of_sight(me) | unseen)


@rule(Statement)
def statements_seen(me: Any) -> Rule:
    """What was stated. What becomes of the own copy tells of signs; it is read by whoever may be the second person."""
    of_copy = Q(kind__in=OWN_COPY)
    second = of_copy & _at(me, C.SECOND_DESTRUCTION)
    return _of_the_child(
        me, out_of_sight(me, "child_id"), of_copy & among("child_id", fact("signs_unseen", me)), second=second
    )


@rule(Mark)
def marks_seen(me: Any) -> Rule:
    """What was said of the long rule; of a sign where the person may know of it."""
    return _of_the_child(me, out_of_sight(me, "child_id"), among("row_key", fact("signs_shut", me)))


@rule(ItemReason)
def reasons_seen(me: Any) -> Rule:
    """Reasons: also by who may be the second person."""
    because = _ending(me, role=C.VIEW_RETENTION, second=C.SECOND_DESTRUCTION)
    return Rule(because=because, never=_out_of_sight(me) | among("child_id", fact("signs_unseen", me)))


@rule(LegalHold)
def holds_seen(me: Any) -> Rule:
    """Holds: those for the Headteacher alone by the Headteacher; on one record by who may know of that record."""
    open_to_all, of_adults = Q(readers=LegalHold.Readers.LEADS), Q(readers=LegalHold.Readers.ADULTS)
    decided_or_approved = among("record_key", fact("adult_endings_decided", me)) | among(
        "record_key", fact("adult_endings_approved", me)
    )
    of_child = Q(child_id__isnull=False) & out_of_sight(me, "child_id")
    return Rule(
        because={
            "role": (open_to_all & _at(me, C.VIEW_RETENTION)) | (~of_adults & _at(me, C.APPROVE_DESTRUCTION)),
            "school": open_to_all & Q(child_id=None, record_key=None) & _at(me, C.HOLD_SCHOOL),
            "adults": of_adults & decided_or_approved,
        },
        never=of_child | (Q(record_key__isnull=False) & _kind_hidden(me)),
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
    """What stands on a list, by keys: not of what is hidden from the person, nor of a file on which a sign is."""
    unseen = among("child_key", fact("signs_unseen", me))
    return Rule(because=_ending(me, role=C.COUNT_RETENTION), never=_out_of_sight(me, "child_key") | unseen)


@rule(ItemRun)
def runs_seen(me: Any) -> Rule:
    """How far a destruction is: with lists; of a concern about an adult with its item."""
    because = {
        "role": _RECORDS & _at(me, C.COUNT_RETENTION),
        "adults": _ADULTS & among("item_id", fact("adult_items_read", me)),
    }
    return Rule(because=because)


@rule(Tombstone)
def tombstones_seen(me: Any) -> Rule:
    """What is left of a record: with lists; of a concern about an adult by who read the list as it was approved."""
    return Rule(because=_ending(me, role=C.COUNT_RETENTION))
