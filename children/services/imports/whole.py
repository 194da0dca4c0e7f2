"""What would the file as a whole do, and what must somebody have looked at before the list may change?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from children.importing.differences import LABELS
from children.importing.held_facts import ON_ROLL
from children.models import BY_NAME, Child, HeldFact, ImportRow, ImportRun
from children.names import fold
from safeguarding.accounts.models import School, User
from safeguarding.once import once

from .comparing import CHUNK
from .sight import for_whoever_looks, hidden_from, whole_list

Kind, Status = ImportRow.Kind, ImportRun.Status
# More leavers than this share of the children on roll wait for a person, in every month.
LEAVERS_SHARE = 0.05
# A field that changes for more than this share of the roll, and for more than so many: columns may have moved.
MOVED_SHARE, MOVED_MOST = 0.1, 10
# In these months every child gets a new year and a new class.
YEAR_ENDS, MOVE_THEN = (7, 8, 9), frozenset({"year_group", "class_name"})
# Questions of which nobody needs to know the answer before the rest goes in: who would leave waits by itself.
_CAN_WAIT = frozenset({"leavers", "classes"})
# Without a decision nothing of these goes in: who comes back is asked about, as is what must not change unseen.
WAITS = Q(kind__in=(Kind.HELD, Kind.RETURNS, Kind.LEAVES)) | Q(is_grave=True, kind=Kind.CHANGES)
Question = dict[str, str]


def leaving(run: ImportRun) -> QuerySet[Child]:
    """Children on roll whom a file of the whole school does not name, in any row, less those who were added here, or of
    whom somebody has said that they are here all the same.

    A transfer file makes nobody leave. Asked where the whole list is seen.
    """
    if run.is_partial:
        return Child.objects.none()
    # As a set of keys, looked up child by child: as a join, a table that has just grown by 60,000 rows, which the
    # planner knows nothing of yet, was searched once for each of them.
    named = ImportRow.objects.filter(run=run, child__isnull=False).exclude(kind=Kind.LEAVES).values("child_id")
    here = HeldFact.objects.filter(school=run.school, field=ON_ROLL, said=False).values("child_id")
    return _on_roll(run).exclude(pk__in=named).exclude(pk__in=here)


def leavers(run: ImportRun, *, by: User, most: int) -> list[Child]:
    """Who would leave, by name, less those hidden from whoever looks; at most so many."""
    with whole_list():
        return list(leaving(run).visible_to(by).order_by(*BY_NAME)[:most])  # type: ignore[attr-defined]


def _on_roll(run: ImportRun) -> QuerySet[Child]:
    """Children on roll, once each: a record that has become part of another is nobody any more, for the worker too."""
    return Child.objects.filter(school=run.school, left_on=None, merged_into=None)


def waiting(run: ImportRun, *, by: User | None = None) -> QuerySet[ImportRow]:
    """Rows about which a person has yet to say something; of a list that has changed, all that was not taken and can
    be used. Less those hidden from `by`.
    """
    rows = for_whoever_looks(ImportRow.objects.filter(run=run, decision=""), by)
    return rows.exclude(kind=Kind.REJECTED) if run.status == Status.CONFIRMED else rows.filter(WAITS)


def remarked(run: ImportRun, by: User | None) -> QuerySet[ImportRow]:
    """Rows about which there is something to say to somebody, in the order of the file."""
    return for_whoever_looks(ImportRow.objects.filter(run=run), by).exclude(problems=[]).order_by("number")


def summarise(run: ImportRun) -> dict[str, Any]:
    """The summary of a run whose rows have been compared: how many rows of each kind, and the figures of the whole.

    `compared` is the revision with which this is shown: a page with an earlier one showed other rows.
    """
    return run.summary | _figures(run) | {"ignored": _ignored(run), "compared": run.revision + 1}


def summary_for(run: ImportRun, by: User | None) -> dict[str, Any]:
    """The summary as somebody may read it: children hidden from them are not counted."""
    if by is None or not hidden_from(by):
        return run.summary
    return once((by.pk, "import", run.pk, run.revision), lambda: _less_hidden(run, by))


def _less_hidden(run: ImportRun, by: User) -> dict[str, Any]:
    with whole_list():
        return run.summary | _figures(run, by)


def _figures(run: ImportRun, by: User | None = None) -> dict[str, Any]:
    """Rows by kind, children on roll and would-be leavers, rows that cannot be matched, classes that would vanish,
    fields that change for many; less the children hidden from `by`. Asked where the whole list is seen.
    """
    whole: tuple[Any, ...] = (ImportRow.objects.filter(run=run), _on_roll(run), leaving(run))
    rows, on_roll, gone = whole if by is None else (found.not_hidden_from(by) for found in whole)
    kinds = {f"of_{kind}": Count("pk", filter=Q(kind=kind)) for kind in Kind.values}
    counts = rows.aggregate(
        grave=Count("pk", filter=Q(is_grave=True, kind__in=(Kind.CHANGES, Kind.RETURNS))),
        warned=Count("pk", filter=~Q(problems=[])),
        unknown=Count("pk", filter=Q(child=None, kind__in=(Kind.REJECTED, Kind.HELD))),
        **kinds,
    )
    of_kind = {kind: number for kind in Kind.values if (number := counts.pop(f"of_{kind}"))}
    there = on_roll.count()
    return counts | {
        "kinds": of_kind,
        "on_roll": there,
        "leaving": gone.count(),
        "classes_gone": _classes_gone(run, on_roll),
        "moved": _moved(run, rows, there),
    }


def questions(run: ImportRun, *, by: User | None = None, today: date | None = None) -> list[Question]:
    """What somebody must have looked at before the list may change: [{"key", "text": the sentence to be ticked}].

    `by` is who is asked: children hidden from them are not counted. They are asked on the day of the confirmation: what
    needs no asking in September does in December.
    """
    if "leaving" not in run.summary:
        return []
    found = _questions(run.school, summary_for(run, by), today or timezone.localdate())
    return [{"key": key, "text": text} for key, text in found]


def stops(run: ImportRun, *, today: date | None = None) -> list[Question]:
    """The questions for which the whole file waits, where nobody looks before it goes in."""
    return [one for one in questions(run, today=today) if one["key"] not in _CAN_WAIT]


def leavers_wait(run: ImportRun, *, by: User | None, today: date) -> bool:
    """Whether it is for a person to say that the children who are not in the file have left, and nobody has."""
    return "leavers" in {one["key"] for one in questions(run, by=by, today=today)} - set(run.agreed)


def _questions(school: School, summary: Mapping[str, Any], today: date) -> Iterator[tuple[str, str]]:
    gone, on_roll, unknown = summary["leaving"], summary["on_roll"], summary["unknown"]
    if gone > on_roll * LEAVERS_SHARE:
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
    for field, number in summary["moved"].items():
        if today.month not in YEAR_ENDS or field not in MOVE_THEN:
            yield (
                f"moved_{field}",
                f"{LABELS[field]}: this file says something else for {number} of {on_roll} children. I have looked at "
                "some of them, and its columns have not moved.",
            )
    if classes := summary["classes_gone"]:
        names = ", ".join(classes)
        yield (
            "classes",
            f"No child in this file is in class {names}. I have checked that "
            f"{'it is' if len(classes) == 1 else 'they are'} no longer there.",
        )
    addressee = summary.get("addressee")
    if addressee and _is_another_school(school, *addressee):
        yield (
            "addressee",
            f"This transfer file is addressed to another school ({'/'.join(addressee)}). I have checked "
            "that its children are coming to us.",
        )


def _is_another_school(school: School, authority: str, establishment: str) -> bool:
    given = (authority, establishment)
    return all(given) and bool(school.establishment) and given != (school.local_authority, school.establishment)


def _moved(run: ImportRun, rows: QuerySet[ImportRow], on_roll: int) -> dict[str, int]:
    """Fields that the file changes for so many of the children on roll that its columns may have moved: {field:
    children}.

    What Harbour did not have is no change, a new adult apart.
    """
    if run.is_partial:
        return {}
    found: Counter[str] = Counter()
    changing = rows.exclude(changes=[]).exclude(kind=Kind.REPEATED).order_by()
    for changes in changing.values_list("changes", flat=True).iterator(CHUNK):
        found.update({one["field"] for one in changes if one["was"] or one["field"] == "adult"})
    least = max(on_roll * MOVED_SHARE, MOVED_MOST)
    return {field: number for field, number in sorted(found.items()) if number > least}


def _classes_gone(run: ImportRun, on_roll: QuerySet[Child]) -> list[str]:
    """Classes with children on roll that no row of a whole-school file names."""
    if run.is_partial or "class_name" not in run.columns.values():
        return []
    held = on_roll.exclude(class_name="")
    rows = ImportRow.objects.filter(run=run).order_by()
    named = rows.values_list(KT("facts__class_name"))
    # A row without a class leaves its child where it is. Asked from the rows, as in `leaving`: each finds its child by
    # its key.
    silent = rows.filter(~Q(facts__has_key="class_name"), child__school=run.school, child__left_on=None)
    # In other letters it is the same class.
    there = {fold(name or "") for (name,) in named.union(silent.values_list("child__class_name"))}
    classes = set(held.order_by().values_list("class_name", flat=True).distinct())
    return sorted(name for name in classes if fold(name) not in there)


def _ignored(run: ImportRun) -> list[str]:
    """Headings of the file that Harbour does not take."""
    return [heading for heading in run.summary.get("headings", []) if heading and heading not in run.columns]
