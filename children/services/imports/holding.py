"""What is remembered of what a list says otherwise: after a decision to keep what Harbour has, and until both agree.

A transfer file is no list: it leaves nothing of this behind.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from children.facts import Adult
from children.importing.differences import Change, Held
from children.importing.held_facts import ADULT, ON_ROLL, UNLISTED, Place, name_of, said_by, said_in, same
from children.importing.rows import Facts
from children.models import Child, ContactLink, HeldFact, ImportRow, ImportRun
from children.services.held import keep, settle
from safeguarding.accounts.models import User

from .comparing import load, own

Kind, D = ImportRow.Kind, ImportRow.Decision
# Rows that name a child of whom nobody doubts that it is the one.
_CERTAIN = (Kind.SAME, Kind.CHANGES, Kind.RETURNS)


def keep_here(run: ImportRun, kept: Iterable[tuple[Held, Facts, Sequence[Change]]], *, by: User | None) -> None:
    """Somebody keeps what Harbour has where these rows would change it."""
    if run.is_partial:
        return
    keep(
        (
            (held.child, (change.field, change.contact), said_by(change, facts))
            for held, facts, changes in kept
            for change in changes
        ),
        by=by,
    )


def keep_roll(rows: Iterable[ImportRow], *, by: User | None) -> None:
    """Somebody has said of a child whom the list does not name that it is here, or of one whom it names that it is
    not back.
    """
    said = {Kind.LEAVES: False, Kind.RETURNS: True}
    about = [row for row in rows if row.decision == D.LEAVE and row.kind in said and row.child_id]
    cards = Child.objects.in_bulk([row.child_id for row in about])
    keep(((cards[row.child_id], (ON_ROLL, ""), said[Kind(row.kind)]) for row in about), by=by)  # type: ignore[index]


def settle_rows(run: ImportRun, rows: Iterable[ImportRow]) -> None:
    """Forget what the rows that were taken say as Harbour does by now."""
    facts = [] if run.is_partial else list(HeldFact.objects.filter(school=run.school_id).exclude(field=ON_ROLL))
    if not facts:
        return
    contacts = {fact.contact_id for fact in facts if fact.contact_id}
    links = ContactLink.objects.filter(contact__in=contacts, ends_on=None).values_list("child_id", flat=True)
    children = {fact.child_id for fact in facts} | set(links)
    about = {row.child_id: row for row in rows if row.child_id in children}
    held = load(key for key in about if key)
    said: dict[UUID, dict[Place, Any]] = {
        key: dict(said_in(held[key], own(row.facts, (problem["code"] for problem in row.problems))))
        for key, row in about.items()
        if key
    }
    settle(facts, held, said)
    over = [
        fact.pk
        for fact in facts
        if fact.field == ADULT
        and (_is_unnamed(fact, about.get(fact.child_id)) or _is_back(fact, held.get(fact.child_id)))
    ]
    HeldFact.objects.filter(pk__in=over).delete()


def _is_unnamed(fact: HeldFact, row: ImportRow | None) -> bool:
    """The row names adults of the child, and no longer the one who is not on the record."""
    named = row.facts.get("adults", ()) if row is not None and UNLISTED not in fact.said else ()
    return bool(named) and not any(same(ADULT, name_of(Adult(**one)), fact.said) for one in named)


def _is_back(fact: HeldFact, held: Held | None) -> bool:
    """Somebody has taken the row: the adult is on the record again."""
    return held is not None and any(
        one.contact.pk == fact.contact_id or same(ADULT, name_of(one.contact), fact.said) for one in held.adults
    )


def settle_roll(run: ImportRun) -> None:
    """A child added here is named by the list at last, or one who has left is named no longer: both agree.

    Where children wait to be said to have left, half a file may have come: that it names somebody no longer says
    nothing.
    """
    if run.is_partial:
        return
    named = ImportRow.objects.filter(run=run, child__isnull=False)
    rows = named.exclude(kind=Kind.LEAVES)
    certain = rows.filter(kind__in=_CERTAIN) | rows.filter(decision__in=(D.TAKE, D.KEEP_HELD, D.ADD_ADULT))
    here = HeldFact.objects.filter(school=run.school_id, field=ON_ROLL)
    here.filter(said=False, child__in=certain.values("child_id")).delete()
    if not named.filter(kind=Kind.LEAVES).exists():
        here.filter(said=True).exclude(child__in=rows.values("child_id")).delete()
