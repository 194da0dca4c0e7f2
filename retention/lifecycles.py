"""What may follow? The moves of a destruction list. Drawn in `docs/lifecycles.md`."""

from typing import Any

from safeguarding.accounts.permissions import may
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known, may_view
from safeguarding.moves import Lifecycle, Move

from .capabilities import RetentionCapability as C
from .models import DestructionList
from .verbs import RetentionVerb

S = DestructionList.Status
REVIEWERS = "Only who may put records on a destruction list can do this."
APPROVERS = "Only who decides on destruction lists, or approves them, can do this."
_MOVED_ON = "This list has been dealt with already. Open it again to see how it stands."


def may_review(user: Any, row: DestructionList) -> bool:
    """Who decides on a list, item by item: of concerns about adults who reads each of them by role."""
    if row.is_about_adults:
        return row.pk in known("adult_lists_decided", user.pk)
    return may(user, C.KEEP_RETENTION, row.school_id) or may(user, C.PROPOSE_DESTRUCTION, row.school_id)


def may_view_list(user: Any, row: DestructionList) -> bool:
    """Who may be the second of two is asked of each item (`second_person`)."""
    return may_view(user, row)


def may_stop(user: Any, row: DestructionList) -> bool:
    """Either of those who decide and approve stops what waits, alone."""
    if row.is_about_adults:
        return may_review(user, row) or row.pk in known("adult_lists_approved", user.pk)
    return may_review(user, row) or may(user, C.APPROVE_DESTRUCTION, row.school_id)


list_life: Lifecycle[DestructionList] = Lifecycle(
    "A destruction list",
    lambda: DestructionList,
    S,
    [
        Move("send", frozenset({S.REVIEW}), S.APPROVAL, may_review, Verb.ASK, REVIEWERS, _MOVED_ON, "sent"),
        Move("send_back", frozenset({S.APPROVAL}), S.REVIEW, may_stop, Verb.WITHDRAW, APPROVERS, _MOVED_ON),
        Move(
            "approve",
            frozenset({S.APPROVAL, S.WAITING}),
            S.WAITING,
            may_view_list,
            RetentionVerb.APPROVE_END,
            APPROVERS,
            _MOVED_ON,
        ),
        Move(
            "stop",
            frozenset({S.REVIEW, S.APPROVAL, S.WAITING}),
            S.STOPPED,
            may_stop,
            RetentionVerb.STOP_END,
            APPROVERS,
            "This list has been stopped or carried out already.",
            "stopped",
        ),
    ],
)
