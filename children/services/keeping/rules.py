"""What may be typed about a child, and what is wrong with it? Asked by the forms and by the services."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import models

from children import codes, upn
from children.models import (
    Child,
    ChildDetail,
    ChildUpdate,
    ClassEpisode,
    Contact,
    ContactLink,
    EarlierSchool,
    Enrolment,
    Household,
    HouseholdMember,
)
from safeguarding.dates import full_day

Part = ChildUpdate.Part
Problems = dict[str, str]
Facts = Mapping[str, Any]
NAMES = ("forename", "surname", "known_forename", "known_surname", "middle_names")
# The fields of each part whose values stand in one row of the card and of the details.
FACTS: dict[str, tuple[str, ...]] = {
    Part.NAMES: NAMES,
    Part.BIRTH: ("date_of_birth", "sex"),
    Part.DEATH: ("date_of_death",),
    Part.NUMBERS: ("upn", "admission_number"),
    Part.BACKGROUND: ("first_language", "interpreter_needed", "ethnicity"),
    Part.DOCTOR: ("gp",),
    Part.NEEDS: ("sen_provision", "sen_needs", "in_care", "care_authority"),
}
OF_CARD = frozenset(NAMES[:4])
CLASS = ("year_group", "class_name")
NEXT = ("destination", "destination_authority", "destination_establishment")
LEFT = ("leaving_reason", *NEXT)
ROLL = ("entered_on", "left_on", *LEFT)
# The oldest that somebody on a school's list can be: a record of a former pupil is kept here too.
_OLDEST = timedelta(days=100 * 366)
YEARS = range(-2, 15)


def facts_of(card: Child, detail: ChildDetail, part: str) -> dict[str, Any]:
    """What stands in the fields of a part."""
    return {name: getattr(card if name in OF_CARD else detail, name) for name in FACTS[part]}


def problems(part: str, now: Facts, *, card: Child, detail: ChildDetail, today: date) -> Problems:
    """What is wrong with these values of a part, by field."""
    found = dict(_of_columns(now))
    ask = _ASKED.get(part)
    for name, sentence in ask(now, card, detail, today) if ask else ():
        found.setdefault(name, sentence)
    return found


def of_changed(found: Problems, changed: Collection[str]) -> Problems:
    """Of these problems those of fields that were changed: what a list brought wrongly hinders no other correction."""
    return {name: sentence for name, sentence in found.items() if name in changed}


def _of_columns(now: Facts) -> Iterator[tuple[str, str]]:
    """Too long for its column, or a code that no list has."""
    for name, value in now.items():
        for one in value if isinstance(value, list) else [value]:
            if one in (None, "") or isinstance(one, bool | date | int):
                continue
            kind = codes.OF_FIELD.get(name)
            if kind and one not in codes.codes(kind):
                yield name, f"{called(name)}: choose one from the list."
            elif not kind and (most := _longest(name)) and len(one) > most:
                yield name, f"{called(name)} must be {most} characters or fewer."


def code_problems(now: Facts) -> Problems:
    """What is wrong with codes and with texts that are too long, by field."""
    return dict(_of_columns(now))


_ROWS = (Enrolment, ClassEpisode, EarlierSchool, Household, HouseholdMember, Contact, ContactLink)


def _column(name: str) -> Any:
    for model in (Child, ChildDetail, *_ROWS):
        for field in model._meta.concrete_fields:
            if field.name == name:
                return field
    raise LookupError(name)


def _longest(name: str) -> int | None:
    field = _column(name)
    return field.max_length if isinstance(field, models.CharField) else None


def called(name: str) -> str:
    """The name of a field, as a sentence begins with it."""
    words = str(_column(name).verbose_name)
    return words[:1].upper() + words[1:]


def _names(now: Facts, card: Child, detail: ChildDetail, today: date) -> Iterator[tuple[str, str]]:
    if not now["forename"]:
        yield "forename", "Enter the legal forename. If the child has one name, enter it here."


def _birth(now: Facts, card: Child, detail: ChildDetail, today: date) -> Iterator[tuple[str, str]]:
    born, first = now["date_of_birth"], card.entered_on
    if now["sex"] not in ChildDetail.Sex:
        yield "sex", "Choose the sex from the list."
    if born is None:
        return
    if born > today or today - born > _OLDEST:
        yield "date_of_birth", "Date of birth must be in the past, and less than a hundred years ago."
    elif detail.date_of_death and born > detail.date_of_death:
        yield "date_of_birth", f"Date of birth must be before the child died, on {full_day(detail.date_of_death)}."
    elif first and born > first:
        yield "date_of_birth", f"Date of birth must be before the child came on roll, on {full_day(first)}."


def _death(now: Facts, card: Child, detail: ChildDetail, today: date) -> Iterator[tuple[str, str]]:
    died = now["date_of_death"]
    if died is None:
        return
    if died > today:
        yield "date_of_death", "Date of death must be today or in the past."
    elif detail.date_of_birth and died < detail.date_of_birth:
        yield "date_of_death", f"Date of death must be after the date of birth, {full_day(detail.date_of_birth)}."


def _numbers(now: Facts, card: Child, detail: ChildDetail, today: date) -> Iterator[tuple[str, str]]:
    number = now["upn"]
    if number and not upn.is_well_formed(number):
        yield "upn", "A UPN has 13 characters: a letter, eleven figures, and a figure or a letter."
    elif number and not upn.is_valid(number):
        yield "upn", "The first letter of this UPN does not fit the rest. Type it again from the document."


def class_problems(now: Facts) -> Problems:
    """What is wrong with a year group and a class."""
    found = dict(_of_columns(now))
    if now["year_group"] is not None and now["year_group"] not in YEARS:
        found["year_group"] = "Choose the year group from the list."
    return found


def roll_problems(now: Facts, *, born: date | None, today: date) -> Problems:
    """What is wrong with a time on roll, and with what is said of leaving."""
    found = dict(_of_columns(now))
    entered, left = now["entered_on"], now["left_on"]
    for name, day in (("entered_on", entered), ("left_on", left)):
        if day and day > today:
            found[name] = "The day must be today or in the past. Enter it on the day itself, or later."
    if entered and born and entered < born:
        found["entered_on"] = f"The first day on roll must be after the date of birth, {full_day(born)}."
    if entered and left and left < entered:
        found["left_on"] = f"The last day must be {full_day(entered)}, the first day on roll, or later."
    if left is None and any(now[name] for name in LEFT):
        found["left_on"] = "Enter the last day on roll, or take the reason and the destination out."
    number = now["destination_establishment"]
    if number and not (number.isascii() and number.isdigit() and len(number) == 4):
        found["destination_establishment"] = "The number of a school has four figures."
    return found


_ASKED: dict[str, Callable[[Facts, Child, ChildDetail, date], Iterator[tuple[str, str]]]] = {
    Part.NAMES: _names,
    Part.BIRTH: _birth,
    Part.DEATH: _death,
    Part.NUMBERS: _numbers,
}
