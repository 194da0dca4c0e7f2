"""Take a merge apart again: what had come over goes back, what was recorded since stays, unless somebody says
otherwise.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from children.lifecycles import MERGERS, merge_life
from children.models import Child, ChildDetail, ChildMerge
from children.permissions import may_merge
from children.services.folding import fold_names
from children.services.safeguards import follow_safeguards
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known_of, may_view, protected_models
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.following import places, unmerge_rows
from safeguarding.keys import uuid7

from .doing import LASTS, come_over
from .looking import FILLED
from .told import Counted, Row, See, called, number_of_others, rows_of

__all__ = ["LASTS", "Since", "came_over", "may_still_be_undone", "recorded_since", "undo"]


@dataclass(frozen=True)
class Since:
    """What was recorded on the record that stayed: rows that can be given to the other one by one, and how many
    more.
    """

    kinds: list[tuple[str, list[Row]]]
    others: int


def may_still_be_undone(merge: ChildMerge, *, on: date) -> bool:
    """Whether the days are not over, and it has not been undone."""
    return merge.status == ChildMerge.Status.MERGED and merge.undo_until is not None and on <= merge.undo_until


def came_over(merge: ChildMerge, see: See) -> list[Counted]:
    """What would go back, as far as whoever asks sees it."""
    found, rest = [], 0
    guarded = set(protected_models())
    for place in places():
        if place.model in guarded and place.is_link:
            keys = known_of("rows_merged", merge.pk, place.label)
            number = see(place.model).filter(pk__in=keys, **{place.column: merge.keep_id}).count() if keys else 0
            if number and (words := called(place)):
                found.append(Counted(number, *words))
            else:
                rest += number
    return found + ([Counted(rest, "other entry", "other entries")] if rest else [])


def recorded_since(merge: ChildMerge, see: See) -> Since:
    """What somebody has recorded since the merge, as far as whoever asks sees it."""
    since = merge.since or uuid7()

    def but(label: str) -> list[UUID]:
        return known_of("rows_merged", merge.pk, label)

    keep = Child(pk=merge.keep_id, school_id=merge.school_id)
    return Since(list(rows_of(see, keep, since=since, but=but)), number_of_others(see, keep, since=since, but=but))


@transaction.atomic
def undo(
    *, merge: ChildMerge, reason: str, chosen: Collection[UUID] = (), by: User, at: datetime | None = None
) -> ChildMerge:
    """The two records are two again. `chosen` are keys of what was recorded since and belongs to the other child.

    Raises `OutOfTurn` after the last day, or where the record that stayed has become part of another; `NotAllowed`,
    `BadInput`.
    """
    at = at or timezone.now()
    if not may_merge(by, merge) or not may_view(by, merge):
        raise NotAllowed(MERGERS)
    if not reason.strip():
        raise BadInput("Say why these are two children after all.")
    School.objects.select_for_update(no_key=True).get(pk=merge.school_id)
    with door("merged"):
        cards = Child.objects.select_for_update().filter(pk__in=[merge.keep_id, merge.other_id]).order_by("pk")
        found = {card.pk: card for card in cards}
        held = ChildMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
        if held.status != ChildMerge.Status.MERGED:
            raise OutOfTurn("This merge has been undone already.")
        if not may_still_be_undone(held, on=timezone.localdate(at)):
            raise OutOfTurn(f"This could be undone until {full_day(held.undo_until)}.")  # type: ignore[arg-type]
        keep, other = found[held.keep_id], found[held.other_id]
        if keep.merged_into_id:
            raise OutOfTurn("This record has become part of another one since. Undo that first.")
        done = merge_life.perform("undo", held, by=by, at=at, undo_reason=reason.strip())
        Child.objects.filter(pk=other.pk).update(merged_into=None, changed_at=at)
    unmerge_rows(connection, done.pk, list(chosen))
    _empty(done, keep, other)
    for child in (keep, other):
        fold_names(child, at)
        follow_safeguards(child, at)
        record(Verb.WITHDRAW, child, by=by, purpose="merge undone")
        come_over(child, by)
    return done


def _empty(merge: ChildMerge, keep: Child, other: Child) -> None:
    """Details that were filled from the other record, unless somebody has changed them since."""
    details: dict[Any, ChildDetail] = ChildDetail.objects.select_for_update().in_bulk([keep.pk, other.pk])
    ours, theirs = details[keep.pk], details[other.pk]
    blank = ChildDetail()
    emptied = [n for n in merge.filled if n in FILLED and getattr(ours, n) == getattr(theirs, n)]
    for name in emptied:
        setattr(ours, name, getattr(blank, name))
    if emptied:
        ours.save(update_fields=emptied)
