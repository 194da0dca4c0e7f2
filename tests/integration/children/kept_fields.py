"""Each field of a child's record that somebody changes by hand: by which service, what is taken, what is refused.

A field of these models without a line, and without a reason in `ELSEWHERE`, fails `test_keeping.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from children.models import (
    Child,
    ChildDetail,
    ClassEpisode,
    Contact,
    ContactLink,
    EarlierSchool,
    Enrolment,
    HealthNote,
    Household,
    HouseholdMember,
    OtherName,
    Sibling,
)
from children.services import keeping
from children.services.keeping import Part
from children.services.keeping.adults import LINK, PERSON
from children.services.keeping.homes import ADDRESS, STAY
from children.services.keeping.roll import class_of, newest_time, roll_of
from children.services.keeping.rules import facts_of
from safeguarding.exceptions import ChangedSince, OutOfTurn

Values = Mapping[str, Any]
Do = Callable[..., Any]
KEPT = (
    Child,
    ChildDetail,
    OtherName,
    Enrolment,
    ClassEpisode,
    Household,
    HouseholdMember,
    Contact,
    ContactLink,
    EarlierSchool,
    Sibling,
    HealthNote,
)
_MACHINE = "made by Harbour from other fields"
_FOLLOWS = "follows the time on roll"
_ORDERS = "a confidential address has a form and a rule of its own"
_NEVER = "that a row was never true is said of the whole row: the line of its last day"
# Fields that no form changes by itself.
ELSEWHERE = {
    **dict.fromkeys(
        (
            "child.number",
            "child.pseudonym",
            "child.sort_name",
            "child.search_text",
            "child.name_sounds",
            "child.changed_at",
            "child.ending_at",
            "household.identity",
            "contact.identity",
            "othername.added_at",
            "healthnote.recorded_at",
        ),
        _MACHINE,
    ),
    **dict.fromkeys(("child.entered_on", "child.left_on", "classepisode.ends_on"), _FOLLOWS),
    **dict.fromkeys(("child.year_group", "child.class_name"), "follows the time in a class"),
    "enrolment.destination_confirmed": "said by who decides on concerns, under Left or when a file is sent",
    "contactlink.starts_on": "the day on which the adult was added",
    "householdmember.starts_on": "the day from which the home was added",
    **dict.fromkeys(
        ("childdetail.address_confidential", "child.check_collection_from", "child.check_collection_until"), _ORDERS
    ),
    "child.no_photographs": "said on the page of photographs (`filing.say_photographs`)",
    **dict.fromkeys(
        ("contactlink.corrected_at", "householdmember.corrected_at", "sibling.corrected_at", "healthnote.corrected_at"),
        _NEVER,
    ),
}


@dataclass(frozen=True)
class Line:
    """One field: `do` is the service with what is typed; `good` is taken, `other` too, `bad` is not.

    `stands` reads what a page would show, so that a second window is known to be old; of what has no page with values
    (what is added or ended) it is None, and `again` is what the second window meets instead.
    """

    field: str
    do: Do
    good: Values
    reads: Callable[[SimpleNamespace], Any]
    now: Any
    bad: Values | None = None
    sentence: str = ""
    other: Values | None = None
    stands: Callable[[SimpleNamespace], Values] | None = None
    again: type[Exception] | None = ChangedSince
    has_history: bool = True
    by: str = "office"


def detail(at: SimpleNamespace) -> ChildDetail:
    return ChildDetail.objects.get(pk=at.child.pk)


def card(at: SimpleNamespace) -> Child:
    return Child.objects.get(pk=at.child.pk)


def _facts(part: str) -> Do:
    def do(at: SimpleNamespace, values: Values, **more: Any) -> Any:
        return keeping.set_facts(child=at.child, part=part, values=values, is_correction=True, **more)

    return do


def _fact(part: str, field: str, good: Any, other: Any, bad: Any = None, sentence: str = "", **more: Any) -> Line:
    """A fact of the card or of the details."""
    model, name = field.split(".")
    return Line(
        field=field,
        do=_facts(part),
        good={name: good},
        other={name: other},
        bad=None if sentence == "" else {name: bad},
        sentence=sentence,
        reads=lambda at: getattr(card(at) if model == "child" else detail(at), name),
        now=good,
        stands=lambda at: facts_of(card(at), detail(at), part),
        **more,
    )


def _class(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    whole = class_of(card(at)) | dict(values)
    return keeping.set_class(child=at.child, values=whole, is_correction=True, **more)


def _in_class(name: str, good: Any, other: Any, bad: Any, sentence: str) -> Line:
    return Line(
        f"classepisode.{name}",
        _class,
        {name: good},
        lambda at: getattr(at.child.classes.get(ends_on=None), name),
        good,
        bad={name: bad},
        sentence=sentence,
        other={name: other},
        stands=lambda at: class_of(card(at)),
    )


def _roll(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    return keeping.set_roll(child=at.child, values={**roll_of(newest_time(at.child)), **values}, **more)


LEFT = date(2026, 11, 20)


def _on_roll(name: str, good: Any, bad: Any, sentence: str) -> Line:
    gone = {} if name == "entered_on" else {"left_on": LEFT}
    return Line(
        f"enrolment.{name}",
        _roll,
        {**gone, name: good},
        lambda at: getattr(at.child.enrolments.get(), name),
        good,
        bad={name: bad} if sentence.startswith("Enter") else {**gone, name: bad},
        sentence=sentence,
        other={"left_on": date(2026, 11, 19)},
        stands=lambda at: roll_of(newest_time(at.child)),
    )


def _address(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    whole = _address_of(at) | dict(values)
    return keeping.correct_address(home=at.home, values=whole, for_all=None, **more)


def _address_of(at: SimpleNamespace) -> dict[str, Any]:
    there = Household.objects.get(pk=at.home.household_id)
    return {name: getattr(there, name) for name in ADDRESS}


def _place(name: str, good: str, most: int, bad: str = "", sentence: str = "") -> Line:
    return Line(
        f"household.{name}",
        _address,
        {name: good},
        lambda at: getattr(Household.objects.get(pk=at.home.household_id), name),
        good,
        bad={name: bad or "x" * (most + 1)},
        sentence=sentence or f"must be {most} characters or fewer",
        other={name: "Otherwhere"[:most]},
        stands=_address_of,
    )


def _stay(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    return keeping.change_stay(home=at.home, values={**_stay_of(at), **values}, **more)


def _stay_of(at: SimpleNamespace) -> dict[str, Any]:
    row = HouseholdMember.objects.get(pk=at.home.pk)
    return {name: getattr(row, name) for name in STAY}


def _person(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    return keeping.change_adult(link=at.link, values={**_person_of(at), **values}, for_all=None, **more)


def _person_of(at: SimpleNamespace) -> dict[str, Any]:
    row = Contact.objects.get(pk=at.link.contact_id)
    return {name: getattr(row, name) for name in PERSON}


def _adult(name: str, good: str, bad: str, sentence: str) -> Line:
    return Line(
        f"contact.{name}",
        _person,
        {name: good},
        lambda at: getattr(Contact.objects.get(pk=at.link.contact_id), name),
        good,
        bad={name: bad},
        sentence=sentence,
        other={"title": "Dr"},
        stands=_person_of,
    )


def _link(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    return keeping.change_link(link=at.link, values={**_link_of(at), **values}, **more)


def _link_of(at: SimpleNamespace) -> dict[str, Any]:
    row = ContactLink.objects.get(pk=at.link.pk)
    return {name: getattr(row, name) for name in LINK}


def _linked(name: str, good: Any, bad: Any = None, sentence: str = "", **more: Any) -> Line:
    return Line(
        f"contactlink.{name}",
        _link,
        {name: good},
        lambda at: getattr(ContactLink.objects.get(child=at.child, ends_on=None), name),
        good,
        bad=None if sentence == "" else {name: bad},
        sentence=sentence,
        other={"order": 7},
        stands=_link_of,
        **more,
    )


def _named(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    return keeping.add_name(child=at.child, **{"kind": "alias", "forename": "Ro", "surname": "", **values}, **more)


def _other_name(name: str, good: str, bad: str, sentence: str) -> Line:
    return Line(
        f"othername.{name}",
        _named,
        {name: good},
        lambda at: getattr(OtherName.objects.get(child=at.child), name),
        good,
        bad={name: bad},
        sentence=sentence,
        again=None,
        has_history=False,
    )


def _ended(field: str, do: Do, reads: Callable[[SimpleNamespace], Any], **more: Any) -> Line:
    """A row that ends: a second window finds that it has ended."""
    return Line(
        field,
        lambda at, values, **more: do(at, is_correction=False, **more),
        {"on": LEFT},
        reads,
        LEFT,
        bad={"on": date(2030, 1, 1)},
        sentence="must be today or in the past",
        again=OutOfTurn,
        **more,
    )


AT_SCHOOL = {
    "name": "Fernacre Primary, Saltmarsh",
    "local_authority": "352",
    "establishment": "9998",
    "entered_on": date(2019, 9, 2),
    "left_on": date(2020, 7, 17),
}


ON_ROLL = {"entered_on": date(2017, 9, 4), "left_on": date(2018, 7, 20), "leaving_reason": "Moved", "destination": ""}
IN_CLASS = {"year_group": 1, "class_name": "1A", "starts_on": date(2017, 9, 4), "ends_on": date(2018, 7, 20)}


def _earlier(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    return keeping.add_earlier_school(child=at.child, values=AT_SCHOOL | dict(values), **more)


def _earlier_school(name: str, bad: Any, sentence: str) -> Line:
    return Line(
        f"earlierschool.{name}",
        _earlier,
        {name: AT_SCHOOL[name]},
        lambda at: getattr(EarlierSchool.objects.get(child=at.child), name),
        AT_SCHOOL[name],
        bad={name: bad},
        sentence=sentence,
        again=None,
        has_history=False,
    )


def _sibling(at: SimpleNamespace, values: Values, **more: Any) -> Any:
    return keeping.link_siblings(one=at.child, other=at.other, relationship=values["relationship"], **more)


def _end_sibling(at: SimpleNamespace, **more: Any) -> Any:
    link = Sibling.objects.filter(ends_on=None).first() or at.sibling
    return keeping.end_siblings(child=at.child, link=link, **more)


LINES = (
    _fact(Part.NAMES, "child.forename", "Rowena", "Rowan-Lee", " ", "Enter the legal forename"),
    _fact(Part.NAMES, "child.surname", "Ashdowne", "Ash", "x" * 151, "must be 150 characters or fewer"),
    _fact(Part.NAMES, "child.known_forename", "Ro", "Row", "x" * 151, "must be 150 characters or fewer"),
    _fact(Part.NAMES, "child.known_surname", "Marlow", "Vale", "x" * 151, "must be 150 characters or fewer"),
    _fact(Part.NAMES, "childdetail.middle_names", "Lee Ann", "Lee", "x" * 201, "must be 200 characters or fewer"),
    _fact(
        Part.BIRTH, "childdetail.date_of_birth", date(2016, 3, 14), date(2016, 3, 15), date(2030, 1, 1), "in the past"
    ),
    _fact(Part.BIRTH, "childdetail.sex", "F", "M", "X", "Choose the sex"),
    _fact(
        Part.DEATH, "childdetail.date_of_death", date(2026, 11, 2), date(2026, 11, 3), date(2030, 1, 1), "in the past"
    ),
    _fact(Part.NUMBERS, "childdetail.upn", "C356999926001", "", "C35699992600", "A UPN has 13 characters"),
    _fact(Part.NUMBERS, "childdetail.admission_number", "004012", "004013", "x" * 21, "must be 20 characters"),
    _fact(Part.BACKGROUND, "childdetail.first_language", "POL", "ENG", "ZZZ", "choose one from the list"),
    _fact(Part.BACKGROUND, "childdetail.interpreter_needed", True, False),
    _fact(Part.BACKGROUND, "childdetail.ethnicity", "WBRI", "WIRI", "ZZZZ", "choose one from the list"),
    _fact(Part.DOCTOR, "childdetail.gp", "Millrace Lane Surgery", "Curlew Rise", "x" * 201, "must be 200 characters"),
    _fact(Part.NEEDS, "childdetail.sen_provision", "E", "K", "Z", "choose one from the list", by="deputy"),
    _fact(Part.NEEDS, "childdetail.sen_needs", ["PD"], ["SLD"], ["ZZ"], "choose one from the list", by="deputy"),
    _fact(Part.NEEDS, "childdetail.in_care", True, False, by="deputy"),
    _fact(Part.NEEDS, "childdetail.care_authority", "356", "352", "000", "choose one from the list", by="deputy"),
    _in_class("year_group", 6, 4, 40, "Choose the year group"),
    _in_class("class_name", "6A", "4B", "x" * 31, "must be 30 characters or fewer"),
    _on_roll("entered_on", date(2020, 9, 2), date(2030, 1, 1), "must be today or in the past"),
    _on_roll("left_on", LEFT, date(2019, 1, 1), "the first day on roll, or later"),
    _on_roll("leaving_reason", "Moved house", "Moved house", "Enter the last day on roll"),
    _on_roll("destination", "Fernacre Primary", "x" * 201, "must be 200 characters or fewer"),
    _on_roll("destination_authority", "352", "000", "choose one from the list"),
    _on_roll("destination_establishment", "9998", "99", "has four figures"),
    Line(
        "classepisode.starts_on",
        lambda at, values, **more: keeping.set_class(
            child=at.child, values={"year_group": 5, "class_name": values["class_name"]}, is_correction=False, **more
        ),
        {"class_name": "5C", "on": LEFT},
        lambda at: at.child.classes.get(ends_on=None).starts_on,
        LEFT,
        bad={"class_name": "5C", "on": date(2030, 1, 1)},
        sentence="must be today or in the past",
        other={"class_name": "5D", "on": date(2026, 11, 19)},
        stands=lambda at: class_of(card(at)),
        has_history=False,
    ),
    _place("address", "9 Curlew Row", 300),
    _place("town", "Hollowmoss", 100),
    _place("county", "Cheshire", 100),
    _place("postcode", "SK98 9AB", 10, "SK98", "A postcode is like SK98 9JZ"),
    Line(
        "householdmember.pattern",
        _stay,
        {"pattern": "School nights"},
        lambda at: HouseholdMember.objects.get(pk=at.home.pk).pattern,
        "School nights",
        bad={"pattern": "x" * 61},
        sentence="must be 60 characters or fewer",
        other={"pattern": "Weekends"},
        stands=_stay_of,
    ),
    Line(
        "householdmember.is_main",
        _stay,
        {"is_main": False},
        lambda at: HouseholdMember.objects.get(pk=at.home.pk).is_main,
        False,
        other={"pattern": "Weekends"},
        stands=_stay_of,
    ),
    _ended(
        "householdmember.ends_on",
        lambda at, **more: keeping.end_home(home=at.home, **more),
        lambda at: HouseholdMember.objects.get(pk=at.home.pk).ends_on,
    ),
    _adult("title", "Mrs", "x" * 21, "must be 20 characters or fewer"),
    _adult("forename", "Carrie", "x" * 151, "must be 150 characters or fewer"),
    _adult("surname", "Marlow", " ", "Enter the surname"),
    _adult("organisation", "Children’s social care", "x" * 151, "must be 150 characters or fewer"),
    _adult("mobile", "07700 900123", "0770", "A telephone number has 10 to 15 figures"),
    _adult("telephone", "01632 960123", "none", "A telephone number has 6 to 20 figures"),
    _adult("email", "kerry@example.org", "kerry", "has an @"),
    _linked("relationship", "Stepmother", "x" * 101, "must be 100 characters or fewer"),
    _linked("order", 3, 0, "a number from 1 to 99"),
    _linked("is_emergency", False),
    _linked("delegated_authority", "Haircuts.", "x" * 2001, "must be 2,000 characters or fewer", has_history=False),
    _ended(
        "contactlink.ends_on",
        lambda at, **more: keeping.end_adult(link=at.link, **more),
        lambda at: ContactLink.objects.get(pk=at.link.pk).ends_on,
    ),
    _other_name("kind", "former", "nickname", "Choose what kind of name it is"),
    _other_name("forename", "Rowly", "x" * 151, "must be 150 characters or fewer"),
    _other_name("surname", "Winterbottom", "x" * 151, "must be 150 characters or fewer"),
    Line(
        "othername.corrected_at",
        lambda at, values, **more: keeping.correct_name(name=at.alias, **more),
        {},
        lambda at: OtherName.objects.get(pk=at.alias.pk).corrected_at is not None,
        True,
        again=OutOfTurn,
    ),
    _earlier_school("name", " ", "Enter the name of the school"),
    _earlier_school("local_authority", "000", "choose one from the list"),
    _earlier_school("establishment", "99", "has four figures"),
    _earlier_school("entered_on", date(2030, 1, 1), "must be today or in the past"),
    _earlier_school("left_on", date(2018, 1, 1), "the first day there, or later"),
    Line(
        "earlierschool.corrected_at",
        lambda at, values, **more: keeping.correct_earlier_school(earlier=at.earlier, **more),
        {},
        lambda at: EarlierSchool.objects.get(pk=at.earlier.pk).corrected_at is not None,
        True,
        again=OutOfTurn,
    ),
    Line(
        "enrolment.corrected_at",
        lambda at, values, **more: keeping.correct_time(time=at.time, **more),
        {},
        lambda at: Enrolment.objects.get(pk=at.time.pk).corrected_at is not None,
        True,
        again=OutOfTurn,
    ),
    Line(
        "classepisode.corrected_at",
        lambda at, values, **more: keeping.correct_year(year=at.year, **more),
        {},
        lambda at: ClassEpisode.objects.get(pk=at.year.pk).corrected_at is not None,
        True,
        again=OutOfTurn,
    ),
    Line(
        "healthnote.words",
        lambda at, values, **more: keeping.add_health(child=at.child, words=values["words"], **more),
        {"words": "Nut allergy."},
        lambda at: HealthNote.objects.get(child=at.child).words,
        "Nut allergy.",
        bad={"words": " "},
        sentence="Enter what to know",
        again=None,
        has_history=False,
    ),
    Line(
        "healthnote.starts_on",
        lambda at, values, **more: keeping.add_health(child=at.child, words="Asthma.", **more),
        {"on": LEFT},
        lambda at: HealthNote.objects.get(child=at.child).starts_on,
        LEFT,
        bad={"on": date(2030, 1, 1)},
        sentence="must be today or in the past",
        again=None,
        has_history=False,
    ),
    _ended(
        "healthnote.ends_on",
        lambda at, **more: keeping.end_health(note=at.note, **more),
        lambda at: HealthNote.objects.get(pk=at.note.pk).ends_on,
    ),
    Line(
        "sibling.relationship",
        _sibling,
        {"relationship": "Half-sister"},
        lambda at: Sibling.objects.get().relationship,
        "Half-sister",
        bad={"relationship": "x" * 61},
        sentence="must be 60 characters or fewer",
        again=None,
        has_history=False,
    ),
    _ended("sibling.ends_on", _end_sibling, lambda at: Sibling.objects.get(pk=at.sibling.pk).ends_on, by="deputy"),
)
