"""What is asked of who decides on the records of a list, sends, advises, approves, or sends it back?"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from retention.models import Decision, DestructionItem, DestructionList
from retention.services.lists import MOST, Decided, decision_problems
from safeguarding.forms import DateBoxesField, HarbourForm, Radios
from safeguarding.keys import uuid7

MOST_WORDS = 2_000
DESTROY, OUT = "destroy", "out"
_K = Decision.Kind


def prefix_of(item: DestructionItem) -> str:
    """What the fields of a record on a list begin with: "i3"."""
    return f"i{item.place}"


class OnceForm(HarbourForm):
    """What becomes of records that are decided together: of every record of a plain list."""

    kind = forms.ChoiceField(
        label="What becomes of it?",
        choices=_K.choices,
        widget=Radios(inline=True),
        required=False,
    )
    keep_until = DateBoxesField(label="Keep until", required=False)
    reason = forms.CharField(
        label="Why", max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    has_paper = forms.BooleanField(label="There is a paper file too", required=False)
    paper = forms.CharField(
        label="Where the paper file is, and how it will be destroyed",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )

    def __init__(self, data: Any = None, *, prefix: str = "all", **kwargs: Any) -> None:
        super().__init__(data, prefix=prefix, auto_id="id_%s", **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            facts = {name: given[name] for name in ("kind", "reason", "keep_until", "has_paper", "paper")}
            for name, sentence in decision_problems(**facts, today=timezone.localdate()).items():
                self.add_error(name, self.told(sentence))
        return given

    def told(self, sentence: str) -> str:
        """What is wrong, with what it is about."""
        return sentence

    @property
    def opened(self) -> bool:
        """Whether the part that few need stands open: something is in it, or is wrong with it."""
        names = ("keep_until", "has_paper", "paper")
        wrong = self.is_bound and any(name in self.errors for name in names)
        return wrong or any(self.initial.get(name) for name in names) or self["has_paper"].value() is True

    def decided(self, item: DestructionItem) -> Decided:
        """What was decided of a record; once the form is valid."""
        return Decided(item=item, **self.cleaned_data)


class DecisionForm(OnceForm):
    """What becomes of one record. On one page with those of the other records of its list."""

    def __init__(self, data: Any = None, *, item: DestructionItem, **kwargs: Any) -> None:
        super().__init__(data, prefix=prefix_of(item), **kwargs)
        self.item = item

    def told(self, sentence: str) -> str:
        return f"Record {self.item.place}: {sentence[:1].lower()}{sentence[1:]}"


class SeenForm(HarbourForm):
    """One that is about a list as it stood on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class AdviceForm(SeenForm):
    """What the data protection officer says of a list."""

    advice = forms.ChoiceField(
        label="Your advice",
        choices=[choice for choice in DestructionList.Advice.choices if choice[0]],
        widget=Radios(inline=True),
    )
    advice_words = forms.CharField(
        label="In words",
        help_text="Name no child and no adult: your words stay when the records are gone",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("advice") == DestructionList.Advice.OBJECTION and not given.get("advice_words", "").strip():
            self.add_error("advice_words", "Say what you object to, without naming a child")
        return given


class BackForm(HarbourForm):
    """Because of which record a list goes back, and why."""

    about = forms.ChoiceField(label="Which record is to be looked at again?")
    back_reason = forms.CharField(
        label="What is to be looked at again", max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, items: Iterable[tuple[DestructionItem, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["about"]
        field.choices = [(str(item.pk), label) for item, label in items]


class ApproveForm(SeenForm):
    """Which records of a list are approved, why others are left out, and what the second person confirms."""

    why_out = forms.CharField(
        label="Reason for anything you leave out",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    not_reviewer = forms.BooleanField(label="I am not the person who reviewed this list")
    officer_asked = forms.BooleanField(label="The data protection officer has been asked")
    has_read = forms.BooleanField(label="I have read the reason for each record")

    def __init__(self, data: Any = None, *, items: Sequence[DestructionItem], officer: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.items = items
        self.fields["officer_asked"].help_text = officer
        for item in items:
            self.fields[f"{prefix_of(item)}-yes"] = forms.ChoiceField(
                label=f"Record {item.place}",
                choices=[(DESTROY, "Destroy"), (OUT, "Leave out")],
                widget=Radios,
                initial=DESTROY,
                error_messages={"required": f"Record {item.place}: choose destroy or leave out"},
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.chosen(OUT) and not given.get("why_out", "").strip():
            self.add_error("why_out", "Say why you leave out what you leave out")
        return given

    def chosen(self, answer: str) -> list[UUID]:
        """The keys of the records with this answer."""
        return [item.pk for item in self.items if self.cleaned_data.get(f"{prefix_of(item)}-yes") == answer]

    def of(self, item: DestructionItem) -> Any:
        """The field of one record; None where it is not offered."""
        name = f"{prefix_of(item)}-yes"
        return self[name] if name in self.fields else None


class BeginForm(HarbourForm):
    """Which records that are due come on a list."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    records = forms.TypedMultipleChoiceField(
        label="Records",
        coerce=UUID,
        error_messages={"required": "Choose at least one record"},
    )

    def __init__(self, data: Any = None, *, keys: Iterable[UUID] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["records"]
        field.choices = [(str(key), "") for key in keys]


def _asked() -> Iterable[tuple[str, Any]]:
    return OnceForm.base_fields.items()


def _typed() -> type[forms.Form]:
    """The decisions of a whole page, as they are read where nothing can be saved."""
    fields = {f"all-{name}": type(field)(label=field.label, required=False) for name, field in _asked()}
    for place in range(1, MOST + 1):
        for name, field in _asked():
            fields[f"i{place}-{name}"] = type(field)(label=f"Record {place}: {field.label}", required=False)
    return type("TypedDecisions", (forms.Form,), fields)


TypedDecisions = _typed()
