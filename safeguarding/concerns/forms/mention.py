"""Text in which children may be mentioned, and what its writer is asked about once before it is saved.

A form of such fields extends `Mentioning`. Its view gives it a `Looking` before it asks whether the form is valid;
without one a mention of a form is still kept as its marker.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import NAMESPACE_OID, uuid5

from django import forms
from django.core.validators import MaxLengthValidator
from django.urls import reverse_lazy

from children import mentions
from children.models import Child
from children.services.picking import Pickable
from safeguarding.concerns.services.looking_over import Finding, LookedOver, look_over, with_choice

# What a page sends back of what it has pointed out, and which choice was pressed.
POINTED, SWAP = "pointed", "swap"
# Letters that one text takes: about eight pages of paper.
LONGEST = 20_000


class MentionText(forms.CharField):
    """Text about children. In its box an @ lists them (`mention.js`).

    `longest` is the most letters, unless `max_length` is given. It sets no attribute: a browser would cut off what is
    pasted.
    """

    widget = forms.Textarea

    def __init__(self, *args: Any, longest: int = LONGEST, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is None:
            self.max_length = longest
            self.validators.append(MaxLengthValidator(longest))

    def clean(self, value: Any) -> str:
        return mentions.bare(super().clean(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"data-mention": reverse_lazy("log_find")}


@dataclass(frozen=True)
class Looking:
    """Whom the writer may mention, and which children the record is linked to.

    `quietly`: nothing is pointed out this time.
    """

    pickable: Pickable
    linked: Callable[[], Collection[Child]] = tuple
    quietly: bool = False


@dataclass(frozen=True)
class Choice:
    """A button that puts a mention in the place of words: what it sends, and what it says."""

    value: str
    child: Child
    says: str


@dataclass(frozen=True)
class Pointed:
    """One find as the page shows it. Without words it is a question that the error says whole (`ask_once`)."""

    words: str
    key: str
    choices: Sequence[Choice]


class Mentioning(forms.Form):
    """A form with `MentionText`.

    What it points out is an error once: pressed again, the text is saved as it was written.
    """

    looking: Looking | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._looked: dict[str, LookedOver] = {}
        self._asked: dict[str, Pointed] = {}

    def look(self, looking: Looking) -> "Mentioning":
        """Say for whom, before the form is checked."""
        self.looking = looking
        return self

    def ask_once(self, name: str, sentence: str, about: Sequence[str] = ()) -> None:
        """Say something of a field that is saved all the same when the button is pressed again. `about`: what the page
        lists beside it; with something else in it, it is asked anew.
        """
        key = f"{self.add_prefix(name)}:{uuid5(NAMESPACE_OID, '; '.join((sentence, *about)))}"
        self._asked[name] = Pointed("", key, ())
        if key not in _several(self.data, POINTED):
            self.add_error(name, sentence)

    def is_urgent(self) -> bool:
        """Whether nothing may come between what was typed and its being sent."""
        return False

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.looking is None:
            return
        seen = set(_several(self.data, POINTED))
        for name in self._texts():
            if name not in self.cleaned_data or not self.cleaned_data[name]:
                continue
            looked = self._looked[name] = self._look_over(name)
            self.cleaned_data[name] = looked.stored
            keys = {f"{self.add_prefix(name)}:{one.key}" for one in looked.findings}
            if keys - seen and not (self.looking.quietly or self.is_urgent()):
                self.add_error(name, _sentence(str(self.fields[name].label), looked.findings))

    def _texts(self) -> list[str]:
        return [name for name, one in self.fields.items() if isinstance(one, MentionText)]

    def kept_text(self, name: str) -> str:
        """What stands in a field, as it would be kept."""
        if self.is_bound and self.looking is not None:
            return self._look_over(name).stored
        return mentions.bare(str(self[name].value() or ""))

    def _typed(self, name: str) -> str:
        return str(self.fields[name].to_python(self[name].data) or "")

    def _look_over(self, name: str) -> LookedOver:
        assert self.looking is not None  # noqa: S101  (asked for by who calls it)
        typed = self._typed(name)
        longest = cast(forms.CharField, self.fields[name]).max_length
        if longest is not None and len(typed) > longest:
            # It is too long to be kept, and is not read before somebody has made it shorter.
            return LookedOver(mentions.bare(typed), [])
        known = mentions.mentioned(str(self.initial.get(name) or ""))
        return look_over(typed, self.looking.pickable, linked=self.looking.linked(), known=known)

    def pointed_in(self, name: str) -> list[Pointed]:
        """What is pointed out in a field of a form that was checked, or asked of it."""
        if name in self._asked:
            # Also where it was answered and something else is wrong: it is asked once.
            return [self._asked[name]]
        if name not in self._looked or name not in self.errors:
            return []
        prefix = self.add_prefix(name)
        return [_as_shown(one, f"{prefix}:{one.key}") for one in self._looked[name].findings]

    @property
    def only_asks(self) -> bool:
        """Whether nothing is wrong, and the form may be sent as it is: all that it says is what it points out."""
        return bool(self.errors) and all(self.pointed_in(name) and len(said) == 1 for name, said in self.errors.items())

    def offered(self) -> list[Child]:
        """The children whom the page offers, to be recorded as found."""
        return [
            choice.child for name in self._looked for pointed in self.pointed_in(name) for choice in pointed.choices
        ]

    def swapped(self, pressed: str) -> dict[str, str]:
        """Field to its text after a choice was pressed; nothing where the text has changed meanwhile, or that child is
        not offered.
        """
        prefixed, _, rest = pressed.partition(":")
        key, _, pseudonym = rest.partition(":")
        for name in self._texts():
            if self.looking is None or self.add_prefix(name) != prefixed:
                continue
            for one in self._look_over(name).findings:
                child = next((c for c in one.choices if c.pseudonym == pseudonym), None)
                if one.key == key and child is not None:
                    return {prefixed: with_choice(self._typed(name), one, child)}
        return {}


def _as_shown(one: Finding, key: str) -> Pointed:
    names = [_called(child) for child in one.choices]
    choices = [
        # Two who are alike in name, class and year have each a record.
        Choice(f"{key}:{child.pseudonym}", child, name if names.count(name) == 1 else f"{name}, record {child.number}")
        for child, name in zip(one.choices, names, strict=True)
    ]
    return Pointed(one.said, key, choices)


def _called(child: Child) -> str:
    about = ", ".join(filter(None, (child.class_name, child.year)))
    return f"Mention {child.full_name}{f' ({about})' if about else ''}"


def with_swap(form: Any, pressed: str) -> None:
    """Change what was typed into a form that has not been checked yet, as the button says that was pressed.

    What else was pointed out is asked again: to swap one is not to keep the others.
    """
    data = form.data.copy()
    data.setlist(POINTED, [])
    for name, text in form.swapped(pressed).items():
        data[name] = text
    form.data = data


def _several(data: Any, name: str) -> list[str]:
    return list(data.getlist(name)) if hasattr(data, "getlist") else []


def _sentence(label: str, findings: Sequence[Finding]) -> str:
    """What is asked, before the choices."""
    words = ", ".join(f"“{one.said}”" for one in findings)
    return f"{label}: say who you mean by {words}, or press the button again to keep it as you wrote it"
