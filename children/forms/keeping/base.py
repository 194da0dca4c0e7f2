"""What does every form ask that changes a child's record by hand? Who told the school, and which day it is about."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import QueryDict

from children import codes
from children.codes import year_label
from children.models import ToldBy
from children.services.finding import classes_on_roll
from children.services.keeping import Told, stamp
from children.services.keeping.recording import MOST_SAID
from children.services.keeping.rules import YEARS
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7

CHANGED, CORRECTED = "changed", "corrected"
HOW = (
    (CHANGED, "It has changed"),
    (CORRECTED, "It was wrong from the start"),
)
NOBODY = "nobody"
# None of the requests that are open.
NONE = "none"
_LAST = ("how", "on", "told_by", "request", "note")


class HowField(forms.ChoiceField):
    """Whether something was true until now, or never was."""

    def __init__(self, **kwargs: Any) -> None:
        hints = {
            CHANGED: "What the record says now was right until then, and is kept as former",
            CORRECTED: "What the record says now was never right, and is kept under “Ended and corrected” only",
        }
        super().__init__(label="Changed, or wrong?", choices=HOW, widget=Radios(hints=hints), **kwargs)


class KeepForm(HarbourForm):
    """A change of one part. `seen` is the stamp of what stood on the page, `deed` says which form of the page it is.

    `now` are the facts that stand there, by the name of their field; `typed` is what was typed into it already.
    `requests` are the open requests to correct this record, each its key and its number.
    """

    title: ClassVar[str]
    button: str = "Save"

    deed = forms.CharField(widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    told_by = forms.ChoiceField(label="Who told the school?", choices=blank_first(ToldBy.choices, "Choose"))
    request = forms.ChoiceField(
        label="Which request?",
        required=False,
        help_text="Needed if a request told the school. Its page then says what was corrected.",
    )
    note = forms.CharField(
        label="What was said or seen",
        required=False,
        max_length=MOST_SAID,
        widget=forms.Textarea,
        help_text="Name the person or the document. Everybody who reads this child’s record can read it.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        deed: str,
        now: Mapping[str, Any] | None = None,
        typed: Mapping[str, Any] | None = None,
        requests: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        self.now = dict(now or {})
        first = {"deed": deed, "seen": stamp(self.now) if self.now else ""}
        super().__init__(data, initial={**self.now, **(typed or {}), **first}, auto_id=f"{deed}_%s", **kwargs)
        self._offer_requests(requests)
        leading = [name for name in self.field_order or () if name in self.fields]
        own = [name for name in self.fields if name not in {*leading, *_LAST}]
        self.order_fields([*leading, *own, *_LAST])

    def _offer_requests(self, requests: Sequence[tuple[str, str]]) -> None:
        """Ask which request it is, where one is open; the only one is chosen already."""
        if not requests:
            del self.fields["request"]
            return
        field: Any = self.fields["request"]
        field.choices = blank_first([*requests, (NONE, "Another one")], "Choose")
        if len(requests) == 1:
            self.initial.setdefault("request", requests[0][0])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "request" in self.fields and given.get("told_by") == ToldBy.REQUEST and not given.get("request"):
            self.add_error("request", "Choose which request it is")
        return given

    @property
    def told(self) -> Told:
        """What the service is told of the source."""
        given = self.cleaned_data
        said = given.get("request") if given["told_by"] == ToldBy.REQUEST else ""
        request = UUID(said) if said and said != NONE else None
        return Told(by=given["told_by"], note=given["note"], on=given.get("on"), token=given["token"], request=request)

    @property
    def is_correction(self) -> bool:
        """Whether what stands there was never true."""
        return self.cleaned_data.get("how") == CORRECTED

    @property
    def values(self) -> dict[str, Any]:
        """What was typed into the fields of the part."""
        return {name: self.cleaned_data[name] for name in self.now}

    def blame(self, problems: Mapping[str, str]) -> None:
        """Say what a service finds wrong, each beside its field; what has none is said of the whole form."""
        for name, sentence in problems.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)

    def say(self, name: str, value: str) -> None:
        """Put a value into a hidden field of a form that was sent, for the next time."""
        if isinstance(self.data, QueryDict):
            data: Any = self.data.copy()
            data[name] = value
            self.data = data

    # Fields that are there only where the form asks them, and then have to be answered: never marked as optional.
    only_asked: ClassVar[Sequence[str]] = ()

    def printed(self) -> list[forms.BoundField]:
        """The fields as the page shows them, one below the other."""
        fields = list(self.visible_fields())
        for field in fields:
            field.field.required = field.field.required or field.name in self.only_asked
        return fields


class AlikeForm(KeepForm):
    """One that adds somebody: where the school has somebody alike, it asks whether it is the same.

    `shown` are those whom the page has shown, by their keys: who is found beside them is shown first.
    """

    nobody: ClassVar[str]

    # What can be chosen is known once the rest has been read.
    same_as = forms.CharField(label="Is it one of these?", required=False, widget=Radios)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    only_asked: ClassVar[Sequence[str]] = ("same_as",)

    alike: Mapping[str, Any] = {}

    def offer(self, alike: Mapping[str, Any], words: Mapping[str, str]) -> None:
        """Ask about these, each with what tells it apart. The form is not taken before somebody has answered."""
        self.alike = alike
        if not alike:
            return
        self.fields["same_as"].widget.choices = [*words.items(), (NOBODY, self.nobody)]  # type: ignore[attr-defined]
        chosen, shown = self.data.get("same_as", ""), set(self.data.get("shown", "").split())
        if chosen not in {*alike, NOBODY} or (chosen == NOBODY and set(alike) - shown):
            self.add_error("same_as", "Say whether it is one of these, or somebody else")
        self.say("shown", " ".join(alike))
        self.cleaned_data["same_as"] = chosen

    def printed(self) -> list[forms.BoundField]:
        return [field for field in super().printed() if field.name != "same_as" or self.alike]

    @property
    def chosen(self) -> Any:
        """Who it is; None for somebody new."""
        return self.alike.get(self.cleaned_data.get("same_as", ""))


def line(label: str, most: int, **kwargs: Any) -> forms.CharField:
    """A line of text that may be empty."""
    return forms.CharField(label=label, max_length=most, required=False, **kwargs)


def since(label: str = "From which day", **kwargs: Any) -> DateBoxesField:
    """The day that a change is about; left empty it is today."""
    return DateBoxesField(label=label, past=True, required=False, help_text="Leave it empty for today", **kwargs)


def birthday(**kwargs: Any) -> DateBoxesField:
    """A date of birth: the year in four figures."""
    return DateBoxesField(
        label="Date of birth", past=True, full_year=True, example="14 3 2018", required=False, **kwargs
    )


def code_choices(kind: str, now: str = "") -> list[tuple[Any, str]]:
    """The codes of a list that are in use, by what they mean, and the one that stands there now."""
    rows = [row for row in codes.codes(kind).values() if not row.valid_until or row.code == now]
    listed = sorted(((row.code, row.label) for row in rows), key=lambda pair: pair[1])
    if now and now not in dict(listed):
        listed.append((now, now))
    return blank_first(listed, "Not recorded")


def year_field(**kwargs: Any) -> forms.TypedChoiceField:
    """A year group of the National Curriculum, or none."""
    years = [(str(year), year_label(year) if year >= 0 else f"{year_label(year)} ({year})") for year in YEARS]
    return forms.TypedChoiceField(
        label="Year", coerce=int, empty_value=None, required=False, choices=blank_first(years, "No year"), **kwargs
    )


def yes_no(label: str) -> forms.TypedChoiceField:
    """Yes, no, or nobody has said."""
    return forms.TypedChoiceField(
        label=label,
        coerce=lambda text: text == "True",
        empty_value=None,
        required=False,
        choices=blank_first([("True", "Yes"), ("False", "No")], "Not recorded"),
    )


class ClassFields(KeepForm):
    """The class: one of the school's, or another one that is typed."""

    class_name = forms.CharField(label="Class", max_length=30, required=False, widget=forms.Select)
    another_class = line("Another class", 30, help_text="If it is not in the list above, like 5B")

    def offer_classes(self, school_id: Any) -> None:
        """The classes of the school as choices, with the one that stands there now."""
        there = {*classes_on_roll(school_id), *filter(None, [self.now.get("class_name", "")])}
        choices = blank_first([(name, name) for name in sorted(there)], "No class")
        self.fields["class_name"].widget.choices = choices  # type: ignore[attr-defined]

    def clean_another_class(self) -> str:
        """What was typed counts: nobody types a class beside one that stays."""
        typed = str(self.cleaned_data["another_class"])
        if typed:
            self.cleaned_data["class_name"] = typed
        return typed
