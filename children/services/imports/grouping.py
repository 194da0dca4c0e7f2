"""For which reasons do rows of a file wait, and how many for each? What somebody can say of all of them at once."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from children.importing.differences import LABELS
from children.importing.held_facts import NAME
from children.models import ImportRow
from safeguarding.dates import counted

from .comparing import CHUNK

Kind = ImportRow.Kind
LEAVES = "leaves"
# Of other rows that wait each is another question.
_ALIKE = Q(kind=Kind.LEAVES) | Q(kind=Kind.CHANGES, is_grave=True)
# Who changed the fact here would else read the same as of any other.
_BY_HAND = "by_hand_"


class Alike:
    """The undecided rows among `rows` that wait for a reason which several of them have.

    `reasons`: {reason: how many rows wait for it}.
    """

    def __init__(self, rows: QuerySet[ImportRow]) -> None:
        found = rows.filter(_ALIKE, decision="").order_by().values_list("pk", "kind", "changes")
        self._rows = {
            key: _reasons(kind, changes)
            for key, kind, changes in found.iterator(CHUNK)
            if not _is_about_a_name(changes)
        }
        numbers = Counter(reason for reasons in self._rows.values() for reason in reasons)
        self.reasons: Mapping[str, int] = {reason: n for reason, n in sorted(numbers.items()) if n > 1}

    def sentences(self, on_roll: int) -> dict[str, str]:
        """{reason: what is ticked of all that wait for it}. `on_roll`: how many children are, as the reader sees it."""
        return {reason: _sentence(reason, number, on_roll) for reason, number in self.reasons.items()}

    def waiting_for(self, reasons: Collection[str]) -> list[UUID]:
        """Keys of the rows that wait for nothing else than these reasons."""
        return [key for key, mine in self._rows.items() if mine <= set(reasons)]


def _is_about_a_name(changes: list[dict[str, Any]]) -> bool:
    """Whether an adult of another name may be the same one: of each that is another question."""
    return any(one["field"] == NAME for one in changes)


def _reasons(kind: str, changes: list[dict[str, Any]]) -> frozenset[str]:
    if kind == Kind.LEAVES:
        return frozenset({LEAVES})
    return frozenset(f"{_BY_HAND if one['by_hand'] else ''}{one['field']}" for one in changes if one["grave"])


def _sentence(reason: str, number: int, on_roll: int) -> str:
    if reason == LEAVES:
        return (
            f"{number} of {on_roll} children on roll are not in this file. I have looked at their names, and they have "
            "left."
        )
    label = LABELS[reason.removeprefix(_BY_HAND)]
    changed = ", changed in Harbour" if reason.startswith(_BY_HAND) else ""
    return f"{label}{changed}: I have looked at the {counted(number, 'row')}, and the file is right."
