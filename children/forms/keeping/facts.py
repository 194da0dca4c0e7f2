"""What is typed of a child alone: names, birth, death, numbers, class, roll, language, GP, needs."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from children.models import Child, ChildDetail, OtherName
from children.services.keeping import Part, newest_time, stamp
from children.services.keeping.roll import class_of, roll_of
from children.services.keeping.rules import class_problems, facts_of, of_changed, problems, roll_problems
from safeguarding.dates import full_day
from safeguarding.forms import DateBoxesField, Radios

from .base import CHANGED, ClassFields, HowField, KeepForm, birthday, code_choices, line, since, year_field, yes_no


class FactsForm(KeepForm):
    """A part whose values stand in one row."""

    part: ClassVar[str]
    # Of a form that does not ask how: whether what stands there was never true.
    corrects: ClassVar[bool] = True

    def __init__(self, data: Any = None, *, child: Child, detail: ChildDetail, **kwargs: Any) -> None:
        self.child, self.detail = child, detail
        super().__init__(data, now=self.stands(), **kwargs)

    def stands(self) -> dict[str, Any]:
        """What stands in the fields of the part."""
        return facts_of(self.child, self.detail, self.part)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            changed = {name for name, value in self.values.items() if value != self.now[name]}
            self.blame(of_changed(self.wrong(self.values), {*changed, "left_on"}))
        return given

    def wrong(self, values: dict[str, Any]) -> dict[str, str]:
        """What a service would find wrong."""
        return problems(self.part, values, card=self.child, detail=self.detail, today=timezone.localdate())

    @property
    def is_correction(self) -> bool:
        return super().is_correction if "how" in self.fields else self.corrects


class NamesForm(FactsForm):
    """Legal and known names."""

    title, button, part = "Names", "Save names", Part.NAMES

    forename = forms.CharField(label="Legal forename", max_length=150)
    surname = line("Legal surname", 150)
    middle_names = line("Middle names", 200)
    known_forename = line("Forename the child is known by", 150, help_text="Where it is not the legal one")
    known_surname = line("Surname the child is known by", 150, help_text="Where it is not the legal one")
    how = HowField()
    on = since("Changed on")


class OnceMoreForm(FactsForm):
    """A part in which some changes are asked about once more. `asked` is the stamp of what the page has asked about: an
    answer is about that alone.
    """

    sure = forms.BooleanField(label="Yes, this is right", required=False)
    asked = forms.CharField(widget=forms.HiddenInput, required=False)

    is_asked = False

    def doubt(self, values: dict[str, Any]) -> str:
        """What is asked once more of these values; empty where nothing is."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and (question := self.doubt(self.values)):
            self.is_asked, shown = True, stamp(self.values)
            if not given["sure"] or given["asked"] != shown:
                self.add_error("sure", question)
            self.say("asked", shown)
        return given

    def printed(self) -> list[forms.BoundField]:
        return [field for field in super().printed() if field.name != "sure" or self.is_asked]


class BirthForm(OnceMoreForm):
    """Day of birth and sex."""

    title, button, part = "Date of birth and sex", "Save date of birth and sex", Part.BIRTH

    date_of_birth = birthday()
    sex = forms.ChoiceField(label="Sex", choices=ChildDetail.Sex.choices, widget=Radios(inline=True))

    def doubt(self, values: dict[str, Any]) -> str:
        if values["date_of_birth"] is None and (born := self.now["date_of_birth"]):
            return f"The date of birth, {full_day(born)}, would be taken away. Tick this if nobody knows it"
        return ""


class DeathForm(OnceMoreForm):
    """The day on which the child died; empty where that was never so."""

    title, button, part = "Date of death", "Save date of death", Part.DEATH

    date_of_death = DateBoxesField(
        label="Date of death",
        past=True,
        required=False,
        help_text="Leave it empty if the record says that the child died and this is not true",
    )

    def doubt(self, values: dict[str, Any]) -> str:
        if (died := values["date_of_death"]) and died != self.now["date_of_death"]:
            return f"The record would say that this child died on {full_day(died)}. Tick this if it is so"
        return ""

    @property
    def is_correction(self) -> bool:
        return self.now["date_of_death"] is not None


class NumbersForm(FactsForm):
    """UPN and admission number."""

    title, button, part = "UPN and admission number", "Save numbers", Part.NUMBERS

    upn = line("UPN", 13, help_text="13 characters. Leave it empty where it is not known.")
    admission_number = line("Admission number", 20)
    how = HowField()
    on = since("Changed on")

    def clean_upn(self) -> str:
        return str(self.cleaned_data["upn"]).upper()


class BackgroundForm(FactsForm):
    """Language, interpreter and ethnicity."""

    title, button, part = "Language and ethnicity", "Save language and ethnicity", Part.BACKGROUND
    corrects = False

    first_language = forms.ChoiceField(label="First language", required=False)
    interpreter_needed = yes_no("Do the parents need an interpreter?")
    ethnicity = forms.ChoiceField(label="Ethnicity", required=False, help_text="As the family says it. Voluntary.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, first_language="language", ethnicity="ethnicity")


class DoctorForm(FactsForm):
    """The GP practice."""

    title, button, part = "GP practice", "Save GP practice", Part.DOCTOR
    corrects = False

    gp = line("GP practice", 200, help_text="Name and town")


class NeedsForm(FactsForm):
    """Special educational needs, and that the child is looked after, as the school's own system says it."""

    title, button, part = "Special educational needs and care", "Save needs and care", Part.NEEDS
    corrects = False

    sen_provision = forms.ChoiceField(label="Special educational needs", required=False)
    sen_needs = forms.MultipleChoiceField(label="Kinds of need", required=False, widget=forms.CheckboxSelectMultiple)
    in_care = yes_no("Is the child looked after?")
    care_authority = forms.ChoiceField(label="Authority that looks after the child", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, sen_provision="sen", care_authority="authority")
        self.fields["sen_needs"].choices = code_choices("sen_need")[1:]  # type: ignore[attr-defined]


class ClassForm(ClassFields, FactsForm):
    """Year and class."""

    title, button, part = "Year and class", "Save year and class", Part.CLASS

    year_group = year_field()
    how = HowField(initial=CHANGED)
    on = since("First day in it")
    field_order = ("year_group", "class_name", "another_class")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_classes(self.child.school_id)

    def stands(self) -> dict[str, Any]:
        return class_of(self.child)

    def wrong(self, values: dict[str, Any]) -> dict[str, str]:
        return class_problems(values)


class RollForm(FactsForm):
    """The days on roll, why the child left and where to."""

    title, button, part = "Days on roll", "Save days on roll", Part.ROLL

    entered_on = DateBoxesField(label="First day on roll", past=True, required=False)
    left_on = DateBoxesField(
        label="Last day on roll", past=True, required=False, help_text="Leave it empty while the child is on roll"
    )
    leaving_reason = line("Reason for leaving", 100)
    destination = line("Where the child went", 200, help_text="School and town, or: educated at home, abroad")
    destination_authority = forms.ChoiceField(label="Local authority of the next school", required=False)
    destination_establishment = line("DfE number of the next school", 4, help_text="Four figures")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, destination_authority="authority")

    def stands(self) -> dict[str, Any]:
        return roll_of(newest_time(self.child))

    def wrong(self, values: dict[str, Any]) -> dict[str, str]:
        return roll_problems(values, born=self.detail.date_of_birth, today=timezone.localdate())


class BackForm(ClassFields):
    """A child who had left is back."""

    title, button = "Back on roll", "Put the child on roll again"

    entered_on = DateBoxesField(label="First day back on roll", past=True)
    year_group = year_field()
    field_order = ("entered_on", "year_group", "class_name", "another_class")

    def __init__(self, data: Any = None, *, child: Child, detail: ChildDetail, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer_classes(child.school_id)

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("year_group", "class_name")}


class OtherNameForm(KeepForm):
    """A name beside the legal and the known one."""

    title, button = "Another name", "Add the name"

    kind = forms.ChoiceField(label="What kind of name is it?", choices=OtherName.Kind.choices, widget=Radios)
    forename = line("Forename", 150)
    surname = line("Surname", 150)

    def __init__(self, data: Any = None, *, child: Child, detail: ChildDetail, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not (given["forename"] or given["surname"]):
            self.add_error("forename", "Enter the forename, the surname or both")
        return given


def _offer(form: FactsForm, **kinds: str) -> None:
    """The codes of these lists as choices."""
    for name, kind in kinds.items():
        form.fields[name].choices = code_choices(kind, form.now[name])  # type: ignore[attr-defined]
