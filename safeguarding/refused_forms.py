"""What was typed into a form that was not taken, and how is it saved on top of what somebody saved meanwhile?"""

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from safeguarding.forms import DateBoxesField


def as_typed(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Label and text of what stands in a form, to be read and copied where its page does not offer it any more."""
    found = ((bound.label, _in_words(bound)) for bound in form.visible_fields())
    return [(str(label), text) for label, text in found if text]


def on_top(form: forms.BaseForm, seen: object) -> None:
    """Let a form that was refused, as somebody else saved first, be saved on top of what stands there now."""
    if "seen" in form.fields and isinstance(form.data, MultiValueDict):
        data: Any = form.data.copy()
        data["seen"] = str(seen)
        form.data = data


def saved_meanwhile(form: forms.BaseForm, there: forms.BaseForm) -> list[tuple[str, str]]:
    """Label and text of what stands there now, where it is not what was typed. `there` is the same form, unbound."""
    typed = as_typed(form)
    return [line for line in as_typed(there) if line not in typed]


def _in_words(bound: forms.BoundField) -> str:
    value = bound.value()
    if isinstance(bound.field, DateBoxesField):
        return " ".join(filter(None, value or ()))
    if isinstance(bound.field, forms.BooleanField):
        return "Yes" if value else ""
    chosen = str(value or "").strip()
    names = {str(key): str(label) for key, label in getattr(bound.field, "choices", ()) if key}
    return names.get(chosen, chosen)
