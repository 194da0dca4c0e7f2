"""Does every page speak as docs/words.md says?"""

import ast

import pytest

from . import words


def test_no_page_says_a_word_of_the_list():
    said = [f"{place}: {', '.join(found)}" for place, text in words.everything() if (found := words.said_wrongly(text))]
    assert said == []


def test_no_page_raises_its_voice():
    loud = [place for place, text in words.everything() if not place.startswith("templates/email") and "!" in text]
    assert loud == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>The triage list</p>", ["triage"]),
        ('{% panel "Triage now" count=2 %}{% endpanel %}', ["triage"]),
        ('<a aria-label="Submit" href="/submit/">Go</a>', ["submit"]),
        ("{# triage #}{% comment %}subject{% endcomment %}<p class='grant'>{{ subject }}</p>", []),
        ("<p>A subject access request cannot be reached</p>", []),
        ("{% url 'triage' as subject %}{% include \"triage.html\" %}", []),
    ],
)
def test_what_a_reader_sees_of_a_template(text, found):
    assert words.said_wrongly(words.of_template(text)) == found


def test_what_a_reader_sees_of_code():
    code = '''
"""The triage module."""
x = forms.CharField(label="grant")
def f():
    """Submit."""
    cursor.execute("GRANT SELECT ON x")
    raise BadInput(f"The pupil {name} is unknown")
'''
    seen = [word for _, text in words.of_module(ast.parse(code)) for word in words.said_wrongly(text)]
    assert sorted(seen) == ["grant", "pupil"]


def test_what_a_reader_sees_of_the_lists_that_forms_offer():
    assert list(words.of_list("codes.csv", "kind,code,label\nsen,K,School\n")) == ["School"]
    said = {text for path, text in words.everything() if path.endswith((".json", ".csv"))}
    assert {"Domestic abuse", "Child is harmed", "City of London"} <= said


def test_the_list_is_read():
    assert {"DSL", "triage", "break-glass", "submit"} <= set(words.never())
    assert "subject access request" in words.exceptions()
