"""A safeguarding lead at her desk: what the first screen shows, how little a routine decision takes, what is missing is
mended, by keyboard, on a telephone, two leads at once.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, Locator, Page, expect

from children.models import Child
from safeguarding.concerns.models import Action, Category, Concern, Decision, HowSoon
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.everybody import case, usable, with_and_without
from tests.functional.steps import sign_in
from tests.functional.test_every_page import too_wide

FOLD = 768
CHILDREN = [
    ("Rowan", "Ashdown"),
    ("Theo", "Lindqvist"),
    ("Zara", "Hussain"),
    ("Poppy", "Thackray"),
    ("Kofi", "Ansah"),
    ("Ellie", "Marsden"),
]
# Of the length of those in the prototype.
FACTS = (
    "Rowan came in at 8:50am, later than usual, and was quiet at register. When Rowan pushed up a sleeve I saw a small "
    "bruise on the left forearm and a graze on the right knee. I asked “How did that happen?” and did not "
    "ask anything else."
    "\n\nRowan’s sister Skye was in the cloakroom but did not join in."
)
WORDS = (
    "“I fell off my bike at contact on Saturday.”\n\n“Uncle Daz asked me what road we live on. I said I’m not "
    "allowed to say.”"
)


def six_children(cast: factories.Staffroom) -> list[Child]:
    return [
        factories.child(cast.school, forename, surname, by=cast.office, class_name=f"{number + 1}B")
        for number, (forename, surname) in enumerate(CHILDREN)
    ]


@pytest.fixture
def cast(server: str) -> factories.Staffroom:
    return factories.staffroom(password=factories.PASSWORD)


def queue(cast: factories.Staffroom, children: list[Child], count: int) -> list[Concern]:
    """New concerns as on a busy morning, the soonest first, each about another child and a witness."""
    now = timezone.now()
    kinds = list(Category.objects.order_by("order"))
    soon = [
        HowSoon.RIGHT_NOW,
        HowSoon.TODAY,
        HowSoon.TODAY,
        HowSoon.THIS_WEEK,
        HowSoon.THIS_WEEK,
        HowSoon.FOR_THE_RECORD,
    ]
    return [
        factories.concern(
            cast,
            by=cast.assistant if number % 2 else cast.teacher,
            at=now - timedelta(minutes=60 - number),
            how_soon=soon[number % 6],
            category=kinds[number % len(kinds)],
            facts=FACTS,
            child_words=WORDS,
            presentation="Calm, then tearful.",
            place="classroom",
            place_detail="5B",
            how_known="told_by_child",
            children=[
                ChildEntry("worried_about", children[number % 6]),
                ChildEntry("witness", children[(number + 1) % 6]),
            ],
        )
        for number in range(count)
    ]


def bottom(part: Locator) -> float:
    """The lower edge of a part of the page, in pixels from the top of the page before any scrolling."""
    box = part.bounding_box()
    assert box is not None, "not on the page"
    return box["y"] + box["height"]


def why(page: Page) -> Locator:
    return page.get_by_role("form", name="Decision").get_by_label("Why", exact=True)


def adds(page: Page, what: str) -> None:
    """Press the button of something that the concern has nothing of yet."""
    page.get_by_role("region", name="Add to this concern").locator("summary", has_text=what).click()


def parents(page: Page, told: str) -> Locator:
    return page.get_by_role("group", name="Have parents been told?").get_by_label(told, exact=True)


def test_a_lead_decides_at_her_desk(new_person: Callable[..., Page], cast: factories.Staffroom, settings: Any) -> None:
    children = six_children(cast)
    one, two, three, four, five, six = queue(cast, children, 6)
    page, plain = new_person(), new_person(java_script_enabled=False)
    phone = new_person(viewport={"width": 320, "height": 780}, has_touch=True)
    # The strip of the practice school takes room as well.
    settings.DEMO = True
    sign_in(page, cast.lead.username, at="/today/")
    sees_six_rows_of_the_queue_above_the_fold(page)
    sees_the_whole_decision_above_the_fold(page, one)
    settings.DEMO = False
    sign_in(plain, cast.lead.username)
    for (scripts, called), concern in zip(with_and_without(), (one, two), strict=True):
        with case(called):
            browser = page if scripts else plain
            is_asked_only_what_the_choice_needs(browser, concern)
            mends_a_decision_that_lacks_something(browser, concern, scripts)
    is_asked_before_she_leaves_half_a_decision(page, three)
    decides_by_keyboard_alone(page, four)
    two_leads_decide_at_once(page, new_person(), cast, five, scripts=True)
    sign_in(phone, cast.lead.username)
    decides_acts_and_closes_on_a_telephone(phone, six)
    routine = queue(cast, children, 5)
    decides_five_with_at_most_six_interactions_each(page)
    assert Decision.objects.filter(concern__in=routine).count() == 5


@pytest.mark.soak(part="pages")
def test_two_leads_at_once_without_scripts(new_person: Callable[..., Page], cast: factories.Staffroom) -> None:
    concern = queue(cast, six_children(cast), 1)[0]
    two_leads_decide_at_once(new_person(java_script_enabled=False), new_person(), cast, concern, scripts=False)


@pytest.mark.soak(part="pages")
def test_a_lead_decides_acts_and_closes_on_a_wider_telephone(
    new_person: Callable[..., Page], cast: factories.Staffroom
) -> None:
    concern = queue(cast, six_children(cast), 1)[0]
    phone = new_person(viewport={"width": 390, "height": 780}, has_touch=True)
    sign_in(phone, cast.lead.username)
    decides_acts_and_closes_on_a_telephone(phone, concern)


def sees_six_rows_of_the_queue_above_the_fold(page: Page) -> None:
    rows = page.get_by_role("table", name="New concerns").get_by_role("row")
    expect(rows).to_have_count(7)
    edges = [bottom(row) for row in rows.all()]
    print(f"\nrows of the queue end at {[round(edge) for edge in edges[1:]]} of {FOLD} pixels")  # noqa: T201
    assert edges[-1] <= FOLD


def sees_the_whole_decision_above_the_fold(page: Page, concern: Concern) -> None:
    page.goto(f"/concerns/{concern.pk}/")
    form, words = page.get_by_role("form", name="Decision"), page.locator("blockquote")
    expect(words).to_contain_text("I fell off my bike")
    print(f"\nthe decision ends at {bottom(form):.0f}, the child's words at {bottom(words):.0f} of {FOLD} pixels")  # noqa: T201
    assert max(bottom(form), bottom(words), bottom(page.get_by_role("button", name="Save decision"))) <= FOLD
    # A choice that says more to the reporter does not push the buttons away.
    page.get_by_label("What you will do").select_option("monitor")
    assert bottom(page.get_by_role("button", name="Save and open next")) <= FOLD


def is_asked_only_what_the_choice_needs(page: Page, concern: Concern) -> None:
    """Questions about going outside appear with the choice that needs them."""
    page.goto(f"/concerns/{concern.pk}/")
    outside = [page.get_by_label(label) for label in ("Who is told", "Is there consent?", "Legal reason")]
    reason = page.get_by_label("Reason parents have not been told")
    for part in (*outside, reason):
        expect(part).to_be_hidden()
    page.get_by_label("What you will do").select_option("child_protection")
    page.get_by_label("No, it could add to the risk").check()
    for part in (*outside, reason):
        expect(part).to_be_visible()
    expect(page.get_by_text("“Action has been taken. You may not be told the details.”")).to_be_visible()
    page.get_by_label("Is there consent?").select_option("refused")
    expect(page.get_by_label("Why it goes ahead without consent")).to_be_visible()
    page.get_by_label("What you will do").select_option("monitor")
    for part in outside:
        expect(part).to_be_hidden()
    expect(page.get_by_text("“We know about this and are keeping watch. Log anything new.”")).to_be_visible()


def mends_a_decision_that_lacks_something(page: Page, concern: Concern, scripts: bool) -> None:
    """Without typing anything again."""
    page.goto(f"/concerns/{concern.pk}/")
    page.get_by_label("4 Child protection").check()
    page.get_by_label("What you will do").select_option("police")
    why(page).fill("He said that he was hit.")
    page.get_by_label("Who is told").fill("Police, 101")
    parents(page, "Not yet").check()
    page.get_by_role("button", name="Save decision").click()
    problems = page.get_by_role("alert", name="There is a problem")
    expect(problems).to_contain_text("Choose the legal reason")
    expect(why(page)).to_have_value("He said that he was hit.")
    usable(page, scripts)
    problems.get_by_role("link", name="Choose the legal reason").click()
    page.get_by_label("Legal reason").select_option("crime")
    page.get_by_role("group", name="Is this a new referral?").get_by_label("Yes").check()
    page.get_by_label("Is there consent?").select_option("not_needed")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Decision saved.")).to_be_visible()
    # The form of the referral is next, filled in from the decision.
    expect(page.get_by_label("Agency")).to_have_value("police")
    expect(page.get_by_label("Team or office")).to_have_value("Police, 101")
    assert Decision.objects.get(concern=concern).recipient == "Police, 101"


def is_asked_before_she_leaves_half_a_decision(page: Page, concern: Concern) -> None:
    page.goto(f"/concerns/{concern.pk}/")
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    why(page).fill("Half a tho")
    with page.expect_event("dialog"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click(no_wait_after=True)
    adds(page, "Note")
    page.get_by_label("Note", exact=True).fill("Rang the carer.")
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Save note").click(no_wait_after=True)
    expect(why(page)).to_have_value("Half a tho")
    assert asked == ["beforeunload", "beforeunload"]
    # Its own button asks nothing.
    page.get_by_label("1 Low").check()
    page.get_by_label("What you will do").select_option("monitor")
    parents(page, "Yes").check()
    page.get_by_label("Note", exact=True).fill("")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Decision saved.")).to_be_visible()
    assert len(asked) == 2
    page.remove_listener("dialog", dismiss)


def decides_by_keyboard_alone(page: Page, concern: Concern) -> None:
    page.goto(f"/concerns/{concern.pk}/")

    def tab_to(target: Locator) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"the keyboard does not reach {target}")

    tab_to(page.get_by_label("1 Low"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to(page.get_by_label("What you will do"))
    page.keyboard.type("Keep")
    tab_to(why(page))
    page.keyboard.type("Settled by lunch.")
    tab_to(parents(page, "Yes"))
    page.keyboard.press("Space")
    tab_to(page.get_by_role("button", name="Save decision"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decision saved.")).to_be_visible()
    decision = Decision.objects.get(concern=concern)
    assert (decision.level, decision.kind, decision.rationale) == (2, "monitor", "Settled by lunch.")


def two_leads_decide_at_once(
    lead: Page, deputy: Page, cast: factories.Staffroom, concern: Concern, *, scripts: bool
) -> None:
    """The second one reads what the first one saved, and has lost nothing. `scripts`: whether they run for the lead."""
    for page, person in ((deputy, cast.deputy), (lead, cast.lead)):
        sign_in(page, person.username)
        page.goto(f"/concerns/{concern.pk}/")
        page.get_by_label("2 Early help" if page is lead else "1 Low").check()
        page.get_by_label("What you will do").select_option("early_help" if page is lead else "monitor")
        why(page).fill("Mine: ring the family." if page is lead else "Theirs: keep watch.")
        parents(page, "Yes").check()
    deputy.get_by_role("button", name="Save decision").click()
    expect(deputy.get_by_text("Decision saved.")).to_be_visible()

    lead.get_by_role("button", name="Save decision").click()
    changed = lead.get_by_role("region", name="Someone changed this first")
    expect(changed).to_contain_text("Tom Aldous saved a decision")
    expect(changed).to_contain_text("Theirs: keep watch.")
    expect(why(lead)).to_have_value("Mine: ring the family.")
    expect(lead.get_by_label("2 Early help")).to_be_checked()
    usable(lead, scripts)
    lead.get_by_role("button", name="Save decision").click()
    expect(lead.get_by_text("Decision saved.")).to_be_visible()
    assert [decision.rationale for decision in Decision.objects.filter(concern=concern).order_by("decided_at")] == [
        "Theirs: keep watch.",
        "Mine: ring the family.",
    ]


def decides_acts_and_closes_on_a_telephone(page: Page, concern: Concern) -> None:
    page.get_by_role("link", name=concern.label).tap()
    expect(page).to_have_title(f"Concern {concern.reference} – Harbour")
    assert too_wide(page) <= 0
    page.get_by_role("link", name="Go to the decision").tap()
    page.get_by_label("1 Low").tap()
    page.get_by_label("What you will do").select_option("in_school")
    why(page).fill("Settled by lunch.")
    parents(page, "Not yet").tap()
    for button in page.get_by_role("button", name="Save").all():
        box = button.bounding_box()
        assert box is None or box["height"] >= 40 or not button.is_visible()
    page.get_by_role("button", name="Save decision").tap()
    expect(page.get_by_text("Decision saved.")).to_be_visible()

    adds(page, "Action")
    page.get_by_label("What needs doing").fill("Ring the carer")
    page.get_by_label("Who does it").select_option(label="Priya Raman")
    page.get_by_role("button", name="Save action").tap()
    expect(page.get_by_text("Action saved.")).to_be_visible()
    assert too_wide(page) <= 0
    page.get_by_role("link", name="Ring the carer").tap()
    page.get_by_label("What came of it").fill("Rang at noon.")
    page.get_by_role("button", name="Mark as done").tap()
    expect(page.get_by_text("Action done.")).to_be_visible()

    page.get_by_label("How it ended").select_option("helped_in_school")
    page.get_by_label("Why it can be closed").fill("Settled.")
    page.get_by_role("button", name="Close this concern").tap()
    # Parents are not told, it names two children, and a day of review stands.
    problems = page.get_by_role("alert", name="There is a problem")
    expect(problems).to_contain_text("things are still open")
    still_open = page.get_by_role("form", name="Close").get_by_role("listitem")
    for words in ("Parents not told yet", "What the files of 2 children say", "Review on"):
        expect(still_open.filter(has_text=words)).to_be_visible()
    page.get_by_role("button", name="Close this concern").tap()
    expect(page.get_by_text("Concern closed.")).to_be_visible()
    assert too_wide(page) <= 0
    assert Action.objects.get(concern=concern).result == "Rang at noon."
    assert Concern.objects.get(pk=concern.pk).status == Concern.Status.CLOSED


class Hands:
    """What a lead's hands do, counted: a click is one, a choice from a list is two.

    Writing the reason is not counted.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, target: Locator) -> None:
        self.count += 1
        target.click()

    def choose(self, target: Locator, value: str) -> None:
        self.count += 2
        target.select_option(value)


def decides_five_with_at_most_six_interactions_each(page: Page) -> None:
    page.goto("/today/")
    hands, counts = Hands(page), list[int]()
    hands.click(page.locator(".hb-lead").first)
    for number, kind in enumerate(("monitor", "in_school", "no_action", "monitor", "early_help")):
        before = hands.count if number else 0
        hands.click(page.get_by_label("2 Early help"))
        hands.choose(page.get_by_label("What you will do"), kind)
        why(page).fill("Known, and the family is being helped.")
        hands.click(parents(page, "Yes"))
        hands.click(page.get_by_role("button", name="Save and open next"))
        expect(page.get_by_text("Decision saved.")).to_be_visible()
        counts.append(hands.count - before)
    print(f"\ninteractions for five routine concerns, besides their reasons: {counts}")  # noqa: T201
    assert max(counts) <= 6
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    expect(page.get_by_text("Nothing waiting")).to_be_visible()
