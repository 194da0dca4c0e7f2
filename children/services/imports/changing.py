"""Write what rows change about children who are on the list: their cards, details, homes, classes and adults."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from children import names
from children.facts import Adult, Home
from children.importing.adults import REACH
from children.importing.differences import CARD, DETAIL, Change, Held, plain
from children.importing.held_facts import NAME, new_name
from children.importing.rows import Facts
from children.models import (
    Child,
    ChildDetail,
    ClassEpisode,
    Contact,
    ContactLink,
    EarlierSchool,
    Enrolment,
    FormerUpn,
    HouseholdMember,
    ImportRun,
    OtherName,
    ParentalResponsibility,
    ToldBy,
)
from children.services import bulk
from children.services.registering import ensure_households, withhold, write_adults
from children.services.unseen import adults_at
from safeguarding.audit.history import record_changes, recorded
from safeguarding.keys import uuid7

Wanted = Sequence[tuple[Held, Facts, list[Change]]]
Row = dict[str, Any]
_NAMES = ("forename", "surname", "known_forename", "known_surname", "middle_names")
_IDENTITY = ("title", "forename", "surname", *REACH)
_ROLL = ("left_on", "sort_name", "search_text", "name_sounds", "changed_at")


def change_children(run: ImportRun, wanted: Wanted, *, today: date) -> None:
    """Write the changes of a chunk of rows: one statement for each table, however many children."""
    if not wanted:
        return
    school = {"school_id": run.school_id}
    _keep_former_names(school, wanted)
    _keep_former_numbers(school, wanted, today)
    _add_earlier_schools(school, wanted)
    called = _other_names(wanted)
    bulk.update(Child, (*CARD, *_ROLL), (_card(*entry, called) for entry in wanted))
    withhold(
        run.school_id, (held.child.pk for held, _, changes in wanted if "address_confidential" in _new(changes)), today
    )
    details = (*DETAIL, "address_confidential")
    bulk.update(ChildDetail, details, (_detail(held, changes, details) for held, _, changes in wanted))
    _change_roll(school, wanted, today)
    _change_classes(school, wanted, today)
    _change_homes(run, wanted, today)
    _change_adults(run, wanted, today=today)


def _new(changes: Sequence[Change]) -> Row:
    """The values that changes set, by field; those about adults are not among them."""
    return {change.field: change.now for change in changes if not change.adult}


def _card(held: Held, facts: Facts, changes: list[Change], called: dict[UUID, list[str]]) -> Row:
    child, new = held.child, _new(changes)
    row: Row = {name: new.get(name, plain(getattr(child, name))) for name in CARD}
    texts = [row[name] for name in _NAMES[:4]] + [new.get("middle_names", held.detail.middle_names)]
    texts += called.get(child.pk, [])
    if {"forename", "surname"} & set(new):
        texts.append(child.full_name)
    if child.left_on is not None:
        row["entered_on"] = _entry(facts, child)
    return row | {
        "id": child.pk,
        "left_on": None,
        "sort_name": names.sort_key(row["forename"], row["surname"]),
        "search_text": names.searchable(texts),
        "name_sounds": names.sounds(*texts),
        "changed_at": timezone.now(),
    }


def _detail(held: Held, changes: list[Change], names: Sequence[str]) -> Row:
    new = _new(changes)
    row = {name: new.get(name, plain(getattr(held.detail, name))) for name in names}
    return row | {"child_id": held.child.pk}


def _other_names(wanted: Wanted) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for other in OtherName.objects.filter(child__in=[held.child.pk for held, _, _ in wanted], corrected_at=None):
        found.setdefault(other.child_id, []).append(f"{other.forename} {other.surname}")
    return found


def _keep_former_names(school: Row, wanted: Wanted) -> None:
    """A legal name that changes stays as a former one, unless only its spelling was mended; those that a file adds come
    too.
    """
    former = {
        (held.child.pk, held.child.forename, held.child.surname)
        for held, _, changes in wanted
        if any(c.field in ("forename", "surname") and names.fold(c.was) != names.fold(c.now) for c in changes)
    }
    given = (
        (held, facts["called"][c.place]) for held, facts, changes in wanted for c in changes if c.field == "called"
    )
    former |= {(held.child.pk, name["forename"], name["surname"]) for held, name in given}
    have = OtherName.objects.filter(child__in={child for child, _, _ in former}, kind=OtherName.Kind.FORMER)
    former -= set(have.values_list("child_id", "forename", "surname"))
    of = school | {"kind": OtherName.Kind.FORMER}
    bulk.insert(OtherName, (of | {"child_id": c, "forename": f, "surname": s} for c, f, s in sorted(former)))


def _keep_former_numbers(school: Row, wanted: Wanted, today: date) -> None:
    """A UPN that changes stays as a former one; those that a file adds come too, unless they are known."""
    rows = {
        change.was if change.field == "upn" else change.now: held.child.pk
        for held, _, changes in wanted
        for change in changes
        if (change.field == "upn" and change.was) or change.field == "former_upn"
    }
    have = FormerUpn.objects.filter(school_id=school["school_id"], upn__in=rows).values_list("upn", flat=True)
    for upn in have:
        del rows[upn]
    bulk.insert(FormerUpn, (school | {"child_id": child, "upn": upn, "until": today} for upn, child in rows.items()))


def _add_earlier_schools(school: Row, wanted: Wanted) -> None:
    bulk.insert(
        EarlierSchool,
        (
            school | {"child_id": held.child.pk} | facts["earlier"][change.place]
            for held, facts, changes in wanted
            for change in changes
            if change.field == "earlier"
        ),
    )


def _entry(facts: Facts, child: Child) -> str:
    """The day a child came back: the file's, where it is after the child left; else when it was seen to be back."""
    given = facts.get("entered_on", "")
    today = timezone.localdate().isoformat()
    return given if child.left_on and given > child.left_on.isoformat() else today


def _change_roll(school: Row, wanted: Wanted, today: date) -> None:
    """A child who comes back has a new time on roll; otherwise a mended day of entry is mended in the open one."""
    bulk.insert(
        Enrolment,
        (school | {"child_id": h.child.pk, "entered_on": _entry(f, h.child)} for h, f, _ in wanted if h.child.left_on),
    )
    moved = {h.child.pk: _new(c)["entered_on"] for h, _, c in wanted if not h.child.left_on and "entered_on" in _new(c)}
    current = Enrolment.objects.filter(child__in=moved, left_on=None).values_list("pk", "child_id")
    bulk.update(Enrolment, ("entered_on",), ({"id": pk, "entered_on": moved[child]} for pk, child in current))


def _change_classes(school: Row, wanted: Wanted, today: date) -> None:
    """A child moves class: the old episode ended yesterday, the new one starts today.

    Coming back starts a new one, too. A class in other letters is the same one.
    """
    spelt = {h.child.pk: new["class_name"] for h, _, c in wanted if _is_spelt_anew(h, new := _new(c))}
    current = ClassEpisode.objects.filter(child__in=spelt, ends_on=None).values_list("pk", "child_id")
    bulk.update(ClassEpisode, ("class_name",), [{"id": pk, "class_name": spelt[child]} for pk, child in current])
    moved = {
        held.child.pk: {name: new.get(name, getattr(held.child, name)) for name in ("year_group", "class_name")}
        for held, _, changes in wanted
        if held.child.pk not in spelt
        and ((new := _new(changes)).keys() & {"year_group", "class_name"} or held.child.left_on)
    }
    was = ClassEpisode.objects.filter(child__in=moved, ends_on=None).values_list("pk", "starts_on")
    yesterday = today - timedelta(days=1)
    bulk.update(
        ClassEpisode,
        ("ends_on",),
        [{"id": pk, "ends_on": max(yesterday, start) if start else yesterday} for pk, start in was],
    )
    bulk.insert(ClassEpisode, (school | {"child_id": pk, "starts_on": today} | now for pk, now in moved.items()))


def _is_spelt_anew(held: Held, new: Row) -> bool:
    is_moved = "year_group" in new or held.child.left_on is not None
    return "class_name" in new and not is_moved and names.fold(new["class_name"]) == names.fold(held.child.class_name)


def _change_homes(run: ImportRun, wanted: Wanted, today: date) -> None:
    """A new main home: the child no longer lives at the old one from today, and not twice at the new one."""
    moved = {held.child.pk: Home(**facts["address"]) for held, facts, changes in wanted if "address" in _new(changes)}
    if not moved:
        return
    homes = ensure_households(run.school, moved.values())
    living = HouseholdMember.objects.filter(child__in=moved, ends_on=None)
    new = {child: homes[home.identity] for child, home in moved.items()}
    ended = [
        pk
        for pk, child, household, is_main in living.values_list("pk", "child_id", "household_id", "is_main")
        if is_main or household == new[child]
    ]
    with recorded(over := HouseholdMember.objects.filter(pk__in=ended), "ends_on"):
        over.update(ends_on=today)
    bulk.insert(
        HouseholdMember,
        (
            {"school_id": run.school_id, "child_id": child, "household_id": household, "starts_on": today}
            for child, household in new.items()
        ),
    )


def _change_adults(run: ImportRun, wanted: Wanted, *, today: date) -> None:
    told_by = ToldBy.SCHOOL if run.is_partial else ToldBy.SYSTEM
    added: list[tuple[UUID, list[Adult], list[Home]]] = []
    contacts: dict[UUID, Row] = {}
    links: list[Row] = []
    said: list[Row] = []
    for held, facts, changes in wanted:
        new = [Adult(**facts["adults"][c.place], told_by=told_by) for c in changes if c.field == "adult"]
        if new:
            added.append((held.child.pk, new, []))
        adults = {str(adult.contact.pk): adult for adult in held.adults}
        for change in changes:
            if not change.contact:
                continue
            adult = adults[change.contact]
            if change.field in REACH or change.field == NAME:
                row = contacts.setdefault(adult.contact.pk, _contact(adult.contact))
                row |= _reach_or_name(change, adult.contact, facts)
            elif change.field == "relationship":
                links.append({"id": adult.link.pk, "relationship": change.now})
            else:
                said.append(
                    {"child_id": held.child.pk, "contact_id": adult.contact.pk, "held": change.now, "told_by": told_by}
                )
    _write_contacts(run, contacts)
    bulk.update(ContactLink, ("relationship",), links)
    _write_responsibility(run, said, today)
    write_adults(run.school, added, {})


def _reach_or_name(change: Change, contact: Contact, facts: Facts) -> Row:
    if change.field != NAME:
        return {change.field: change.now}
    return new_name(contact, Adult(**facts["adults"][change.place]))


def _contact(contact: Contact) -> Row:
    return {name: getattr(contact, name) for name in _IDENTITY} | {"id": contact.pk}


def _write_contacts(run: ImportRun, contacts: dict[UUID, Row]) -> None:
    """New names and numbers make a new identity; where another contact has that already, hidden or not, this one is
    told apart by its key alone.
    """
    for row in contacts.values():
        row["identity"] = Adult(**{name: row[name] for name in _IDENTITY}).identity
    wanted = {row["identity"] for row in contacts.values()} - {""}
    holders = adults_at(run.school_id, wanted) if wanted else {}
    given: set[str] = set()
    for key, row in contacts.items():
        identity = row["identity"]
        if identity in given or holders.get(identity, key) != key:
            row["identity"] = ""
        given.add(identity)
    bulk.update(Contact, (*_IDENTITY, "identity"), contacts.values())


def _write_responsibility(run: ImportRun, said: Sequence[Row], today: date) -> None:
    """What was said before ends today; what is said now stands from today.

    Both stay, and the history says yes became no.
    """
    before = Q()
    for row in said:
        before |= Q(child_id=row["child_id"], contact_id=row["contact_id"])
    if not said:
        return
    over = ParentalResponsibility.objects.filter(before, ends_on=None)
    was: dict[Any, bool] = {
        (child, contact): held for child, contact, held in over.values_list("child_id", "contact_id", "held")
    }
    with recorded(over, "ends_on", "status"):
        over.update(ends_on=today, status=ParentalResponsibility.Status.ENDED)
    new = [{"id": uuid7(), "school_id": run.school_id, "starts_on": today} | row for row in said]
    bulk.insert(ParentalResponsibility, new)
    record_changes(
        ParentalResponsibility,
        {row["id"]: {"held": (was.get((row["child_id"], row["contact_id"])), row["held"])} for row in new},
    )
