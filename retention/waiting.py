"""What of destruction lists waits for a person: in the menu, beside Today, in the inbox; and where a number leads."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, UUIDField, Value
from django.urls import reverse

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.by_keys import Asked, Statement
from safeguarding.audit.protection import among, fact
from safeguarding.audit.reading import visible
from safeguarding.dates import counted
from safeguarding.first_pages import Task, Thing, Waiting
from safeguarding.http import Request
from safeguarding.paging import counted_by_keys

from .capabilities import RetentionCapability as C
from .lifecycles import may_review
from .models import DestructionItem, DestructionList, Group, RetentionDate
from .services.reviewers import may_approve
from .services.scan import on_no_list
from .services.signs import to_decide

_REFERENCE = re.compile(r"DL-(\d{4})-(\d{1,9})")
_S = DestructionList.Status
MOST_THINGS = 5


def counts(request: Request) -> bool:
    """Whether the person sees how many records are due, without names."""
    return may(request.user, C.COUNT_RETENTION, request.held.school_id)


def _lists(asked: Asked, status: str, **more: Any) -> QuerySet[DestructionList]:
    return visible(asked, DestructionList).filter(asked.one("school_id"), status=status, **more)


def _due(asked: Asked) -> QuerySet[RetentionDate]:
    return on_no_list(visible(asked, RetentionDate).filter(asked.one("school_id")), visible(asked, DestructionItem))


def _waits_for(me: UUID, rows: QuerySet[DestructionList]) -> QuerySet[DestructionList]:
    """Of lists of concerns about adults those that somebody else has sent, and that the person may approve."""
    approved = among("id", fact("adult_lists_approved", Value(me, UUIDField())))
    return rows.filter(approved, status=_S.APPROVAL, in_group=Group.ADULTS).exclude(sent_by=me)


_due_at = counted_by_keys(_due)
_to_approve_at = counted_by_keys(lambda asked: _lists(asked, _S.APPROVAL, in_group=Group.RECORDS))
_adults_to_approve_at = counted_by_keys(lambda asked: _waits_for(asked.user.pk, _lists(asked, _S.APPROVAL)))
_to_advise_at = counted_by_keys(lambda asked: _lists(asked, _S.APPROVAL, advice=""))


def waits(request: Request) -> Statement | int:
    """What waits for this person: lists to approve or to advise on; of who reviews, records that are due; of the chair,
    lists of concerns about adults to approve.
    """
    school_id = request.held.school_id
    for capability, number_at in (
        (C.APPROVE_DESTRUCTION, _to_approve_at),
        (C.ADVISE_RETENTION, _to_advise_at),
        (C.KEEP_RETENTION, _due_at),
        (C.SECOND_DESTRUCTION, _adults_to_approve_at),
    ):
        if may(request.user, capability, school_id):
            return number_at.statement(request, [school_id])
    return 0


def today(request: Request) -> dict[str, Any] | None:
    """The lists that wait for this person: to be decided, approved or advised on."""
    school_id, user = request.held.school_id, request.user
    wanted = [
        (status, says)
        for capability, status, says in (
            (C.KEEP_RETENTION, _S.REVIEW, "waits to be reviewed"),
            (C.APPROVE_DESTRUCTION, _S.APPROVAL, "waits for your approval"),
        )
        if may(user, capability, school_id)
    ]
    says = dict(wanted)
    here = visible(request, DestructionList).filter(school=school_id)
    mine = Q(in_group=Group.RECORDS, status__in=says) | Q(in_group=Group.ADULTS, status__in=(_S.REVIEW, _S.APPROVAL))
    rows = here.filter(mine).order_by("made_at", "pk")
    found = [(one, said) for one in rows[:20] if (said := _says(one, says, user))]
    if not found:
        return None
    whole = ("Retention", reverse("retention"))
    return {"lists": found[:1], "number": len(found), "all": whole}


def _says(on_list: DestructionList, says: Mapping[_S, str], user: User) -> str:
    """What of a list waits for this person; empty where it waits for another."""
    if not on_list.is_about_adults:
        return says[_S(on_list.status)]
    if on_list.status == _S.REVIEW:
        return "waits to be reviewed" if may_review(user, on_list) else ""
    return "waits for your approval" if on_list.sent_by_id != user.pk and may_approve(user, on_list) else ""


def references(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    """The numbers of lists, for those who see them."""
    return {one.pk: one.reference for one in visible(request, DestructionList).filter(pk__in=keys)}


def address_of_list(request: Request, reference: str) -> str:
    """Where the list with this number is shown, for who may see it."""
    if (parts := _REFERENCE.fullmatch(reference)) is None:
        return ""
    rows = visible(request, DestructionList).filter(year=int(parts[1]), number=int(parts[2]))
    found = rows.filter(school=request.held.school_id).only("pk").first()
    return reverse("destruction_list", args=[found.pk]) if found else ""


def _decides_in_place(request: Request) -> bool:
    held = request.held.school_id
    return may(request.user, Capability.STAND_IN, held) and not may(request.user, C.VIEW_RETENTION, held)


def _to_answer(request: Request) -> Waiting:
    """The files on which a sign waits that no lead may see, or a copy for a decision."""
    rows = to_decide(request, request.held.school_id).order_by("pk")
    if not (keys := list(rows.values_list("child_id", flat=True)[:MOST_THINGS])):
        return Waiting()
    says = "A file waits for an answer about the long rule for abuse, which no lead can give"
    things = tuple(Thing(says, reverse("child_retention", args=[key])) for key in keys)
    return Waiting(things, rows.count())


def _advises(request: Request) -> bool:
    return may(request.user, C.ADVISE_RETENTION, request.held.school_id)


def _to_advise(request: Request) -> Waiting:
    """The lists on which the data protection officer has not advised."""
    rows = visible(request, DestructionList).filter(school=request.held.school_id, status=_S.APPROVAL, advice="")
    if not (number := rows.count()):
        return Waiting()
    says = f"{counted(number, 'destruction list waits', 'destruction lists wait')} for your advice"
    return Waiting((Thing(says, reverse("retention")),), number)


def _approves(request: Request) -> bool:
    """Whether the person approves lists and has no Today, where the line about them stands."""
    held = request.held.school_id
    return may(request.user, C.SECOND_DESTRUCTION, held) and not may(request.user, C.VIEW_RETENTION, held)


def _to_approve(request: Request) -> Waiting:
    """The lists of concerns about adults that wait for this person."""
    rows = _waits_for(request.user.pk, visible(request, DestructionList).filter(school=request.held.school_id))
    found = list(rows.order_by("made_at", "pk")[:MOST_THINGS])
    says = "A destruction list waits for your approval"
    things = tuple(Thing(says, reverse("destruction_list", args=[one.pk]), about=one.reference) for one in found)
    return Waiting(things, len(found) if len(found) < MOST_THINGS else rows.count())


TASKS = (
    Task(
        "approval_of_destruction",
        "What is kept and destroyed",
        "No destruction list waits for your approval.",
        may=_approves,
        waits=_to_approve,
        ways=(("Retention", "retention"),),
        order=20,
    ),
    Task(
        "advice_on_destruction",
        "What is kept and destroyed",
        "No destruction list waits for your advice.",
        may=_advises,
        waits=_to_advise,
        ways=(("Retention", "retention"), ("Legal holds", "holds")),
        order=60,
    ),
    Task(
        "answers_in_place",
        "Answers in a lead’s place",
        "No file waits for an answer that no lead can give.",
        may=_decides_in_place,
        waits=_to_answer,
        order=62,
    ),
)
