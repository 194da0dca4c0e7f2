"""Is every template what a strict policy, a screen reader and the next developer need?"""

import re
from collections.abc import Iterable, Iterator

import pytest
from django.template.loader import get_template

from safeguarding.templatetags.harbour import register

from .source import ROOT, templates

PAGES = [(path, text) for path, text in templates() if path.endswith(".html")]
COMPONENTS = [(path, text) for path, text in PAGES if path.startswith("templates/components/")]
GUIDE = (ROOT / "docs" / "components.md").read_text()


# Characters in a line of a template.
WIDEST = 140


def _bare(text: str) -> str:
    """The template without its comments."""
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", [path for path, _ in templates()])
def test_it_compiles(path):
    assert get_template(path.removeprefix("templates/"))


def test_a_line_can_be_read():
    """One element a line. A tag of Django's cannot be broken; what is too long for a line gets a name by `with`."""
    assert list(_too_wide(templates())) == []


def test_nothing_runs_or_looks_inline():
    """A content security policy without `unsafe-inline` would drop it, so it would only seem to work."""
    inline = re.compile(
        r"""\sstyle\s*=|<style\b|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE
    )
    assert [path for path, text in PAGES if inline.search(_bare(text))] == []


def test_a_shared_computer_remembers_nothing_that_was_typed():
    """Fields of forms say so by themselves (`safeguarding/forms.py`); what a template writes by hand must."""
    tags = re.compile(r"""<form[^>]*data-autosave[^>]*>|<input[^>]*type="(?:text|search)"[^>]*>""")
    found = [(path, tag) for path, text in PAGES for tag in tags.findall(_bare(text))]
    assert len(found) > 4
    assert [each for each in found if 'autocomplete="off"' not in each[1]] == []


def test_nothing_is_printed_unescaped():
    assert [path for path, text in PAGES if re.search(r"autoescape\s+off|\|\s*(safe|safeseq)\b", _bare(text))] == []


def test_every_telephone_number_can_be_pressed():
    """By one filter; an extension by the tag that puts it beside the number of the school. Paper rings nobody."""
    number = re.compile(r"{{[^}]*\b(?:telephone|mobile|social_care_day|social_care_night|extension)\b[^}]*}}|\b999\b")
    found = [
        (path, printed)
        for path, text in PAGES
        if not path.startswith("templates/pdf/")
        for printed in number.findall(_bare(text).replace('"999"|tel', ""))
    ]
    assert len(found) > 6
    assert [each for each in found if "|tel" not in each[1]] == []


def test_a_component_opens_with_its_usage():
    silent = [path for path, text in COMPONENTS if not text.startswith("{% comment %}USAGE: ")]
    assert silent == []


def test_the_guide_names_every_component():
    names = {path.rsplit("/", 1)[1].removesuffix(".html") for path, _ in COMPONENTS} - {"bodymap_figure"}
    assert {name for name in names if f"`{name}" not in GUIDE and f"`{name} " not in GUIDE} == set()
    assert {name for name in register.filters if f"`{name}" not in GUIDE and f"|{name}" not in GUIDE} <= {"tone"}


def test_a_piece_that_pages_include_is_named_as_one():
    """Components and the frame apart, which have folders of their own; and no other file is called a part."""
    own = ("components/", "frame/", "pdf/parts/", "django/")
    included = {name for _, text in PAGES for name in re.findall(r'{% include "([^"]+)"', text)}
    pieces = {name for name in included if not name.startswith(own)}
    assert {name for name in pieces if "/part_" not in name} == set()
    assert [path for path, _ in PAGES if "/_" in path] == []
    assert len(pieces) > 20


def test_a_table_has_a_caption():
    bare = [path for path, text in PAGES if text.count("<table") != text.count("<caption")]
    assert bare == []


def test_a_form_that_changes_something_is_guarded_and_explained_by_the_server():
    loose = [path for path, form in _forms() if "{% signed_form" not in form or "novalidate" not in form.split(">")[0]]
    # Whose that one is came with what was posted.
    assert loose == ["templates/unsaved/base.html"]


def test_a_form_says_whose_it_is_beside_the_token_of_the_browser():
    bare = [path for path, text in PAGES if "csrf_token" in _bare(text)]
    assert bare == ["templates/unsaved/base.html"]


def test_a_form_that_takes_a_password_or_a_code_says_so():
    """Of such a form nothing comes back when it cannot be taken. The words that open a file are a password."""
    takes = re.compile(r'password|factor_|part_factor|credential|name="proof"|form\.(code width|second|volumes)')
    secret = [(path, form) for path, form in _forms() if takes.search(form)]
    assert [path for path, form in secret if "{% signed_form secret=True %}" not in form] == []
    assert len(secret) == sum(text.count("secret=True") for _, text in PAGES) > 10


def test_a_page_has_a_title_of_its_own():
    pages = [(path, text) for path, text in PAGES if re.search(r"{% extends ['\"]base.html", text)]
    assert pages
    assert [path for path, text in pages if "{% block title %}" not in text] == []


def _forms() -> Iterator[tuple[str, str]]:
    for path, text in PAGES:
        for form in re.findall(r"<form\b.*?</form>", _bare(text), re.DOTALL | re.IGNORECASE):
            if re.search(r"method=['\"]post", form.split(">")[0], re.IGNORECASE):
                yield path, form


def _too_wide(pages: Iterable[tuple[str, str]]) -> Iterator[str]:
    for path, text in pages:
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > WIDEST:
                yield f"{path}:{number} has {len(line)} characters"


def test_the_checks_can_fail():
    assert list(_too_wide([("a.html", f"<p>\n{'x' * 141}")])) == ["a.html:2 has 141 characters"]
    assert _bare('{# style="" #}<p>') == "<p>"
    assert list(_forms())
