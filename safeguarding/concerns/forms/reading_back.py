"""What does a form that is not sent say, as label and text?

For a lead who opens a draft, and for words that are kept or copied.
"""

from collections.abc import Mapping

from django import forms

from safeguarding.concerns.bodymap import BY_NUMBER
from safeguarding.concerns.models import Amendment
from safeguarding.forms import DateBoxesField
from safeguarding.keys import record_of

from .adding import AdditionForm
from .mention import MentionText
from .reporting import ChildForm, ReportForm
from .typed import Typed, kind_of

# An addition to a report is a draft too, with fields of its own.
_ADDITION = AdditionForm.base_fields


def words_in(typed: Typed) -> list[tuple[str, str]]:
    """Every text typed on a form of a concern or of an addition, with its label; the account's own has none."""
    fields = ReportForm.base_fields | _ADDITION
    words = [
        ("" if name in ("facts", "text") else str(field.label), typed.text(name))
        for name, field in fields.items()
        if type(field) in (forms.CharField, MentionText)
    ]
    words += [("A child you described", typed.text(f"{key}-description")) for key in typed.children if kind_of(key)]
    words += [(f"Mark: {BY_NUMBER[region].label}", note) for region, note in typed.marks.items()]
    return [(label, text.strip()) for label, text in words if text.strip()]


def readable(form: ReportForm) -> list[tuple[str, str]]:
    """What a draft says, label and text, for a lead who opened it.

    Nothing is asked of it, so it may be half written.
    """
    return [(row.name, _line(row, form.typed)) for row in form.children] + lines_of(form.typed, form.fields | _ADDITION)


def readable_alone(typed: Typed) -> list[tuple[str, str]]:
    """The same of what was typed, and of choices that no database is asked for: what has only a key is left out."""
    described = [
        ("A child you described", text) for key in typed.children if (text := typed.text(f"{key}-description").strip())
    ]
    return described + lines_of(typed.without_keys(), ReportForm.base_fields | _ADDITION)


def lines_of(typed: Typed, fields: Mapping[str, forms.Field]) -> list[tuple[str, str]]:
    """Label and text of what was typed into `fields`, in their order, then of the marks on the body map."""
    lines = []
    for name, field in fields.items():
        texts = typed.data.getlist(name)
        if isinstance(field, forms.ChoiceField):
            texts = [_label(field, text) for text in texts]
        if isinstance(field, DateBoxesField):
            texts = [" ".join(typed.text(f"{name}_{part}") for part in ("day", "month", "year"))]
        if said := " ".join(filter(None, (t.strip() for t in texts))):
            lines.append((str(field.label), said))
    lines += [(f"Mark: {BY_NUMBER[region].label}", note or "Ticked") for region, note in typed.marks.items()]
    return lines


def _line(row: ChildForm, typed: Typed) -> str:
    role = _label(row.fields["role"], typed.text(f"{row.key}-role"))
    return ". ".join(filter(None, (row.about, typed.text(f"{row.key}-description"), role)))


def _label(field: forms.Field, value: str) -> str:
    """What a choice is called on the page."""
    if value.startswith(f"{Amendment.Reason.ASKED}-"):
        return str(Amendment.Reason.ASKED.label)
    for key, label in field.choices:  # type: ignore[attr-defined]
        if isinstance(label, list):
            found = next((text for k, text in label if str(k) == value), "")
            if found:
                return found
        elif str(key) == value:
            return str(label) if value else ""
    # A lead who is away by now, or a choice that is no more: never a key of ours.
    return "A choice that is not offered any more" if record_of(value) else value
