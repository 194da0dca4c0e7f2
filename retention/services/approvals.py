"""Approve, as the second person, what somebody else has decided to destroy.

Each record is approved as its manifest is at that moment. Fourteen days later the machine may destroy it; until then
either of the two stops it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from retention.lifecycles import list_life
from retention.models import (
    Approval,
    Decision,
    DestructionItem,
    DestructionList,
    ItemReason,
)
from safeguarding.accounts.models import User
from safeguarding.accounts.second_person import ensure_second
from safeguarding.audit.protection import known_of, may_view
from safeguarding.ending.reasons import told_to
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.prepared import prepared

from .adding import add
from .list_notices import tell_approved
from .lists import leave_out, newest_decisions, say
from .manifests import manifest_of
from .reviewers import rule_of

WAIT = timedelta(days=14)


@transaction.atomic
def approve(
    *,
    on_list: DestructionList,
    seen: int,
    items: Collection[UUID],
    by: User,
    left_out: Collection[UUID] = (),
    why_out: str = "",
    at: datetime | None = None,
) -> list[Approval]:
    """Approve the destruction of these items of a list, and take others off it, with a reason. Approved again, nothing
    changes.

    Raises `NotAllowed` for who may not be the second person, `BadInput`, `ChangedSince`, and `OutOfTurn` where a record
    is not as it was decided on, or something has come in its way.
    """
    now = DestructionList.objects.select_for_update(of=("self",)).get(pk=on_list.pk)
    decided = newest_decisions(now)
    rows = _seen(now, items, by)
    there = set(Approval.objects.filter(item__in=rows).values_list("decision_id", flat=True))
    new = [item for item in rows if item.pk not in decided or decided[item.pk].pk not in there]
    if rows and not new:
        return []
    if now.revision != seen:
        raise ChangedSince("Somebody changed this list since you opened it. See how it stands now.")
    if not new:
        raise BadInput("Choose at least one record to be destroyed, or send the list back.")
    when = at or timezone.now()
    for item in new:
        _ensure_may_approve(item, decided.get(item.pk), by, when)
    _leave_out(now, left_out, why_out, by, when)
    if in_the_way := told_to(by, [item.record_key for item in new]):
        sentence = next(iter(in_the_way.values()))[0]
        raise OutOfTurn(
            f"A record on this list cannot be destroyed now. {sentence} Leave it out, or send the list back."
        )
    made = [_approved(item, decided[item.pk], by, when) for item in new]
    # Once concerns about adults are gone, nothing else says who read them.
    readers = {"readers": known_of("readers_of_adult_list", now.pk)} if now.is_about_adults else {}
    list_life.perform("approve", now, by=by, at=when, **readers)
    tell_approved(now, by=by, at=when)
    return made


def _seen(on_list: DestructionList, keys: Collection[UUID], by: User) -> list[DestructionItem]:
    """These records of the list, all of which the person sees."""
    rows = [item for item in on_list.items.filter(left_out_at=None, pk__in=keys) if may_view(by, item)]
    if len(rows) != len(set(keys)):
        raise BadInput("Choose records on this list that are to be destroyed.")
    return rows


def _leave_out(on_list: DestructionList, keys: Collection[UUID], why: str, by: User, when: datetime) -> None:
    rows = _seen(on_list, keys, by)
    if rows and not why.strip():
        raise BadInput("Say why you leave out what you leave out.")
    for item in rows:
        say(item, ItemReason.About.OUT, why, by=by, at=when)
        leave_out(item, by=by, at=when)


def _approved(item: DestructionItem, decision: Decision, by: User, when: datetime) -> Approval:
    manifest = manifest_of(item)
    if manifest != bytes(decision.manifest):
        raise OutOfTurn(
            f"Record {item.place} has changed since it was decided on. Send the list back: it is looked at again."
        )
    yes = Approval(
        school_id=item.school_id,
        item=item,
        in_group=item.in_group,
        record_key=item.record_key,
        child_key=item.child_key,
        decision=decision,
        manifest=manifest,
        waits_until=timezone.localdate(when) + WAIT,
        approved_by=by,
    )
    return add(yes)


def _ensure_may_approve(item: DestructionItem, decision: Decision | None, by: User, when: datetime) -> None:
    """The second person is another one, of those who may be, and set neither the rule nor the date lately."""
    if decision is None or decision.kind != Decision.Kind.DESTROY:
        raise BadInput("Only what is to be destroyed is approved.")
    ensure_second(
        rule_of(item),
        by,
        item.school_id,
        timezone.localdate(when),
        first=decision.decided_by,
    )
    people = [by.pk, decision.decided_by_id]
    [[lately]] = prepared("SELECT rules.edited_lately(%s, %s::uuid[])", [item.pk, people])
    if lately:
        raise NotAllowed(
            "Who reviews or approves a destruction has not changed its rule or its date in the last 30 days. "
            "Wait, or ask somebody else."
        )
