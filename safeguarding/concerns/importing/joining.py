"""Which rows belong together? An incident, each of its children, the actions that stand in rows of their own, the same
row twice.

An export repeats the number of an incident: once for each further child, and once for each further action. A row that
says what happened is an incident of its child. A row that says only what was done belongs to the incident with its
number: to that of its child where it names one, else to that of every child.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from .said import Said

RECORD, ACTION, REPEATED, BAD = "record", "action", "repeated", "bad"
_ACTION = ("action_on", "action_by", "action", "outcome")
_SAME = ("on", "at", "details", "category", "author")


def join(rows: Sequence[Said]) -> None:
    """Say of each row what it is (`kind`), and of each action whose rows it `joins`. Children are found already."""
    records: dict[tuple[str, UUID | None], Said] = {}
    of_number: defaultdict[str, list[Said]] = defaultdict(list)
    bad = set[str]()
    for row in rows:
        if row.problem or "details" not in row.facts:
            bad |= {row.facts.get("reference", "")} if row.problem and "details" in row.facts else set()
            continue
        first = records.setdefault(_key(row), row)
        if first is row:
            row.kind = RECORD
            of_number[row.facts.get("reference", "")].append(row)
        else:
            _again(row, first)
    for row in rows:
        if not row.problem and "details" not in row.facts:
            _act(row, of_number, bad)
        if row.problem:
            row.kind, row.joins = BAD, []


def _key(row: Said) -> tuple[str, UUID | None]:
    """By what two rows are about the same incident: its number, or all that they say where it has none."""
    number = row.facts.get("reference", "")
    return (f"#{number}" if number else "\x1f".join(row.facts.get(name, "") for name in _SAME)), row.child


def _again(row: Said, first: Said) -> None:
    """A further row of an incident and child: a further action, nothing new, or a contradiction."""
    if any(row.facts.get(name) != first.facts.get(name) for name in _SAME):
        row.problem = "differs"
    elif _action(row) and _action(row) != _action(first):
        # What else its row says may be of the action: whether it is done, by when.
        row.kind, row.joins = ACTION, [first.number]
    elif row.more != first.more:
        row.problem = "differs"
    else:
        row.kind = REPEATED


def _act(row: Said, of_number: dict[str, list[Said]], bad: set[str]) -> None:
    number = row.facts.get("reference", "")
    meant = [one for one in of_number.get(number, ()) if number and (not row.says_who or one.child == row.child)]
    if meant:
        row.kind, row.joins = ACTION, [one.number for one in meant]
    else:
        row.problem = "incident_bad" if number and number in bad else "no_incident"


def _action(row: Said) -> dict[str, str]:
    """What a row says was done; nothing where it does not say what."""
    return {name: row.facts[name] for name in _ACTION if name in row.facts} if row.facts.get("action") else {}


def actions_of(record: Said, others: Iterable[Said]) -> list[dict[str, str]]:
    """What was done about an incident, in the order of the rows, each once. Those of a date stand by their date."""
    found = [action for row in (record, *others) if (action := _action(row))]
    once = list({tuple(action.items()): action for action in found}.values())
    return sorted(once, key=lambda action: action.get("action_on", ""))


def further_of(record: Said, others: Iterable[Said]) -> dict[str, Any]:
    """What else is kept of an incident: what was done, and what stood in columns that Harbour has no place of its own
    for.

    That of the rows of its actions too, each text once under its heading.
    """
    others, found = list(others), dict[str, Any]()
    if actions := actions_of(record, others):
        found["actions"] = actions
    if more := dict.fromkeys(tuple(one) for row in (record, *others) for one in row.more):
        found["more"] = [list(one) for one in more]
    return found
