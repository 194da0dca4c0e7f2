"""How little does the log form ask beside the writing, and does it lose anything when the network goes, or the disk is
full?

A routine concern takes thirty seconds at most beside the writing itself, by a keystroke-level model: 0.28 s for a key
outside the narrative, 1.1 s for a move of the pointer, 1.35 s for each decision. The form is filled in for real, by
pointing where that is quicker and by typing where that is; each step counts itself.
"""

import sys
from collections.abc import Callable

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Account, Concern, Draft
from safeguarding.concerns.services.reference import load_reference
from tests import factories
from tests.functional.everybody import case, with_and_without
from tests.functional.steps import sign_in, sign_in_by_hand

KEY, POINT, DECIDE = 0.28, 1.1, 1.35
LIMIT = 30.0
NOTHING_SENT = "Not sent: no connection."


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
        """Type the first letters of a name and choose the person."""
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


def test_a_concern_is_logged_quickly_and_no_word_is_lost(
    new_person: Callable[..., Page], full: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    load_reference()
    with time_machine.travel(factories.SCHOOL_DAY):
        cast = factories.staffroom(password=factories.PASSWORD)
        writes_while_the_network_is_cut(new_person(), cast.teacher)
        for (scripts, called), author in zip(with_and_without(), (cast.pastoral, cast.office), strict=True):
            page = new_person(java_script_enabled=scripts, viewport={"width": 390, "height": 800})
            with case(called):
                writes_while_the_disk_is_full(page, author, full)
        assert not Concern.objects.exists()

        factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
        hazel = factories.child(cast.school, "Hazel", "O’Reed", by=cast.office, year_group=4, class_name="4A")
        hand = logs_a_routine_concern(new_person(), cast.teacher)
        with capsys.disabled():
            sys.stdout.write(
                f"\nA routine concern: {hand.seconds:.1f} s beside the writing ({hand.moves} moves, "
                f"{hand.keys} keys, {hand.decisions} decisions)"
            )
        assert hand.seconds <= LIMIT
        assert Concern.objects.count() == 1

        assistant = new_person()
        sign_in(assistant, cast.assistant.username, at="/log/")
        is_asked_whom_words_mean(assistant, mentions_a_child_by_keyboard(assistant, hazel))
        assert hazel.full_name not in Account.objects.latest("pk").facts


def logs_a_routine_concern(page: Page, teacher: User) -> Hand:
    sign_in_by_hand(page, teacher.username)
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
    return hand


def mentions_a_child_by_keyboard(page: Page, hazel: Child) -> str:
    """In the account, while it is written. Returns what stands there for the child."""
    page.get_by_label("For the record").check()
    page.get_by_label("Add a child").fill("Rowan")
    page.get_by_role("button", name="Rowan Ashdown").click()
    expect(page.get_by_label("Role of Rowan Ashdown")).to_be_visible()
    facts = page.get_by_label("What you saw or heard")
    facts.press_sequentially("At lunch @haz")
    listed = page.get_by_role("listbox", name="Children to mention")
    expect(listed.get_by_role("option", name="Hazel O’Reed")).to_have_attribute("aria-selected", "true")
    # Escape leaves what was typed; one more letter lists again.
    facts.press("Escape")
    expect(listed).to_be_hidden()
    facts.press_sequentially("e")
    expect(listed.get_by_role("option")).to_have_count(1)
    facts.press("Enter")
    label = f"@[Hazel O’Reed {hazel.pseudonym}]"
    expect(facts).to_have_value(f"At lunch {label} ")
    expect(page.get_by_role("status").filter(has_text="Hazel O’Reed mentioned.")).to_be_attached()
    facts.press_sequentially("hit him. Hazel O’Reed ran.")
    return label


def is_asked_whom_words_mean(page: Page, label: str) -> None:
    """A name in plain words is pointed out once."""
    page.get_by_label("Where", exact=True).select_option("classroom")
    page.get_by_label("How you came to know").select_option("saw_or_heard")
    page.get_by_label("Nearest category").select_option(index=1)
    page.get_by_label("No", exact=True).check()
    page.get_by_label("I have not told anyone yet").check()
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(page.get_by_role("alert")).to_contain_text("say who you mean by “Hazel O’Reed”")
    page.get_by_role("button", name="Mention Hazel O’Reed (4A, Year 4)").click()
    expect(page.get_by_label("What you saw or heard")).to_have_value(f"At lunch {label} hit him. {label} ran.")
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(page.get_by_text("Hazel O’Reed hit him. Hazel O’Reed ran.")).to_be_visible()


def writes_while_the_network_is_cut(page: Page, teacher: User) -> None:
    """What is typed is kept on the real server, and is there after a cut in the middle of sending."""
    sign_in(page, teacher.username, at="/log/")
    facts, note = page.get_by_label("What you saw or heard"), page.locator("[data-autosave-note]")
    expect(note).to_have_text("What you type is saved as a draft that only you can see.")
    with page.expect_response("**/log/keep/"):
        facts.fill("He was quiet.")
        facts.blur()
    expect(note).to_contain_text("Draft saved")
    assert Draft.objects.get(author=teacher).content["facts"] == ["He was quiet."]

    page.context.set_offline(True)
    facts.fill("He was quiet. Then he told me why.")
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(note).to_contain_text(NOTHING_SENT)
    expect(facts).to_have_value("He was quiet. Then he told me why.")

    page.context.set_offline(False)
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(facts).to_have_value("He was quiet. Then he told me why.")
    assert Draft.objects.get(author=teacher).content["facts"] == ["He was quiet. Then he told me why."]


def writes_while_the_disk_is_full(page: Page, author: User, full: Callable[..., None]) -> None:
    """Every word is on a page that can be printed, and sent again when there is room."""
    sign_in(page, author.username, at="/log/")
    full("concerns_draft", "concerns_concern")
    page.get_by_label("What you saw or heard").fill("He was quiet.\nHe held his arm.")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_role("heading", name="Not saved")).to_be_visible()
    words = page.get_by_text("He held his arm.")
    expect(words).to_be_visible()
    expect(page.get_by_text("Priya Raman, extension 214")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    again = page.get_by_role("button", name="Try to save it again")
    page.emulate_media(media="print")
    expect(words).to_be_visible()
    expect(page.get_by_text("Priya Raman, extension 214")).to_be_visible()
    expect(again).to_be_hidden()
    page.emulate_media(media="screen")

    full.mend("concerns_draft", "concerns_concern")  # type: ignore[attr-defined]
    again.click()
    expect(page.get_by_label("What you saw or heard")).to_have_value("He was quiet.\nHe held his arm.")
    assert Draft.objects.get(author=author).content["facts"] == ["He was quiet.\r\nHe held his arm."]
