"""What was typed on the log form: does a button pressed cost what the form is long?"""

from uuid import UUID

import pytest
from django.http import QueryDict

from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.views.reporting import _pressed
from tests.hard_texts import Hard
from tests.patterns import costs_more


def with_children(kind, number):
    return Typed({"who": [f"{kind}-{n}" for n in range(1, number + 1)]})


def test_child_who_is_described_gets_the_first_number_that_is_free():
    typed, place = _pressed(with_children("unnamed", 3).removing("unnamed-2"), QueryDict("add=unnamed"))
    assert (typed.children, place) == (["unnamed-1", "unnamed-3", "unnamed-2"], "#id_unnamed-2-description")
    key = UUID(int=7)
    again = _pressed(typed.adding(str(key)), QueryDict(f"add={key}"))
    assert (again[0].records, again[1]) == ([key], "#id_q")


@pytest.mark.parametrize("button", ["add=unnamed", "add=unborn", f"add={UUID(int=7)}", "remove=unnamed-1"])
def test_button_pressed_costs_what_the_children_on_the_form_are(button):
    def press(text):
        _pressed(with_children("unnamed", len(text) // 11), QueryDict(button))

    assert not costs_more(press, Hard("", "a"), enough=5)
