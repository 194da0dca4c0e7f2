"""Do the rows of brothers and sisters agree about an adult they share? Where they do not, what Harbour has stays.

Otherwise the last row would win, and the next time the other: the same file would change a number to and fro.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import batched
from uuid import UUID

from django.db.models import Count

from children.importing.adults import REACH, bare, match
from children.importing.differences import LABELS, Held
from children.importing.problems import Problem, Severity
from children.importing.values import MEND
from children.models import ContactLink, ImportRow, ImportRun
from children.services import bulk

from .comparing import CHUNK, load, own
from .repeats import numbered

Kind = ImportRow.Kind
# What is said where: a contact and one of the ways to reach it.
Place = tuple[str, str]


def keep_where_rows_disagree(run: ImportRun) -> None:
    """Take a new number or address of mail back, with a remark, where another row says something else of the same
    adult.
    """
    for contacts in batched(_changed(run), CHUNK):
        links = ContactLink.objects.filter(contact__in=contacts, ends_on=None)
        several = links.order_by().values("contact").annotate(n=Count("pk")).filter(n__gt=1).values("contact")
        shared = links.filter(contact__in=several)
        children = set(shared.values_list("child_id", flat=True))
        rows = list(
            ImportRow.objects.filter(run=run, child__in=children)
            .exclude(kind__in=(Kind.REPEATED, Kind.REJECTED))
            .order_by("number")
        )
        settled = _settle(rows, load(children), {str(key) for key in shared.values_list("contact_id", flat=True)})
        bulk.update(
            ImportRow,
            ("kind", "changes", "problems"),
            ({"id": r.pk, "kind": r.kind, "changes": r.changes, "problems": r.problems} for r in settled),
        )


def _changed(run: ImportRun) -> list[UUID]:
    """The contacts whom a row would give a new number or address of mail."""
    rows = ImportRow.objects.filter(run=run).exclude(changes=[]).values_list("changes", flat=True)
    return sorted(
        {
            UUID(change["contact"])
            for changes in rows.order_by().iterator(CHUNK)
            for change in changes
            if change["contact"] and change["field"] in REACH
        }
    )


def _settle(rows: Iterable[ImportRow], held: dict[UUID, Held], shared: set[str]) -> list[ImportRow]:
    said: dict[Place, dict[ImportRow, str]] = defaultdict(dict)
    for row in rows:
        for place, value in _says(row, held[row.child_id]):  # type: ignore[index]
            if place[0] in shared:
                said[place][row] = value
    settled: dict[UUID, ImportRow] = {}
    for (contact, way), values in said.items():
        if len(set(values.values())) < 2:
            continue
        numbers = numbered(row.number for row in values)
        for row in values:
            _keep(row, contact, way, numbers)
            settled[row.pk] = row
    return list(settled.values())


def _says(row: ImportRow, held: Held) -> Iterator[tuple[Place, str]]:
    """What a row says of how adults are reached whom Harbour has, whether or not that is new."""
    for meant in match(held.adults, own(row.facts, (problem["code"] for problem in row.problems))):
        for way in REACH if meant.known else ():
            if value := getattr(meant.adult, way):
                yield (str(meant.known.contact.pk), way), bare(value)  # type: ignore[union-attr]
    for change in row.changes:
        if change["contact"] and change["field"] in REACH:
            yield (change["contact"], change["field"]), bare(change["now"])


def _keep(row: ImportRow, contact: str, way: str, numbers: str) -> None:
    row.changes = [one for one in row.changes if (one["contact"], one["field"]) != (contact, way)]
    if row.kind == Kind.CHANGES and not row.changes:
        row.kind = Kind.SAME
    message = f"Rows {numbers} give one adult of both children different ones. Harbour keeps what it has. {MEND}"
    row.problems = [*row.problems, Problem(Severity.WARN, LABELS[way], "disagree", message).as_dict()]
