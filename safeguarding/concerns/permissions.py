"""Who may see and do what with a concern? The rule of each model as one `Q`, and the predicates of the lifecycles."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from safeguarding.accounts.permissions import may, rights
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import LogEntry
from safeguarding.audit.protection import rule

from .models import (
    Account,
    Action,
    Amendment,
    BodyMapMark,
    Closing,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
    Draft,
    DraftOpening,
    KeptText,
)


def schools_read(user: Any) -> list[UUID]:
    """Ids of the schools whose concerns the person reads."""
    return rights(user).schools(Capability.VIEW_CONCERNS)


def _reach(user: Any) -> Q:
    """Records of the schools where the person reads concerns."""
    return Q(school_id__in=schools_read(user))


@rule(Concern)
@rule(Decision)
@rule(Closing)
@rule(ConcernNote)
def seen_by_leads(user: Any) -> Q:
    """Level, decision, closing, links and notes: for those who read the school's concerns. Authorship does not open them."""
    return _reach(user)


@rule(LogEntry)
def changes_seen(user: Any) -> Q:
    """What a field was before: for those who read the school's concerns, on the page of a record that they may see."""
    return _reach(user)


@rule(Account)
@rule(Amendment)
@rule(BodyMapMark)
def seen_by_author_too(user: Any) -> Q:
    """A reporter's words: for their author for ever, and for those who may see the concern."""
    return Q(author=user) | _reach(user)


@rule(ConcernChild)
def children_named(user: Any) -> Q:
    """Which child, in which role: for those who may see the concern, and for who named that child."""
    return Q(added_by=user) | _reach(user)


@rule(Action)
def actions_seen(user: Any) -> Q:
    """An action: for those who may see the concern, and for who has to do it while they work at its school."""
    return Q(owner=user, school_id__in={held.school_id for held in rights(user).held}) | _reach(user)


@rule(Draft)
def drafts_seen(user: Any) -> Q:
    """Words not sent yet: for their author, and for each lead who opened them with a reason."""
    return Q(author=user) | Q(pk__in=DraftOpening.objects.filter(lead=user).values("draft"))


@rule(DraftOpening)
def openings_seen(user: Any) -> Q:
    """Who has read an unsent draft, and why: for those who might open it themselves."""
    return Q(school_id__in=rights(user).schools(Capability.DECIDE_CONCERNS))


@rule(KeptText)
def kept_text_seen(user: Any) -> Q:
    """Words that could not be saved because their author was signed out: for their author."""
    return Q(author=user)


def may_log(user: Any, school_id: Any) -> bool:
    return may(user, Capability.LOG_CONCERN, school_id)


def may_read(user: Any, concern: Concern) -> bool:
    return may(user, Capability.VIEW_CONCERNS, concern.school_id)


def may_decide(user: Any, concern: Concern) -> bool:
    return may(user, Capability.DECIDE_CONCERNS, concern.school_id)


def may_hand_over(user: Any, action: Action) -> bool:
    """Who says that somebody else does it, while it is to do."""
    return action.status == Action.Status.TO_DO and may(user, Capability.DECIDE_CONCERNS, action.school_id)


def may_finish_action(user: Any, action: Action) -> bool:
    """Who has to do it, or a lead on their behalf."""
    return action.owner_id == user.pk or may(user, Capability.DECIDE_CONCERNS, action.school_id)
