"""What would a row change in what Harbour has of the child? Field by field, and which of it is grave.

Grave is what must not change unseen: a date of birth, a UPN, parental responsibility, that an address is confidential,
and the address of a child for whom it is. What a file leaves empty changes nothing.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from children import codes
from children.facts import Adult, Earlier, Home
from children.models import Child, ChildDetail, Household
from children.names import fold

from .adults import REACH, HeldAdult, bare, match
from .rows import Facts
from .values import lost_letters

CARD = ("forename", "surname", "known_forename", "known_surname", "year_group", "class_name", "entered_on")
DETAIL = (
    "upn",
    "admission_number",
    "middle_names",
    "date_of_birth",
    "sex",
    "ethnicity",
    "first_language",
    "sen_provision",
    "sen_needs",
    "in_care",
    "care_authority",
)
NOT_SHOWN = "an address that is not shown"
GRAVE = frozenset({"date_of_birth", "upn"})
_LEGAL = {"known_forename": "forename", "known_surname": "surname"}
LABELS = {
    "forename": "Legal forename",
    "surname": "Legal surname",
    "known_forename": "Forename known by",
    "known_surname": "Surname known by",
    "year_group": "Year",
    "class_name": "Class",
    "entered_on": "On roll since",
    "upn": "UPN",
    "admission_number": "Admission number",
    "middle_names": "Middle names",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "first_language": "First language",
    "sen_provision": "Special educational needs",
    "sen_needs": "Kinds of need",
    "in_care": "Looked after",
    "care_authority": "Authority",
    "address": "Address",
    "address_confidential": "Address is confidential",
    "called": "Former name",
    "former_upn": "Former UPN",
    "earlier": "Earlier school",
    "adult": "New contact",
    "relationship": "Relationship",
    "mobile": "Mobile",
    "telephone": "Telephone",
    "email": "E-mail",
    "responsibility": "Parental responsibility",
    "on_roll": "On roll",
    "name": "Name",
}
_CODED = {"ethnicity": "ethnicity", "first_language": "language", "sen_provision": "sen", "care_authority": "authority"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a row would change. `adult` names the adult it is about, `place` is its index in the row.

    `contact` is the key of the contact that is meant, where Harbour has one.
    """

    field: str
    was: Any
    now: Any
    grave: bool = False
    adult: str = ""
    place: int = -1
    contact: str = ""
    # Somebody changed the fact here, and the list says something else now than it did then.
    by_hand: bool = False
    # An address that is confidential: it is looked at on its own, and that is recorded.
    withheld: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As a row keeps it and a page shows it: in words. An address that is confidential is not among them."""
        was, now = in_words(self.field, self.was), in_words(self.field, self.now)
        if self.withheld:
            was, now = was and NOT_SHOWN, now and NOT_SHOWN
        return asdict(self) | {"label": LABELS[self.field], "was": was, "now": now}


@dataclass(slots=True)
class Held:
    """What Harbour has of one child, as far as a file can speak to it."""

    child: Child
    detail: ChildDetail
    home: Household | None = None
    # Whether nobody may be told where the child lives; and the identities of the addresses at the school of which that
    # is so.
    is_secret: bool = False
    secret_homes: frozenset[str] = frozenset()
    adults: list[HeldAdult] = field(default_factory=list)
    # Other names, folded; former UPNs; keys of earlier schools.
    called: set[str] = field(default_factory=set)
    former_upns: set[str] = field(default_factory=set)
    earlier: set[str] = field(default_factory=set)
    # What the list last said of facts that were changed here, by the fact and the key of the contact it is of; and the
    # adults whom it named last and who are no longer on the record.
    said: dict[tuple[str, str], Any] = field(default_factory=dict)
    gone: list[Any] = field(default_factory=list)


def differences(held: Held, facts: Facts) -> list[Change]:
    """Every field that the row would change, in the order in which a page shows them."""
    return [*_own(held, facts), *_before(held, facts), *_address(held, facts), *_adults(held, facts)]


def in_words(name: str, value: Any) -> str:
    """A value as a page shows it."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    match name:
        case "year_group":
            return codes.year_label(value)
        case "date_of_birth" | "entered_on":
            day = date.fromisoformat(value)
            return f"{day.day} {day:%B %Y}"
        case "sex":
            return str(ChildDetail.Sex(value).label)
        case "sen_needs":
            return ", ".join(codes.label("sen_need", need) for need in value)
    return codes.label(_CODED[name], value) if name in _CODED else str(value)


def plain(value: Any) -> Any:
    """A value as facts write it: days as text."""
    return value.isoformat() if isinstance(value, date) else value


def _own(held: Held, facts: Facts) -> Iterator[Change]:
    for names, record in ((CARD, held.child), (DETAIL, held.detail)):
        for name in names:
            if name not in facts:
                continue
            was, now = plain(getattr(record, name)), facts[name]
            if was != now and not lost_letters(now, was or getattr(record, _LEGAL.get(name, ""), "")):
                yield Change(name, was, now, grave=name in GRAVE and bool(was))


def _before(held: Held, facts: Facts) -> Iterator[Change]:
    """What the child was called, numbered and where it was before: a file adds to it and takes nothing away."""
    known = held.called | {fold(held.child.full_name)}
    for place, called in enumerate(facts.get("called", ())):
        name = f"{called['forename']} {called['surname']}".strip()
        if fold(name) not in known:
            yield Change("called", "", name, place=place)
    former = facts.get("former_upn", "")
    if former and former not in {held.detail.upn, facts.get("upn"), *held.former_upns}:
        yield Change("former_upn", "", former)
    for place, given in enumerate(facts.get("earlier", ())):
        school = Earlier(**given)
        if school.key not in held.earlier:
            name = school.name or f"{school.local_authority}/{school.establishment}"
            yield Change("earlier", "", name, place=place)


def _address(held: Held, facts: Facts) -> Iterator[Change]:
    if facts.get("address_confidential") and not held.detail.address_confidential:
        yield Change("address_confidential", False, True, grave=True)
    if "address" not in facts:
        return
    new = Home(**facts["address"])
    if held.home is None or not same_place(held.home, new):
        was = ", ".join(held.home.lines) if held.home else ""
        secret = held.is_secret or new.identity in held.secret_homes
        withheld = secret or bool(facts.get("address_confidential"))
        yield Change("address", was, address_line(new), grave=secret, withheld=withheld)


def same_place(old: Household | Home, new: Home) -> bool:
    """Whether two spellings mean one address: the same postcode, and one begins like the other."""
    if old.postcode.replace(" ", "") != new.postcode.replace(" ", ""):
        return False
    one, other = fold(f"{old.address} {old.town}"), fold(f"{new.address} {new.town}")
    return one.startswith(other) or other.startswith(one)


def address_line(home: Home) -> str:
    return ", ".join(part for part in (home.address, home.town, home.county, home.postcode) if part)


def _adults(held: Held, facts: Facts) -> Iterator[Change]:
    for meant in match(held.adults, facts):
        if meant.known is not None:
            yield from known_adult(meant.place, meant.adult, meant.known, facts)
        else:
            yield new_adult(meant.place, meant.adult)


def new_adult(place: int, adult: Adult) -> Change:
    """An adult whom Harbour does not have would be added."""
    name = f"{adult.forename} {adult.surname}".strip()
    about = f"{name}, {adult.relationship}" if adult.relationship else name
    return Change("adult", "", about, grave=bool(adult.responsibility), adult=name, place=place)


def known_adult(place: int, adult: Adult, known: HeldAdult, facts: Facts) -> Iterator[Change]:
    """What would change of an adult whom Harbour has, less the name."""
    name = f"{adult.forename} {adult.surname}".strip()
    for change in _adult(place, adult, known, facts):
        yield replace(change, adult=name, place=place, contact=str(known.contact.pk))


def _adult(place: int, adult: Adult, known: HeldAdult, facts: Facts) -> Iterator[Change]:
    """What would change of an adult whom Harbour has."""
    if adult.relationship and not known.link.relationship:
        yield Change("relationship", "", adult.relationship)
    for reach in REACH:
        was, now = getattr(known.contact, reach), getattr(adult, reach)
        if now and bare(was) != bare(now):
            yield Change(reach, was, now)
    if place == 0 and "emergency_phone" in facts and not (known.contact.mobile or known.contact.telephone):
        yield Change("mobile", "", facts["emergency_phone"])
    # What was confirmed here no list changes.
    if adult.responsibility is not None and not (known.responsibility and known.responsibility.confirmed_at):
        held_now = known.responsibility.held if known.responsibility else None
        if held_now is not adult.responsibility:
            yield Change("responsibility", held_now, adult.responsibility, held_now is not None or adult.responsibility)
