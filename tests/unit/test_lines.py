"""Has every line of a form a longest, so that a text without an end is refused before anybody reads it?"""

import ast
from collections.abc import Iterator

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import get_resolver

from safeguarding.forms import LONGEST_LINE, HarbourForm, TimeField
from safeguarding.packages import is_own, own_packages
from tests.patterns import ROOT

# What Django takes for text and something else reads at once.
NOT_TEXT = (forms.UUIDField, forms.JSONField)
# Letters of any line. The rows of a list of staff, on the page that confirms them, come nearest.
MOST = 2_100_000


class Note(HarbourForm):
    line = forms.CharField(label="Title")
    text = forms.CharField(label="Text", widget=forms.Textarea)


def lines() -> Iterator[tuple[str, forms.CharField]]:
    """Each line of each form of Harbour, as it is when a form is made."""
    get_resolver().url_patterns  # noqa: B018  (it imports every page, and with it every form)
    waiting = [forms.BaseForm]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        for one in (one for one in below if is_own(one.__module__)):
            if issubclass(one, HarbourForm):
                one.finish()
            for name, field in getattr(one, "base_fields", {}).items():
                if _is_line(field):
                    yield f"{one.__module__}.{one.__name__}.{name}", field


def _is_line(field: forms.Field) -> bool:
    is_text = isinstance(field, forms.CharField) and not isinstance(field, NOT_TEXT)
    return is_text and not isinstance(field.widget, forms.Textarea)


def _says_too_long(field: forms.CharField) -> bool:
    try:
        field.clean("1" * (MOST + 1))
    except ValidationError as error:
        return isinstance(field, TimeField) or any(one.code == "max_length" for one in error.error_list)
    return False


def test_every_line_has_its_longest():
    found = dict(lines())
    assert len(found) > 200
    assert sorted(place for place, field in found.items() if not _says_too_long(field)) == []


def test_line_made_in_function_says_its_longest():
    """Those are not finished with the fields of their class."""
    bare = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for package in own_packages()
        for path in (ROOT / package).rglob("*.py")
        if "forms." in (text := path.read_text())
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("forms.CharField", "forms.RegexField")
        if "max_length" not in {word.arg for word in call.keywords}
    ]
    assert bare == []


@pytest.mark.parametrize(("letters", "is_taken"), [(LONGEST_LINE, True), (LONGEST_LINE + 1, False)])
def test_line_that_says_nothing_takes_a_thousand_letters(letters, is_taken):
    form = Note({"line": "x" * letters, "text": "x" * 1_000_000})
    assert form.is_valid() == is_taken
    assert form.errors.get("line", []) == ([] if is_taken else ["Title must be 1000 characters or fewer"])
    # A browser would cut off what is pasted, and say nothing.
    assert "maxlength" not in str(form["line"])
