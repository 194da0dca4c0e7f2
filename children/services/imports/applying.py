"""Write what the rows say: who joins, who changes, who comes back, who has left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Greatest, Now

from children.facts import Adult, Called, Earlier, Home, NewChild
from children.importing.differences import DETAIL, Change, Held, differences
from children.importing.rows import Facts
from children.models import Child, ClassEpisode, Enrolment, ImportRow, ImportRun, ParentalResponsibility
from children.services.registering import register_children
from safeguarding.audit.history import recorded

from .changing import change_children
from .comparing import CHUNK, load, own
from .progress import Progress
from .whole import leaving

Kind, D = ImportRow.Kind, ImportRow.Decision


@dataclass(slots=True)
class Applied:
    """Keys of the children that an import touched."""

    joined: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)
    returned: list[UUID] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {
            "joined": len(self.joined),
            "changed": len(self.changed),
            "returned": len(self.returned),
            "left": len(self.left),
        }


def apply(run: ImportRun, *, today: date, progress: Progress) -> Applied:
    """Change the list as the rows and the decisions about them say. The caller holds the school's lock."""
    done = Applied()
    gone = list(leaving(run).values_list("pk", flat=True))
    rows = ImportRow.objects.filter(run=run).exclude(kind__in=(Kind.SAME, Kind.SKIPPED, Kind.REPEATED, Kind.REJECTED))
    for chunk in batched(rows.order_by("number").iterator(CHUNK), CHUNK):
        new = [_new_child(_facts(row), run, today) for row in chunk if _is_new(row)]
        done.joined += register_children(school=run.school, children=new, today=today)
        _change(run, [row for row in chunk if _is_change(row)], done, today=today)
        progress(len(chunk))
    _let_go(gone, today)
    done.left = gone
    return done


# --- which rows do what


def _is_new(row: ImportRow) -> bool:
    if row.decision in (D.TAKE_NEW, D.NO_NUMBER):
        return True
    taken = row.kind == Kind.JOINS and row.decision != D.LEAVE
    return row.child_id is None and (taken or (row.kind == Kind.HELD and row.decision == D.TAKE))


def _is_change(row: ImportRow) -> bool:
    """A change that is grave needs a person's word; any other goes through unless it was left out."""
    if row.child_id is None or row.decision in (D.TAKE_NEW, D.NO_NUMBER, D.LEAVE):
        return False
    return row.decision in (D.TAKE, D.KEEP_HELD) or (row.kind != Kind.HELD and not row.is_grave)


def _facts(row: ImportRow) -> Facts:
    """What a row says about its child, less what is another child's."""
    facts = own(row.facts, (problem["code"] for problem in row.problems))
    if row.decision == D.NO_NUMBER:
        return {name: value for name, value in facts.items() if name not in ("upn", "former_upn")}
    return facts


def _new_child(facts: Facts, run: ImportRun, today: date) -> NewChild:
    """The facts of a row as a child to be registered."""
    details: dict[str, Any] = {name: facts[name] for name in DETAIL if name in facts}
    if run.is_partial:
        known: str = ParentalResponsibility.Known.TRANSFER
    else:
        known = ParentalResponsibility.Known.SYSTEM
    former = facts.get("former_upn")
    adults = [Adult(**adult, known_from=known) for adult in facts.get("adults", ())]
    if adults and not adults[0].mobile:
        adults[0].mobile = facts.get("emergency_phone", "")
    return NewChild(
        forename=facts.get("forename", ""),
        surname=facts.get("surname", ""),
        known_forename=facts.get("known_forename", ""),
        known_surname=facts.get("known_surname", ""),
        year_group=facts.get("year_group"),
        class_name=facts.get("class_name", ""),
        entered_on=_day(facts.get("entered_on")) or today,
        details=details,
        withheld=bool(facts.get("address_confidential")),
        homes=[Home(**facts["address"])] if "address" in facts else [],
        adults=adults,
        called=[Called(**name) for name in facts.get("called", ())],
        former_upns=[former] if former and former != facts.get("upn") else [],
        earlier=[Earlier(**school) for school in facts.get("earlier", ())],
    )


def _change(run: ImportRun, rows: Sequence[ImportRow], done: Applied, *, today: date) -> None:
    held = load(row.child_id for row in rows if row.child_id)
    wanted: list[tuple[Held, Facts, list[Change]]] = []
    for row in rows:
        known = held[row.child_id]  # type: ignore[index]
        facts = _facts(row)
        # An adult of several children may have been changed by another row already; never more than was shown.
        shown = {(change["field"], change["place"]) for change in row.changes}
        changes = [change for change in differences(known, facts) if (change.field, change.place) in shown]
        if row.decision == D.KEEP_HELD:
            changes = [change for change in changes if not change.grave]
        comes_back = known.child.left_on is not None
        if comes_back:
            done.returned.append(known.child.pk)
        if changes or comes_back:
            done.changed.append(known.child.pk)
            wanted.append((known, facts, changes))
    change_children(run, wanted, today=today)


def _let_go(gone: Sequence[UUID], today: date) -> None:
    """Close the enrolments and classes of children who have left. The file does not say when: at the latest today."""
    for keys in batched(gone, CHUNK):
        last = Greatest(Value(today), F("entered_on"))
        times = Enrolment.objects.filter(child__in=keys, left_on=None)
        classes = ClassEpisode.objects.filter(child__in=keys, ends_on=None)
        children = Child.objects.filter(pk__in=keys)
        with recorded(times, "left_on"), recorded(classes, "ends_on"), recorded(children, "left_on"):
            times.update(left_on=last)
            classes.update(ends_on=Greatest(Value(today), F("starts_on")))
            children.update(left_on=last, changed_at=Now())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
