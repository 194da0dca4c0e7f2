"""What has the office of a demo school written on children's records by hand? GP, second homes, brothers and sisters,
health, a death: none of it is in a list of the school's own system.

The first of each kind is made by the service that the page calls; the others are rows like it, of other children.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from children.facts import Home
from children.models import Child, ChildDetail, ChildUpdate, HouseholdMember, Sibling
from children.services import bulk, keeping
from children.services.registering import ensure_households
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.demo.days import Days
from safeguarding.demo.source import Entry
from safeguarding.keys import uuid7

_FORM = keeping.Told(by=keeping.ToldBy.FAMILY, note="On the admission form.")
Keys = Mapping[str, UUID]


def lay_kept(school: School, entries: Sequence[Entry], keys: Keys, days: Days, *, by: User, at: datetime) -> None:
    """Write on the records what these entries say that no list does. `keys` are those of the children."""
    cards = Child.objects.in_bulk(keys[entry["id"]] for entry in entries)
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        _doctors(entries, cards, keys, by=by, at=at)
        _second_homes(school, entries, cards, keys, by=by, at=at)
        _siblings(school, entries, cards, keys, by=by, at=at)
        for entry in entries:
            child = cards[keys[entry["id"]]]
            if entry.get("medical"):
                keeping.add_health(child=child, words=entry["medical"], told=_since(child), by=by, at=at)
            if entry.get("date_of_death"):
                told = keeping.Told(by=keeping.ToldBy.AUTHORITY, note="The duty social worker rang.")
                keeping.set_facts(
                    child=child,
                    part=keeping.Part.DEATH,
                    values={"date_of_death": days.of(entry["date_of_death"])},
                    is_correction=False,
                    told=told,
                    by=by,
                    at=at,
                )


def _since(child: Child) -> keeping.Told:
    """As the admission form says, from the first day on roll."""
    return keeping.Told(by=_FORM.by, note=_FORM.note, on=child.entered_on)


def _doctors(entries: Sequence[Entry], cards: Mapping[UUID, Child], keys: Keys, *, by: User, at: datetime) -> None:
    first, *others = [entry for entry in entries if entry["gp"]]
    made = keeping.set_facts(
        child=cards[keys[first["id"]]],
        part=keeping.Part.DOCTOR,
        values={"gp": first["gp"]},
        is_correction=False,
        told=_since(cards[keys[first["id"]]]),
        by=by,
        at=at,
    )
    bulk.update(ChildDetail, ("gp",), ({"child_id": keys[one["id"]], "gp": one["gp"]} for one in others))
    _like(made, ((cards[keys[one["id"]]], None) for one in others))


def _second_homes(
    school: School, entries: Sequence[Entry], cards: Mapping[UUID, Child], keys: Keys, *, by: User, at: datetime
) -> None:
    homes = [(cards[keys[entry["id"]]], home) for entry in entries for home in entry["homes"][1:]]
    if not homes:
        return
    child, home = homes[0]
    given = {"address": home["line1"], **{name: home[name] for name in ("town", "county", "postcode", "pattern")}}
    made = keeping.add_home(child=child, home=given | {"is_main": False}, told=_since(child), by=by, at=at)
    places = ensure_households(school, (_address(one) for _, one in homes))
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "school_id": school.pk,
            "child_id": child.pk,
            "household_id": places[_address(home).identity],
            "is_main": False,
            "pattern": home["pattern"],
            "starts_on": child.entered_on,
            "ends_on": child.left_on,
        }
        for child, home in homes[1:]
    ]
    bulk.insert(HouseholdMember, rows)
    _like(made, ((cards[row["child_id"]], row["id"]) for row in rows))


def _address(home: Entry) -> Home:
    return Home(home["line1"], home["town"], home["county"], home["postcode"])


def _siblings(
    school: School, entries: Sequence[Entry], cards: Mapping[UUID, Child], keys: Keys, *, by: User, at: datetime
) -> None:
    named = {tuple(sorted((keys[e["id"]], keys[other]))) for e in entries for other in e.get("sibling_ids", ())}
    if not named:
        return
    first, *pairs = sorted(named)
    one, other = (cards[key] for key in first)
    made = keeping.link_siblings(one=one, other=other, told=_FORM, by=by, at=at)
    rows = [{"id": uuid7(), "school_id": school.pk, "first_id": one, "second_id": two} for one, two in pairs]
    bulk.insert(Sibling, rows)
    _like(made, ((cards[key], row["id"]) for row in rows for key in (row["first_id"], row["second_id"])))


def _like(made: ChildUpdate, others: Iterable[tuple[Child, UUID | None]]) -> None:
    """What the service wrote down of one change, of the same change of others: (child, key of its row)."""
    said = {name: getattr(made, name) for name in ("part", "way", "told_by", "note", "fields", "made_at", "made_by_id")}
    bulk.insert(
        ChildUpdate,
        (
            said
            | {
                "id": uuid7(),
                "school_id": child.school_id,
                "child_id": child.pk,
                "row_key": row,
                "on": made.on and child.entered_on,
            }
            for child, row in others
        ),
    )
