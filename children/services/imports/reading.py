"""Read a file into rows, each compared with the school's list, and say what the whole file would do."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import batched
from typing import Any

from django.db.models import Count, DecimalField, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Extract
from django.utils import timezone

from children.importing import formats
from children.importing.ctf import Header, TransferFile
from children.importing.differences import LABELS
from children.importing.problems import FileRefused, Problem, Severity
from children.importing.reading import open_sheet
from children.importing.rows import Parsed, RowReader, kind_of
from children.lifecycles import import_life
from children.models import Child, ImportRow, ImportRun
from children.services import bulk
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import actors_transaction

from .comparing import CHUNK, CODES, compare
from .starting import refuse, stored

Kind = ImportRow.Kind
Progress = Callable[[int], None]
# More leavers than this share of the children on roll, outside the months in which a year ends, wait for a person.
LEAVERS_SHARE = 0.05
YEAR_ENDS = (7, 8, 9)


def read_import(
    *, run: ImportRun, by: User | None, today: date | None = None, progress: Progress = lambda rows: None
) -> ImportRun:
    """Read, check and compare every row. The run is then READY, or REFUSED with the reason.

    Not one transaction: rows come in chunk by chunk, so that a page can show how far it is. Until the run is ready nobody
    looks at them, and a run that was stopped is read again from the start. `progress` is told the rows of each chunk.
    """
    today = today or timezone.localdate()
    with actors_transaction():
        run = import_life.perform("read", run, by=by)
        ImportRow.objects.filter(run=run).delete()
    run.compared_at, run.summary["list"] = timezone.now(), list_state(run.school)
    try:
        header = _stage(run, today, progress)
    except FileRefused as refused:
        with actors_transaction():
            return refuse(run, refused.sentence, by=by)
    with actors_transaction():
        _mark_twice(run)
        summary = _summarise(run, header, today)
        return import_life.perform(
            "offer", run, by=by, summary=summary, agreed=[], compared_at=run.compared_at, rows_read=run.rows_read
        )


def compare_again(run: ImportRun, today: date) -> dict[str, Any]:
    """Compare the rows with a list that has changed since, and return the new summary. Decisions are taken back."""
    run.summary["list"] = list_state(run.school)
    rows = ImportRow.objects.filter(run=run).order_by("number")
    for chunk in batched(rows.iterator(CHUNK), CHUNK):
        parsed = {row.pk: _as_read(row) for row in chunk}
        found = compare(run.school, list(parsed.values()))
        bulk.update(
            ImportRow,
            _COMPARED,
            ({"id": key, "decision": ""} | result for key, result in zip(parsed, found, strict=True)),
        )
    _mark_twice(run)
    return _summarise(run, None, today)


def leaving(run: ImportRun) -> QuerySet[Child]:
    """Children on roll whom a file of the whole school does not name, in any row. A transfer file makes nobody leave."""
    if run.is_partial:
        return Child.objects.none()
    named = ImportRow.objects.filter(run=run, child_id=OuterRef("pk"))
    return Child.objects.filter(~Exists(named), school=run.school, left_on=None)


def waiting(run: ImportRun) -> QuerySet[ImportRow]:
    """Rows about which a person has yet to say something."""
    return ImportRow.objects.filter(run=run, decision="").filter(
        Q(kind=Kind.HELD) | Q(is_grave=True, kind__in=(Kind.CHANGES, Kind.RETURNS))
    )


def remarked(run: ImportRun) -> QuerySet[ImportRow]:
    """Rows about which there is something to say, in the order of the file."""
    return ImportRow.objects.filter(run=run).exclude(problems=[]).order_by("number")


def list_state(school: School) -> str:
    """Changes whenever a child of the school does, whichever transaction commits first."""
    exactly = Sum(Extract("changed_at", "epoch"), output_field=DecimalField(max_digits=40, decimal_places=6))
    found = Child.objects.filter(school=school).aggregate(n=Count("pk"), at=exactly)
    return f"{found['n']}:{found['at']}"


_COMPARED = ("kind", "child_id", "changes", "is_grave", "problems", "facts", "decision")


def _stage(run: ImportRun, today: date, progress: Progress) -> Header | None:
    parsed, transfer = _open(run, today)
    for chunk in batched(parsed, CHUNK):
        with actors_transaction():
            results = compare(run.school, chunk)
            bulk.insert(ImportRow, (_row(run, row, result) for row, result in zip(chunk, results, strict=True)))
            run.rows_read += len(chunk)
            ImportRun.objects.filter(pk=run.pk).update(rows_read=run.rows_read)
        progress(len(chunk))
    if not run.rows_read:
        raise FileRefused(
            "This file has headings but no children. Export the list again and look at it before you upload it."
        )
    return transfer.header if transfer else None


def _open(run: ImportRun, today: date) -> tuple[Iterator[Parsed], TransferFile | None]:
    run.rows_read = 0
    file = stored(run)
    if run.format == "ctf":
        transfer = TransferFile(file, today=today)
        return transfer.parse(), transfer
    sheet = open_sheet(file)
    product = formats.recognise(sheet.headings) or formats.spreadsheet(
        run.columns, month_first=run.date_style == "month"
    )
    return RowReader(sheet.headings, run.columns, product, today=today).parse(sheet.records), None


def _row(run: ImportRun, row: Parsed, result: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_id": run.pk,
        "number": row.number,
        "upn": result["facts"].get("upn", ""),
        "who": row.who,
        **result,
    }


def _as_read(row: ImportRow) -> Parsed:
    """A row as it was before it was compared."""
    problems = [Problem(**p) for p in row.problems if p["code"] not in CODES]
    kind = Kind.SKIPPED if row.kind == Kind.SKIPPED else kind_of(problems)
    return Parsed(row.number, row.facts, problems, kind)


# --- the file against itself


def _mark_twice(run: ImportRun) -> None:
    """Of rows that are the same, keep the first; hold those that give one UPN to two, two UPNs to one, or are about one child."""
    usable = ImportRow.objects.filter(run=run).exclude(kind__in=(Kind.SKIPPED, Kind.REJECTED, Kind.REPEATED))
    for column, code, nobody in (("upn", "twice", ""), ("who", "who_twice", ""), ("child_id", "child_twice", None)):
        given = usable.exclude(**{column: nobody})
        several = given.values_list(column, flat=True).annotate(n=Count("pk")).filter(n__gt=1)
        groups: dict[Any, list[ImportRow]] = defaultdict(list)
        for some in batched(several.order_by(), CHUNK):
            for row in usable.filter(**{f"{column}__in": some}).order_by("number"):
                groups[getattr(row, column)].append(row)
        marked = [row for group in groups.values() for row in _judge_twins(group, code)]
        bulk.update(
            ImportRow, ("kind", "problems"), ({"id": r.pk, "kind": r.kind, "problems": r.problems} for r in marked)
        )


def _judge_twins(group: Sequence[ImportRow], code: str) -> Iterator[ImportRow]:
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
    rows = " and ".join(f"{row.number}" for row in different)
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


# --- the file as a whole


def _summarise(run: ImportRun, header: Header | None, today: date) -> dict[str, Any]:
    rows = ImportRow.objects.filter(run=run)
    kinds = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    on_roll = Child.objects.filter(school=run.school, left_on=None).count()
    gone, unknown = leaving(run).count(), rows.filter(child=None, kind__in=(Kind.REJECTED, Kind.HELD)).count()
    classes = _classes_gone(run)
    summary = run.summary | {
        "kinds": kinds,
        "grave": rows.filter(is_grave=True, kind__in=(Kind.CHANGES, Kind.RETURNS)).count(),
        "warned": rows.exclude(problems=[]).count(),
        "on_roll": on_roll,
        "leaving": gone,
        "unknown": unknown,
        "classes_gone": classes,
        "ignored": _ignored(run),
    }
    summary["questions"] = [{"key": key, "text": text} for key, text in _questions(run, summary, header, today)]
    return summary


def _questions(
    run: ImportRun, summary: dict[str, Any], header: Header | None, today: date
) -> Iterable[tuple[str, str]]:
    """What somebody must have looked at before the list may change: a key, and the sentence to be ticked."""
    gone, on_roll = summary["leaving"], summary["on_roll"]
    if gone and gone > on_roll * LEAVERS_SHARE and today.month not in YEAR_ENDS:
        yield (
            "leavers",
            f"{gone} of {on_roll} children on roll are not in this file. I have looked at their names, and they have left.",
        )
    elif gone and summary["unknown"]:
        yield (
            "leavers",
            f"{gone} children are not in this file, but {summary['unknown']} of its rows cannot be matched to anybody. I have looked at the names of those not in it, and they have left.",
        )
    if classes := summary["classes_gone"]:
        names = ", ".join(classes)
        yield (
            "classes",
            f"No child in this file is in class {names}. I have checked that {'it is' if len(classes) == 1 else 'they are'} no longer there.",
        )
    if header is not None and _for_another_school(run.school, header):
        yield (
            "addressee",
            f"This transfer file is addressed to another school ({header.authority}/{header.establishment}). I have checked that its children are coming to us.",
        )


def _for_another_school(school: School, header: Header) -> bool:
    given = (header.authority, header.establishment)
    return all(given) and bool(school.establishment) and given != (school.local_authority, school.establishment)


def _classes_gone(run: ImportRun) -> list[str]:
    """Classes with children on roll that no row of a whole-school file names."""
    if run.is_partial or "class_name" not in run.columns.values():
        return []
    held = Child.objects.filter(school=run.school, left_on=None).exclude(class_name="")
    rows = ImportRow.objects.filter(run=run)
    named = set(rows.values_list("facts__class_name", flat=True).distinct())
    # A row without a class leaves its child where it is.
    named |= set(
        held.filter(pk__in=rows.filter(facts__class_name=None, child__isnull=False).values("child_id")).values_list(
            "class_name", flat=True
        )
    )
    return sorted(set(held.order_by().values_list("class_name", flat=True).distinct()) - named)


def _ignored(run: ImportRun) -> list[str]:
    """Headings of the file that Harbour does not take."""
    return [heading for heading in run.summary.get("headings", []) if heading and heading not in run.columns]
