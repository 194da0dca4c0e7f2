"""The main job, by two people: a teacher logs a concern by keyboard alone, a lead finds it, decides, acts and closes
it.

With scripts and without. At the end the teacher sees a safe phrase and her own words, and nothing else.
"""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.everybody import case, with_and_without
from tests.functional.steps import sign_in_by_hand

FACTS = "Rowan pushed Theo at the gate. Theo’s lip was cut."
WORDS = "“He took my place.”"
WHY = "Both families are known and have been rung."
SECRETS = (
    WHY,
    "Level",
    "Early help",
    "Support in school",
    "Ring both families",
    "Carla Mendes",
    "Spoke to both.",
    "Settled between them.",
    "Helped in school",
)


class Keyboard:
    """Somebody who has no mouse: goes from control to control, presses, types."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator) -> None:
        """Tab until `target` has the focus."""
        expect(target).to_be_visible()
        for _ in range(200):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def type(self, target: Locator, text: str) -> None:
        self.to(target)
        self.page.keyboard.type(text)

    def press(self, target: Locator, key: str = "Enter") -> None:
        self.to(target)
        self.page.keyboard.press(key)

    def choose(self, target: Locator, beginning: str) -> None:
        """From a list, by the first letters of the choice."""
        self.type(target, beginning)

    def tick(self, group: Locator, choice: str) -> None:
        """A radio: Tab enters the group at its first choice, arrows go on."""
        self.press(group.get_by_role("radio").first, "Space")
        wanted = group.get_by_role("radio", name=choice)
        for _ in range(9):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {choice}")


def add_child(hands: Keyboard, name: str, role: str) -> None:
    """Find a child by its forename, add it, choose its role."""
    page = hands.page
    hands.type(page.get_by_label("Add a", exact=False), name.split()[0])
    page.keyboard.press("Enter")
    hands.press(page.get_by_role("button", name=name))
    chosen = page.get_by_label(f"Role of {name}")
    expect(chosen).to_be_visible()
    hands.choose(chosen, role)


def log_a_concern(page: Page) -> str:
    """Log a concern about two children by keyboard alone. Returns the reference that the teacher is shown."""
    hands = Keyboard(page)
    hands.press(page.get_by_role("link", name="Log a concern").first)
    expect(page.get_by_role("heading", name="Log a concern", level=1)).to_be_visible()
    hands.tick(page.get_by_role("group", name="How soon"), "Right now")
    add_child(hands, "Theo Lindqvist", "Child")
    add_child(hands, "Rowan Ashdown", "May")
    when = factories.SCHOOL_DAY
    for label, part in (("Day", when.day), ("Month", when.month), ("Year", when.year - 1)):
        hands.type(page.get_by_label(label, exact=True), str(part))
    hands.choose(page.get_by_label("Where", exact=True), "School gate")
    hands.choose(page.get_by_label("How you came to know"), "I saw")
    hands.type(page.get_by_label("What you saw or heard"), FACTS)
    hands.type(page.get_by_label("The child’s own words"), WORDS)
    hands.choose(page.get_by_label("Nearest category"), "Child-on")
    hands.tick(page.get_by_role("group", name="Did you see a mark"), "No")
    hands.tick(page.get_by_role("group", name="Have you told"), "I have not told anyone yet")
    hands.press(page.get_by_role("button", name="Send to safeguarding leads"))
    reference = page.get_by_role("heading", level=1)
    expect(reference).to_contain_text("C-")
    return reference.inner_text()


def decide_act_and_close(page: Page, reference: str) -> None:
    """From the first row of the queue to the end of the concern."""
    first = page.get_by_role("table", name="New concerns").get_by_role("row").nth(1)
    expect(first).to_contain_text(reference)
    expect(first).to_contain_text("Right now")
    expect(first).to_contain_text("Theo Lindqvist")
    first.locator(".hb-lead").click()
    expect(page.get_by_text(FACTS)).to_be_visible()
    expect(page.locator("blockquote")).to_contain_text(WORDS)
    involved = page.get_by_role("table", name="Who was involved")
    expect(involved.get_by_role("row").filter(has_text="Theo Lindqvist")).to_contain_text("Child I am worried about")
    expect(involved.get_by_role("row").filter(has_text="Rowan Ashdown")).to_contain_text("May have caused harm")

    page.get_by_label("2 Early help").check()
    page.get_by_label("What you will do").select_option(label="Support in school")
    page.get_by_role("form", name="Decision").get_by_label("Why", exact=True).fill(WHY)
    page.get_by_role("group", name="Have parents been told?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Decision saved.")).to_be_visible()

    page.get_by_role("region", name="Add to this concern").get_by_text("Action", exact=True).click()
    page.get_by_label("What needs doing").fill("Ring both families")
    page.get_by_label("Who does it").select_option(label="Carla Mendes")
    page.get_by_role("button", name="Save action").click()
    expect(page.get_by_text("1 action is still to do.")).to_be_visible()
    page.get_by_role("link", name="Ring both families").click()
    page.get_by_label("What came of it").fill("Spoke to both.")
    page.get_by_role("button", name="Mark as done").click()

    page.get_by_label("How it ended").select_option(label="Helped in school, no further need")
    page.get_by_label("Why it can be closed").fill("Settled between them.")
    page.get_by_role("button", name="Close this concern").click()
    # What is open is listed once.
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("2 things are still open")
    expect(page.get_by_role("listitem").filter(has_text="What the files of 2 children say")).to_have_count(1)
    expect(page.get_by_role("listitem").filter(has_text="Review on")).to_have_count(1)
    page.get_by_role("button", name="Close this concern").click()
    expect(page.get_by_text("Concern closed.")).to_be_visible()


def test_a_concern_from_report_to_closing(new_person: Callable[..., Page]) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    for forename, surname, class_name in (("Theo", "Lindqvist", "2A"), ("Rowan", "Ashdown", "5B")):
        factories.child(cast.school, forename, surname, by=cast.office, class_name=class_name)
    # Something less urgent waits already, and longer.
    zara = factories.child(cast.school, "Zara", "Hussain", by=cast.office)
    factories.concern(cast, how_soon=3, children=[ChildEntry("worried_about", zara)])
    for scripts, called in with_and_without():
        teacher, lead = (new_person(java_script_enabled=scripts) for _ in range(2))
        with case(called):
            sign_in_by_hand(teacher, cast.teacher.username)
            reference = log_a_concern(teacher)
            concern = Concern.objects.order_by("number").last()
            assert concern is not None and concern.reference == reference
            roles = {(named.child.forename, named.role) for named in ConcernChild.objects.filter(concern=concern)}
            assert roles == {("Theo", "worried_about"), ("Rowan", "may_have_caused_harm")}
            sign_in_by_hand(lead, cast.lead.username)
            decide_act_and_close(lead, reference)
            reads_a_safe_phrase_and_nothing_else(teacher, concern)


def reads_a_safe_phrase_and_nothing_else(teacher: Page, concern: Concern) -> None:
    teacher.goto("/my-reports/")
    row = teacher.get_by_role("row").filter(has_text=concern.reference)
    expect(row).to_contain_text("Dealt with in school.")
    row.get_by_role("link", name=concern.reference).click()
    expect(teacher.get_by_text(FACTS)).to_be_visible()
    expect(teacher.get_by_text(WORDS)).to_be_visible()
    expect(teacher.get_by_text("Dealt with in school.").first).to_be_visible()
    for address in ("/", "/my-reports/", teacher.url):
        teacher.goto(address)
        content = teacher.content()
        assert [secret for secret in SECRETS if secret in content] == []
    answer = teacher.goto(f"/concerns/{concern.pk}/")
    assert answer is not None
    assert answer.status == 403
