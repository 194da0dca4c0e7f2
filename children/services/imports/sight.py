"""Which children are hidden from whoever looks at a file? Nothing of them is shown to that person, counted or written.

What compares a file with the list sees every child (`whole_list`): it is the machine's work, and a child that is hidden
from whoever gave the file would else join a second time. What is shown goes through the rule of each model.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from children.models import ImportRow, ImportRun
from children.permissions import WHOLE_LIST
from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.audit.protection import known, known_of
from safeguarding.once import once


def whole_list() -> AbstractContextManager[None]:
    """See every child of the school inside, hidden or not, and every row of its files."""
    return door(WHOLE_LIST)


def hidden_from(user: User | None) -> frozenset[UUID]:
    """Keys of the children who are hidden from somebody; none from the machine."""
    if user is None:
        return frozenset()
    return once((user.pk, "hidden children"), lambda: frozenset(known("hidden_children", user.pk)))


def for_a_colleague(run: ImportRun, user: User | None) -> QuerySet[ImportRow]:
    """Rows without a decision that are hidden from somebody who confirms: they stay for a colleague."""
    rows = ImportRow.objects.filter(run=run, decision="")
    if not hidden_from(user):
        return rows.none()
    return rows.exclude(pk__in=rows.not_hidden_from(user).values("pk"))


def undo_hidden(run: ImportRun) -> None:
    """What somebody decided about a row that is hidden from them by now is undone: a colleague decides it. The caller
    sees the whole list.
    """
    decided = ImportRow.objects.filter(run=run).exclude(decision="")
    for person in User.objects.filter(pk__in=decided.values("decided_by")):
        if hidden_from(person):
            mine = decided.filter(decided_by=person)
            hidden = mine.exclude(pk__in=mine.not_hidden_from(person).values("pk"))
            hidden.update(decision="", decided_by=None, decided_at=None)


def for_whoever_looks(rows: QuerySet[ImportRow], user: User | None) -> QuerySet[ImportRow]:
    """Rows less those hidden from somebody, to be counted where every row is seen."""
    return rows.not_hidden_from(user) if hidden_from(user) else rows  # type: ignore[attr-defined, no-any-return]


def counted_apart(run: ImportRun, touched: Mapping[str, Iterable[UUID | None]]) -> dict[str, list[str]]:
    """Of the children that an import touched, those hidden from somebody, by what was done: kept beside its counts."""
    apart = set(known_of("children_hidden_at", run.school_id))
    if not apart:
        return {}
    same = ImportRow.objects.filter(run=run, kind=ImportRow.Kind.SAME, child__in=apart).values_list("child", flat=True)
    return {what: sorted(map(str, apart.intersection(keys))) for what, keys in {**touched, "same": same}.items()}


def told(run: ImportRun, user: User) -> Mapping[str, Any]:
    """What a run has done, {"joined", "changed", "returned", "left", "same": number}, and of how many rows somebody has
    "kept" what Harbour has or "left_out" the row, less what is hidden from them.
    """
    counts = {"same": run.summary.get("kinds", {}).get(ImportRow.Kind.SAME, 0), **run.summary.get("done", {})}
    counts |= run.summary.get("decided", {})
    apart: Mapping[str, list[str]] = run.summary.get("apart", {})
    if not apart:
        return counts
    hidden = {str(key) for key in hidden_from(user)}
    return {what: number - len(hidden.intersection(apart.get(what, ()))) for what, number in counts.items()}
