"""Which parts of a child's record can be changed, by which form, and what is done with it?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from children.forms import keeping as forms
from children.models import (
    Child,
    ChildUpdate,
    ClassEpisode,
    ContactLink,
    EarlierSchool,
    Enrolment,
    HealthNote,
    HouseholdMember,
    OtherName,
    Sibling,
)
from children.services import keeping
from children.services.keeping import Part


@dataclass(frozen=True)
class Choice:
    """A part of the record that can be changed: its form, what is done with it, and of which children."""

    part: str
    form: type[forms.KeepForm]
    do: Callable[[Child, Any, Any], ChildUpdate]
    is_open: Callable[[Child], bool] = lambda child: True


def _facts(child: Child, form: Any, by: Any) -> ChildUpdate:
    given = {"values": form.values, "is_correction": form.is_correction, "seen": form.cleaned_data["seen"]}
    return keeping.set_facts(child=child, part=form.part, told=form.told, by=by, **given)


def _class(child: Child, form: Any, by: Any) -> ChildUpdate:
    given = {"values": form.values, "is_correction": form.is_correction, "seen": form.cleaned_data["seen"]}
    return keeping.set_class(child=child, told=form.told, by=by, **given)


def _roll(child: Child, form: Any, by: Any) -> ChildUpdate:
    return keeping.set_roll(child=child, values=form.values, told=form.told, by=by, seen=form.cleaned_data["seen"])


def _back(child: Child, form: Any, by: Any) -> ChildUpdate:
    entered = form.cleaned_data["entered_on"]
    return keeping.start_again(child=child, entered_on=entered, values=form.values, told=form.told, by=by)


def _name(child: Child, form: Any, by: Any) -> ChildUpdate:
    given = {name: form.cleaned_data[name] for name in ("kind", "forename", "surname")}
    return keeping.add_name(child=child, told=form.told, by=by, **given)


def _health(child: Child, form: Any, by: Any) -> ChildUpdate:
    return keeping.add_health(child=child, words=form.cleaned_data["words"], told=form.told, by=by)


def _home(child: Child, form: Any, by: Any) -> ChildUpdate:
    return keeping.add_home(child=child, home=form.values, told=form.told, by=by)


def _adult(child: Child, form: Any, by: Any) -> ChildUpdate:
    given = {"person": form.person(), "link": form.link, "same_as": form.chosen, "home": form.lives}
    given |= {"is_another": form.is_another, "takes_typed": form.takes_typed}
    return keeping.add_adult(child=child, told=form.told, by=by, **given)


def _earlier(child: Child, form: Any, by: Any) -> ChildUpdate:
    return keeping.add_earlier_school(child=child, values=form.values, told=form.told, by=by)


def _time(child: Child, form: Any, by: Any) -> ChildUpdate:
    return keeping.add_time(child=child, values=form.values, told=form.told, by=by)


def _year(child: Child, form: Any, by: Any) -> ChildUpdate:
    return keeping.add_year(child=child, values=form.values, told=form.told, by=by)


CHOICES: dict[str, Choice] = {
    "names": Choice(Part.NAMES, forms.NamesForm, _facts),
    "other_name": Choice(Part.NAMES, forms.OtherNameForm, _name),
    "birth": Choice(Part.BIRTH, forms.BirthForm, _facts),
    "death": Choice(Part.DEATH, forms.DeathForm, _facts),
    "numbers": Choice(Part.NUMBERS, forms.NumbersForm, _facts),
    "class": Choice(Part.CLASS, forms.ClassForm, _class),
    "roll": Choice(Part.ROLL, forms.RollForm, _roll),
    "back": Choice(Part.ROLL, forms.BackForm, _back, lambda child: child.left_on is not None),
    "time": Choice(Part.ROLL, forms.TimeForm, _time),
    "year": Choice(Part.CLASS, forms.YearForm, _year),
    "earlier": Choice(Part.EARLIER, forms.EarlierSchoolForm, _earlier),
    "background": Choice(Part.BACKGROUND, forms.BackgroundForm, _facts),
    "doctor": Choice(Part.DOCTOR, forms.DoctorForm, _facts),
    "health": Choice(Part.HEALTH, forms.AddHealthForm, _health),
    "needs": Choice(Part.NEEDS, forms.NeedsForm, _facts),
    "home": Choice(Part.HOME, forms.AddHomeForm, _home),
    "adult": Choice(Part.ADULT, forms.AddAdultForm, _adult),
}


@dataclass(frozen=True)
class Deed:
    """One thing that can be done with a row."""

    form: type[forms.KeepForm]
    do: Callable[[Child, Any, Any, Any], ChildUpdate]


def _seen(form: Any) -> dict[str, Any]:
    return {"values": form.values, "told": form.told, "seen": form.cleaned_data["seen"]}


def _ended(form: Any) -> dict[str, Any]:
    return {"is_correction": form.is_correction, "told": form.told}


# The only thing that can be done with an adult who has ended, and nothing that can be with one who has not.
BACK = "back"


def deeds_of(row: Any) -> dict[str, "Deed"]:
    """What can be done with a row as it stands."""
    is_over = isinstance(row, ContactLink) and row.ends_on is not None
    return {key: deed for key, deed in ROWS[type(row)].items() if (key == BACK) == is_over}


ROWS: dict[Any, dict[str, Deed]] = {
    ContactLink: {
        "adult": Deed(
            forms.ChangeAdultForm,
            lambda child, row, form, by: keeping.change_adult(link=row, for_all=form.for_all, by=by, **_seen(form)),
        ),
        "link": Deed(forms.LinkForm, lambda child, row, form, by: keeping.change_link(link=row, by=by, **_seen(form))),
        "lives": Deed(
            forms.LivesForm,
            lambda child, row, form, by: keeping.set_lives(
                link=row, home=form.lives, told=form.told, by=by, seen=form.cleaned_data["seen"]
            ),
        ),
        "end": Deed(forms.EndForm, lambda child, row, form, by: keeping.end_adult(link=row, by=by, **_ended(form))),
        BACK: Deed(
            forms.RestoreAdultForm,
            lambda child, row, form, by: keeping.restore_adult(link=row, told=form.told, by=by),
        ),
    },
    HouseholdMember: {
        "stay": Deed(forms.StayForm, lambda child, row, form, by: keeping.change_stay(home=row, by=by, **_seen(form))),
        "address": Deed(
            forms.AddressForm,
            lambda child, row, form, by: keeping.correct_address(home=row, for_all=form.for_all, by=by, **_seen(form)),
        ),
        "end": Deed(forms.EndForm, lambda child, row, form, by: keeping.end_home(home=row, by=by, **_ended(form))),
    },
    HealthNote: {
        "end": Deed(forms.EndForm, lambda child, row, form, by: keeping.end_health(note=row, by=by, **_ended(form))),
    },
    OtherName: {
        "never": Deed(
            forms.CorrectNameForm, lambda child, row, form, by: keeping.correct_name(name=row, told=form.told, by=by)
        ),
    },
    EarlierSchool: {
        "never": Deed(
            forms.CorrectEarlierForm,
            lambda child, row, form, by: keeping.correct_earlier_school(earlier=row, told=form.told, by=by),
        ),
    },
    Enrolment: {
        "never": Deed(
            forms.CorrectTimeForm, lambda child, row, form, by: keeping.correct_time(time=row, told=form.told, by=by)
        ),
    },
    ClassEpisode: {
        "never": Deed(
            forms.CorrectYearForm, lambda child, row, form, by: keeping.correct_year(year=row, told=form.told, by=by)
        ),
    },
    Sibling: {
        "end": Deed(
            forms.EndForm,
            lambda child, row, form, by: keeping.end_siblings(child=child, link=row, by=by, **_ended(form)),
        ),
    },
}
