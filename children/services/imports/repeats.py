"""Which rows of a file are the same, and which contradict each other? The file against itself."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT

from children.importing.differences import LABELS
from children.importing.problems import Problem, Severity
from children.importing.rows import Facts
from children.models import ImportRow, ImportRun
from children.services import bulk

from .comparing import CHUNK

Kind = ImportRow.Kind
# How many rows a message names by their numbers.
MOST_NAMED = 20


def mark_repeats(run: ImportRun) -> None:
    """Of rows that are the same, keep the first; hold those that give one UPN to two, two UPNs to one, or are about one
    child.
    """
    usable = ImportRow.objects.filter(run=run).exclude(kind__in=(Kind.SKIPPED, Kind.REJECTED, Kind.REPEATED))
    for column, code, nobody in (("upn", "twice", ""), ("who", "who_twice", ""), ("child_id", "child_twice", None)):
        groups = _groups(usable, usable.exclude(**{column: nobody}), column)
        _write(row for group in groups for row in _judge(group, code))
    if run.is_partial:
        formers = usable.filter(facts__has_key="former_upn").annotate(former=KT("facts__former_upn"))
        _write(row for group in _groups(formers, formers, "former") for row in _judge_former(group))


def _groups(rows: QuerySet[ImportRow], given: QuerySet[ImportRow], column: str) -> Iterator[list[ImportRow]]:
    """The rows that have the same in a column, where there are several of them."""
    several = given.values_list(column, flat=True).annotate(n=Count("pk")).filter(n__gt=1)
    for some in batched(several.order_by(), CHUNK):
        groups: dict[Any, list[ImportRow]] = defaultdict(list)
        for row in rows.filter(**{f"{column}__in": some}).order_by("number"):
            groups[getattr(row, column)].append(row)
        yield from groups.values()


def _write(marked: Iterable[ImportRow]) -> None:
    bulk.update(ImportRow, ("kind", "problems"), ({"id": r.pk, "kind": r.kind, "problems": r.problems} for r in marked))


def _judge(group: Sequence[ImportRow], code: str) -> Iterator[ImportRow]:
    different: dict[str, ImportRow] = {}
    for row in group:
        same = different.setdefault(as_text(row.facts), row)
        if same is row:
            continue
        row.kind = Kind.REPEATED
        _add(row, Severity.WARN, "twice", f"This row is the same as row {same.number}. It counts once.")
        yield row
    rows = list(different.values())
    if len(rows) < 2 or (code != "twice" and all(row.kind == Kind.HELD for row in rows)):
        return
    message = _message(rows, code)
    for row in rows:
        row.kind = Kind.HELD
        _add(row, Severity.HOLD, code, message)
        yield row


def _message(rows: Sequence[ImportRow], code: str) -> str:
    numbers = numbered(row.number for row in rows)
    if code == "twice":
        return f"Rows {numbers} have the same UPN and differ in: {_differing(rows)}. Which of them is right?"
    if code == "child_twice":
        return f"Rows {numbers} are about one child of the list. Which of them is right?"
    return f"Rows {numbers} give one name and date of birth different UPNs. Which of them is right?"


def _judge_former(group: Sequence[ImportRow]) -> Iterator[ImportRow]:
    """A former UPN that two children carry says about neither who it was."""
    rows = numbered(row.number for row in group)
    for row in group:
        _add(row, Severity.WARN, "former_twice", f"Rows {rows} carry the same former UPN. It was left out of each.")
        yield row


def as_text(facts: Facts) -> str:
    """Facts as one text: rows that say the same have the same."""
    return json.dumps(facts, sort_keys=True)


def numbered(numbers: Iterable[int]) -> str:
    """The numbers of rows in words. Each of the rows says it, so of many it names some: 2 and 3 and 90 more."""
    listed = sorted(numbers)
    more = [f"{len(listed) - MOST_NAMED} more"] if len(listed) > MOST_NAMED else []
    return " and ".join([*map(str, listed[:MOST_NAMED]), *more])


def _differing(rows: Sequence[ImportRow]) -> str:
    first = rows[0].facts
    names = {name for row in rows for name in row.facts.keys() | first.keys() if row.facts.get(name) != first.get(name)}
    return ", ".join(LABELS.get(name, name.replace("_", " ")).lower() for name in sorted(names, key=_place)[:5])


def _place(name: str) -> int:
    return list(LABELS).index(name) if name in LABELS else len(LABELS)


def _add(row: ImportRow, severity: Severity, code: str, message: str) -> None:
    row.problems = [Problem(severity, "UPN", code, message).as_dict(), *row.problems]
