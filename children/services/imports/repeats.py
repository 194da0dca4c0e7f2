"""Which rows of a file are the same, and which contradict each other? The file against itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT

from children.importing.differences import LABELS
from children.importing.problems import Problem, Severity
from children.models import ImportRow, ImportRun
from children.services import bulk

from .comparing import CHUNK

Kind = ImportRow.Kind


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
    different: list[ImportRow] = []
    for row in group:
        same = next((first for first in different if first.facts == row.facts), None)
        if same is None:
            different.append(row)
            continue
        row.kind = Kind.REPEATED
        _add(row, Severity.WARN, "twice", f"This row is the same as row {same.number}. It counts once.")
        yield row
    if len(different) < 2 or (code != "twice" and all(row.kind == Kind.HELD for row in different)):
        return
    rows = _numbers(different)
    for row in different:
        row.kind = Kind.HELD
        if code == "twice":
            message = f"Rows {rows} have the same UPN and differ in: {_differing(different)}. Which of them is right?"
        elif code == "child_twice":
            message = f"Rows {rows} are about one child of the list. Which of them is right?"
        else:
            message = f"Rows {rows} give one name and date of birth different UPNs. Which of them is right?"
        _add(row, Severity.HOLD, code, message)
        yield row


def _judge_former(group: Sequence[ImportRow]) -> Iterator[ImportRow]:
    """A former UPN that two children carry says about neither who it was."""
    rows = _numbers(group)
    for row in group:
        _add(row, Severity.WARN, "former_twice", f"Rows {rows} carry the same former UPN. It was left out of each.")
        yield row


def _numbers(rows: Iterable[ImportRow]) -> str:
    return " and ".join(f"{row.number}" for row in rows)


def _differing(rows: Sequence[ImportRow]) -> str:
    names = sorted(
        {name for row in rows for name in row.facts if any(r.facts.get(name) != row.facts[name] for r in rows)},
        key=_place,
    )
    return ", ".join(LABELS.get(name, name.replace("_", " ")).lower() for name in names[:5])


def _place(name: str) -> int:
    return list(LABELS).index(name) if name in LABELS else len(LABELS)


def _add(row: ImportRow, severity: Severity, code: str, message: str) -> None:
    row.problems = [Problem(severity, "UPN", code, message).as_dict(), *row.problems]
