"""Write what the rows say: who joins, who changes, who comes back, who has left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Value
from django.db.models.functions import Greatest, Now

from children.facts import Adult, Called, Earlier, Home, NewChild
from children.importing.differences import DETAIL, Change, Held
from children.importing.held_facts import as_another, changes_by
from children.importing.problems import Problem, Severity
from children.importing.rows import Facts
from children.models import Child, ClassEpisode, Enrolment, ImportRow, ImportRun, ToldBy
from children.services import bulk
from children.services.registering import register_children
from safeguarding.accounts.models import User
from safeguarding.audit.history import recorded

from .changing import change_children
from .comparing import CHUNK, addresses_in, load, own
from .deciding import refused_names
from .holding import keep_here
from .progress import Progress
from .sight import for_a_colleague, hidden_from
from .whole import leavers_wait, leaving

Kind, D = ImportRow.Kind, ImportRow.Decision
# Rows of which nothing is left to do.
DONE_WITH = (Kind.SAME, Kind.SKIPPED, Kind.REPEATED)


@dataclass(slots=True)
class Applied:
    """Keys of the children that an import touched."""

    joined: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)
    returned: list[UUID] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)

    def keys(self) -> dict[str, list[UUID]]:
        return {"joined": self.joined, "changed": self.changed, "returned": self.returned, "left": self.left}

    def counts(self) -> dict[str, int]:
        return {what: len(keys) for what, keys in self.keys().items()}


def apply(run: ImportRun, *, by: User | None, today: date, progress: Progress) -> Applied:
    """Change the list as the rows and the decisions about them say, less the children hidden from who confirmed.

    The caller holds the school's lock, and sees the whole list.
    """
    done = Applied()
    gone = _who_leaves(run, by=by, today=today)
    rows = ImportRow.objects.filter(run=run).exclude(kind__in=(*DONE_WITH, Kind.REJECTED, Kind.LEAVES))
    rows = rows.exclude(pk__in=for_a_colleague(run, by).values("pk"))
    for chunk in batched(rows.order_by("number").iterator(CHUNK), CHUNK):
        apply_rows(run, chunk, done, by=by, today=today)
        progress(len(chunk))
    let_go(gone, today)
    done.left = gone
    return done


def apply_rows(run: ImportRun, rows: Sequence[ImportRow], done: Applied, *, by: User | None, today: date) -> None:
    """Write what these rows say, as far as they were decided or need nobody; `done` gets the keys."""
    new = [_new_child(_facts(row), run, today) for row in rows if _is_new(row)]
    done.joined += register_children(school=run.school, children=new, today=today)
    _change(run, [row for row in rows if _is_change(row)], done, by=by, today=today)


def _who_leaves(run: ImportRun, *, by: User | None, today: date) -> list[UUID]:
    """The children who leave with this file. The others whom it does not name get a row that waits for a person: all of
    them where nobody has said yes to so many, else those hidden from who confirmed.
    """
    gone = leaving(run)
    wait = gone if leavers_wait(run, by=by, today=today) else gone.filter(pk__in=hidden_from(by))
    held = list(wait)
    last = ImportRow.objects.filter(run=run).aggregate(last=Max("number"))["last"] or 0
    asked = Problem(Severity.HOLD, "", "not_named", "On roll here, and not in this file. Has the child left?")
    bulk.insert(
        ImportRow,
        (
            {
                "run_id": run.pk,
                "school_id": run.school_id,
                "number": last + n,
                "kind": Kind.LEAVES,
                "child_id": child.pk,
                "facts": {name: getattr(child, name) for name in ("forename", "surname", "year_group", "class_name")},
                "problems": [asked.as_dict()],
            }
            for n, child in enumerate(held, start=1)
        ),
    )
    stay = {child.pk for child in held}
    return [key for key in gone.values_list("pk", flat=True) if key not in stay]


# --- which rows do what


def _is_new(row: ImportRow) -> bool:
    if row.decision in (D.TAKE_NEW, D.NO_NUMBER):
        return True
    taken = row.kind == Kind.JOINS and row.decision != D.LEAVE
    return row.child_id is None and (taken or (row.kind == Kind.HELD and row.decision == D.TAKE))


def _is_change(row: ImportRow) -> bool:
    """A grave change and a return need a person's word; any other change goes through unless it was left out."""
    if row.child_id is None or row.decision in (D.TAKE_NEW, D.NO_NUMBER, D.LEAVE):
        return False
    return row.decision in (D.TAKE, D.KEEP_HELD, D.ADD_ADULT) or (row.kind == Kind.CHANGES and not row.is_grave)


def _facts(row: ImportRow) -> Facts:
    """What a row says about its child, less what is another child's."""
    facts = own(row.facts, (problem["code"] for problem in row.problems))
    if row.decision == D.NO_NUMBER:
        return {name: value for name, value in facts.items() if name not in ("upn", "former_upn")}
    return facts


def _new_child(facts: Facts, run: ImportRun, today: date) -> NewChild:
    """The facts of a row as a child to be registered."""
    details: dict[str, Any] = {name: facts[name] for name in DETAIL if name in facts}
    told_by = ToldBy.SCHOOL if run.is_partial else ToldBy.SYSTEM
    former = facts.get("former_upn")
    adults = [Adult(**adult, told_by=told_by) for adult in facts.get("adults", ())]
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


def _change(run: ImportRun, rows: Sequence[ImportRow], done: Applied, *, by: User | None, today: date) -> None:
    addresses = addresses_in(run.school_id, (row.facts for row in rows))
    held = load((row.child_id for row in rows if row.child_id), addresses)
    wanted: list[tuple[Held, Facts, list[Change]]] = []
    kept: list[tuple[Held, Facts, list[Change]]] = []
    for row in rows:
        known = held[row.child_id]  # type: ignore[index]
        facts = _facts(row)
        # An adult of several children may have been changed by another row already; never more than was shown.
        shown = {(change["field"], change["place"]) for change in row.changes}
        would = changes_by(known, facts, is_partial=run.is_partial)
        # Skip an adult whom an order has come to bind since somebody took the row. The next list asks again.
        bound = refused_names(row, row.decided_by_id) if row.decision == D.TAKE else set()
        changes = [change for change in would if (change.field, change.place) in shown and change.contact not in bound]
        if row.decision == D.ADD_ADULT:
            changes = as_another(changes, facts)
        if row.decision == D.KEEP_HELD:
            kept.append((known, facts, [change for change in changes if change.grave]))
            changes = [change for change in changes if not change.grave]
        comes_back = known.child.left_on is not None
        if comes_back:
            done.returned.append(known.child.pk)
        if changes or comes_back:
            done.changed.append(known.child.pk)
            wanted.append((known, facts, changes))
    keep_here(run, kept, by=by)
    change_children(run, wanted, today=today)


def let_go(gone: Sequence[UUID], today: date) -> None:
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
