"""What would the file as a whole do, and what must somebody have looked at before the list may change?"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from children.models import Child, ImportRow, ImportRun
from safeguarding.accounts.models import School

Kind = ImportRow.Kind
# More leavers than this share of the children on roll, outside the months in which a year ends, wait for a person.
LEAVERS_SHARE = 0.05
YEAR_ENDS = (7, 8, 9)
Question = dict[str, str]


def leaving(run: ImportRun) -> QuerySet[Child]:
    """Children on roll whom a file of the whole school does not name, in any row.

    A transfer file makes nobody leave.
    """
    if run.is_partial:
        return Child.objects.none()
    # As a set of keys, looked up child by child: as a join, a table that has just grown by 60,000 rows, which the
    # planner knows nothing of yet, was searched once for each of them.
    named = ImportRow.objects.filter(run=run, child__isnull=False).values("child_id")
    return _on_roll(run).exclude(pk__in=named)


def _on_roll(run: ImportRun) -> QuerySet[Child]:
    """Children on roll, once each: a record that has become part of another is nobody any more, for the worker too."""
    return Child.objects.filter(school=run.school, left_on=None, merged_into=None)


def waiting(run: ImportRun) -> QuerySet[ImportRow]:
    """Rows about which a person has yet to say something."""
    return ImportRow.objects.filter(run=run, decision="").filter(
        Q(kind=Kind.HELD) | Q(is_grave=True, kind__in=(Kind.CHANGES, Kind.RETURNS))
    )


def remarked(run: ImportRun) -> QuerySet[ImportRow]:
    """Rows about which there is something to say, in the order of the file."""
    return ImportRow.objects.filter(run=run).exclude(problems=[]).order_by("number")


def summarise(run: ImportRun) -> dict[str, Any]:
    """The summary of a run whose rows have been compared: how many rows of each kind, who would leave, classes gone.

    `compared` is the revision with which this is shown: a page with an earlier one showed other rows.
    """
    rows = ImportRow.objects.filter(run=run)
    return run.summary | {
        "kinds": dict(rows.order_by().values_list("kind").annotate(n=Count("pk"))),
        "grave": rows.filter(is_grave=True, kind__in=(Kind.CHANGES, Kind.RETURNS)).count(),
        "warned": rows.exclude(problems=[]).count(),
        "on_roll": _on_roll(run).count(),
        "leaving": leaving(run).count(),
        "unknown": rows.filter(child=None, kind__in=(Kind.REJECTED, Kind.HELD)).count(),
        "classes_gone": _classes_gone(run),
        "ignored": _ignored(run),
        "compared": run.revision + 1,
    }


def questions(run: ImportRun, *, today: date | None = None) -> list[Question]:
    """What somebody must have looked at before the list may change: [{"key", "text": the sentence to be ticked}].

    They are asked on the day of the confirmation: what needs no asking in September does in December.
    """
    if "leaving" not in run.summary:
        return []
    found = _questions(run, today or timezone.localdate())
    return [{"key": key, "text": text} for key, text in found]


def _questions(run: ImportRun, today: date) -> Iterator[tuple[str, str]]:
    summary = run.summary
    gone, on_roll, unknown = summary["leaving"], summary["on_roll"], summary["unknown"]
    if gone and gone > on_roll * LEAVERS_SHARE and today.month not in YEAR_ENDS:
        yield (
            "leavers",
            f"{gone} of {on_roll} children on roll are not in this file. I have looked at their names, and "
            "they have left.",
        )
    elif gone and unknown:
        yield (
            "leavers",
            f"{gone} children are not in this file, but {unknown} of its rows cannot be matched to "
            "anybody. I have looked at the names of those not in it, and they have left.",
        )
    if classes := summary["classes_gone"]:
        names = ", ".join(classes)
        yield (
            "classes",
            f"No child in this file is in class {names}. I have checked that "
            f"{'it is' if len(classes) == 1 else 'they are'} no longer there.",
        )
    addressee = summary.get("addressee")
    if addressee and _is_another_school(run.school, *addressee):
        yield (
            "addressee",
            f"This transfer file is addressed to another school ({'/'.join(addressee)}). I have checked "
            "that its children are coming to us.",
        )


def _is_another_school(school: School, authority: str, establishment: str) -> bool:
    given = (authority, establishment)
    return all(given) and bool(school.establishment) and given != (school.local_authority, school.establishment)


def _classes_gone(run: ImportRun) -> list[str]:
    """Classes with children on roll that no row of a whole-school file names."""
    if run.is_partial or "class_name" not in run.columns.values():
        return []
    held = _on_roll(run).exclude(class_name="")
    rows = ImportRow.objects.filter(run=run)
    named = set(rows.values_list("facts__class_name", flat=True).distinct())
    # A row without a class leaves its child where it is. Asked from the rows, as in `leaving`: each finds its child by
    # its key.
    silent = rows.filter(facts__class_name=None, child__school=run.school, child__left_on=None)
    named |= set(silent.values_list("child__class_name", flat=True).distinct())
    return sorted(set(held.order_by().values_list("class_name", flat=True).distinct()) - named)


def _ignored(run: ImportRun) -> list[str]:
    """Headings of the file that Harbour does not take."""
    return [heading for heading in run.summary.get("headings", []) if heading and heading not in run.columns]
