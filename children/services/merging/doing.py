"""Say that two records are of one child, and make them one: asked for by the office, decided by a lead, done in one
transaction.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from children.lifecycles import MERGERS, merge_life
from children.models import (
    Child,
    ChildDetail,
    ChildMerge,
    FormerUpn,
    OtherName,
)
from children.notice_kinds import ChildNotice
from children.permissions import may_ask_merge, may_merge
from children.services import bulk
from children.services.access import hand_on_newly_hidden, whom_from
from children.services.folding import fold_names
from children.services.held import hold_merged
from children.services.safeguards import follow_safeguards
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import settle_notices, tell
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.following import merge_rows
from safeguarding.keys import uuid7

from .looking import FILLED, is_empty, look, what_stands_against

KEEPERS = "Only the office, a safeguarding lead, a deputy or the Headteacher says that two records may be of one child."
CHANGED = "One of the two records has changed since this page was made. Look at both again before you go on."
# Every merge can be undone until the same number of days later, that day included (a setting of Harbour, not law).
LASTS = timedelta(days=30)
S = ChildMerge.Status

# What upper apps do when rows have come to a record: their keys are wrapped for whose they are now.
Following = Callable[[Child, User], None]
_when_merged: list[Following] = []


def when_merged(function: Following) -> Following:
    """Register what else to do when a record has received the rows of another: called with the record and the person.

    Done at once; what cannot be taken back, on commit.
    """
    _when_merged.append(function)
    return function


@transaction.atomic
def ask(*, keep: Child, other: Child, reason: str, token: UUID, by: User, at: datetime | None = None) -> ChildMerge:
    """Ask the leads to decide. The same form again asks nothing twice; raises `OutOfTurn` where it is asked already."""
    if there := _there(token, by):
        return there
    at = at or timezone.now()
    mine, theirs = _locked(keep, other, by=by)
    if not may_ask_merge(by, mine):
        raise NotAllowed(KEEPERS)
    before = whom_from(mine, theirs)
    made = _say(mine, theirs, reason=reason, token=token, by=by, at=at)
    hand_on_newly_hidden(mine, theirs, before=before, at=at)
    leads = people_with(Capability.MANAGE_ACCESS, mine.school_id, timezone.localdate(at))
    tell(
        people=[one for one in leads if one != by and may_view(one, made)],
        school_id=mine.school_id,
        kind=ChildNotice.SAME_CHILD,
        object_type="merge",
        object_id=made.pk,
        at=at,
    )
    return made


@transaction.atomic
def merge(
    *,
    keep: Child,
    other: Child,
    reason: str,
    token: UUID,
    seen: str | None,
    by: User,
    at: datetime | None = None,
) -> ChildMerge:
    """`other` becomes part of `keep`: everything that hangs on it comes over, and its names and numbers lead to the one
    that stays.

    `seen` is the stamp of the comparison on the person's screen (None: nobody looked, as where it is only tried). The
    same form again returns the same merge. Raises `NotAllowed`, `BadInput`, `OutOfTurn`, `ChangedSince`.
    """
    if there := _there(token, by):
        return there
    at = at or timezone.now()
    mine, theirs = _locked(keep, other, by=by)
    if not may_merge(by, mine):
        raise NotAllowed(MERGERS)
    if seen is not None:
        now = look(mine, theirs, lambda model: model._default_manager.all().visible_to(by))  # type: ignore[attr-defined]
        if now is None or now.stamp != seen:
            raise ChangedSince(CHANGED)
    before = whom_from(mine, theirs)
    asked = _asked(mine, theirs, by=by)
    if asked is not None:
        asked.keep, asked.other, asked.other_number = mine, theirs, theirs.number
        asked.save(update_fields=["keep", "other", "other_number"])
    else:
        asked = _say(mine, theirs, reason=reason, token=token, by=by, at=at)
    filled = _fill(mine, theirs)
    done = merge_life.perform(
        "merge",
        asked,
        by=by,
        at=at,
        reason=reason.strip(),
        token=token,
        filled=filled,
        undo_until=timezone.localdate(at) + LASTS,
        since=uuid7(),
    )
    made = _keep_names(mine, theirs) + _keep_numbers(mine, theirs, timezone.localdate(at))
    made += hold_merged(mine, theirs, by=by, at=at)
    merge_rows(connection, done.pk, made)
    with door("merged"):
        Child.objects.filter(pk=theirs.pk).update(merged_into=mine, changed_at=at)
    fold_names(mine, at)
    follow_safeguards(mine, at)
    for child in (mine, theirs):
        record(Verb.LINK, child, by=by, purpose="merged")
    settle_notices(object_id=done.pk, kinds=[ChildNotice.SAME_CHILD], by=by, at=at)
    hand_on_newly_hidden(mine, theirs, before=before, at=at)
    come_over(mine, by)
    return done


@transaction.atomic
def decline(*, asked: ChildMerge, refusal: str, by: User, at: datetime | None = None) -> ChildMerge:
    """They are two children. Whoever asked sees why on the same page. Raises `OutOfTurn`, `NotAllowed`, `BadInput`."""
    if not refusal.strip():
        raise BadInput("Say why these are two children.")
    at = at or timezone.now()
    done = merge_life.perform("decline", asked, by=by, at=at, refusal=refusal.strip())
    settle_notices(object_id=done.pk, kinds=[ChildNotice.SAME_CHILD], by=by, at=at)
    return done


def come_over(child: Child, by: User) -> None:
    """Rows have come to `child`, or back to it."""
    for following in _when_merged:
        following(child, by)


def _there(token: UUID, by: User) -> ChildMerge | None:
    return ChildMerge.objects.visible_to(by).filter(token=token).first()


def _locked(keep: Child, other: Child, *, by: User) -> tuple[Child, Child]:
    """Both cards, locked after the school's list, as an import locks it: neither sees half of the other's work."""
    if not (may_view(by, keep) and may_view(by, other)):
        raise OutOfTurn(
            "One of these records cannot be found any more. Open the child’s record to see what became of it."
        )
    School.objects.select_for_update(no_key=True).get(pk=keep.school_id)
    cards = {c.pk: c for c in Child.objects.select_for_update().filter(pk__in=[keep.pk, other.pk]).order_by("pk")}
    if len(cards) < len({keep.pk, other.pk}):
        raise OutOfTurn(
            "One of these records cannot be found any more. Open the child’s record to see what became of it."
        )
    mine, theirs = cards[keep.pk], cards[other.pk]
    if problem := what_stands_against(mine, theirs):
        raise BadInput(problem)
    return mine, theirs


def _asked(mine: Child, theirs: Child, *, by: User) -> ChildMerge | None:
    """What was asked about these two, in either direction."""
    waiting = ChildMerge.objects.visible_to(by).filter(status=S.ASKED)
    return waiting.filter(keep__in=(mine, theirs), other__in=(mine, theirs)).first()


def _say(mine: Child, theirs: Child, *, reason: str, token: UUID, by: User, at: datetime) -> ChildMerge:
    if not reason.strip():
        raise BadInput("Say how you know that it is the same child.")
    live = ChildMerge.objects.visible_to(by).filter(status=S.ASKED)
    if live.filter(other__in=(mine, theirs)).exists():
        raise OutOfTurn("A safeguarding lead has been asked about one of these records already. Decide that first.")
    made = ChildMerge(
        school_id=mine.school_id,
        keep=mine,
        other=theirs,
        other_number=theirs.number,
        token=token,
        reason=reason.strip(),
        asked_at=at,
        asked_by=by,
    )
    made.save(force_insert=True)
    record(Verb.ASK, made, by=by)
    return made


def _fill(mine: Child, theirs: Child) -> list[str]:
    """Details of which the record that stays says nothing."""
    details = ChildDetail.objects.select_for_update().in_bulk([mine.pk, theirs.pk])
    ours, other = details[mine.pk], details[theirs.pk]
    filled = [n for n in FILLED if is_empty(n, getattr(ours, n)) and not is_empty(n, getattr(other, n))]
    for name in filled:
        setattr(ours, name, getattr(other, name))
    if filled:
        ours.save(update_fields=filled)
    return filled


def _keep_names(mine: Child, theirs: Child) -> list[UUID]:
    """What the child was called on the other record is another name on this one."""
    have = {(mine.forename, mine.surname), (mine.known_forename or mine.forename, mine.known_surname or mine.surname)}
    have |= set(OtherName.objects.filter(child=mine).values_list("forename", "surname"))
    called = dict.fromkeys(
        (
            (theirs.forename, theirs.surname),
            (theirs.known_forename or theirs.forename, theirs.known_surname or theirs.surname),
        )
    )
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "school_id": mine.school_id,
            "child_id": mine.pk,
            "kind": OtherName.Kind.ALIAS,
            "forename": f,
            "surname": s,
        }
        for f, s in called
        if (f, s) not in have
    ]
    bulk.insert(OtherName, rows)
    return [row["id"] for row in rows]


def _keep_numbers(mine: Child, theirs: Child, today: date) -> list[UUID]:
    """The other UPN is an earlier one: a file that carries it finds the child."""
    number = ChildDetail.objects.values_list("upn", flat=True).get(pk=theirs.pk)
    if not number or FormerUpn.objects.filter(school_id=mine.school_id, upn=number).exists():
        return []
    key = uuid7()
    bulk.insert(
        FormerUpn,
        [{"id": key, "school_id": mine.school_id, "child_id": mine.pk, "upn": number, "until": today}],
    )
    return [key]
