"""How long does a routine concern take, beside the writing itself? At most thirty seconds, by a keystroke-level model.

0.28 s for a key outside the narrative, 1.1 s for a move of the pointer, 1.35 s for each decision. The form is filled in
for real, by somebody who points where that is quicker and types where that is; each step counts itself.
"""

import sys

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.reference import load_reference
from tests import factories
from tests.functional.steps import sign_in_by_hand

KEY, POINT, DECIDE = 0.28, 1.1, 1.35
LIMIT = 30.0


class Hand:
    """Somebody at the form, who counts what it costs."""

    def __init__(self) -> None:
        self.keys = self.moves = self.decisions = 0

    def point(self, target: Locator) -> None:
        target.click()
        self.moves += 1

    def decide(self, target: Locator) -> None:
        """Think, then point at the answer."""
        self.decisions += 1
        self.point(target)

    def search(self, target: Locator, letters: str) -> None:
        """Decide whom, and type the first letters."""
        self.decide(target)
        target.press_sequentially(letters)
        self.keys += len(letters)

    def pick(self, target: Locator, letters: str, value: str) -> None:
        """Decide, point at a list, and type the first letters of the choice."""
        self.decisions += 1
        target.focus()
        target.press_sequentially(letters)
        expect(target).to_have_value(value)
        self.moves += 1
        self.keys += len(letters)

    def narrate(self, target: Locator, text: str) -> None:
        """The narrative itself is what it takes; going to its box is counted."""
        self.point(target)
        target.fill(text)

    @property
    def seconds(self) -> float:
        return self.keys * KEY + self.moves * POINT + self.decisions * DECIDE


def test_a_routine_concern_takes_half_a_minute_beside_the_writing(
    page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    load_reference()
    with time_machine.travel(factories.SCHOOL_DAY):
        cast = factories.staffroom(password=factories.PASSWORD)
        factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
        sign_in_by_hand(page, cast.teacher.username)
        hand = Hand()
        hand.point(page.get_by_role("main").get_by_role("link", name="Log a concern").first)
        hand.decide(page.get_by_label("Today", exact=True))
        hand.search(page.get_by_label("Add a child"), "row")
        hand.point(page.get_by_role("button", name="Rowan Ashdown").first)
        expect(page.get_by_role("combobox", name="Rowan Ashdown")).to_have_value("worried_about")
        hand.pick(page.get_by_label("How you came to know"), "I", "saw_or_heard")
        hand.narrate(page.get_by_label("What you saw or heard"), "Rowan came in late and was quiet at register.")
        hand.pick(page.get_by_label("Nearest category"), "Ne", "NEG")
        hand.decide(page.get_by_role("group", name="Did you see a mark or injury?").get_by_label("No"))
        hand.decide(page.get_by_label("I have not told anyone yet"))
        hand.point(page.get_by_role("button", name="Send to safeguarding leads"))
        expect(page.get_by_text("Your reference is")).to_be_visible()
    assert Concern.objects.count() == 1
    with capsys.disabled():
        sys.stdout.write(
            f"\nA routine concern: {hand.seconds:.1f} s beside the writing ({hand.moves} moves, "
            f"{hand.keys} keys, {hand.decisions} decisions)"
        )
    assert hand.seconds <= LIMIT
