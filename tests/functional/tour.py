"""What does each step of the README tour promise? One function a step, in a browser at a running practice school."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.pdfs import Printed
from tests.postgres import ROOT
from tests.waiting import until

Enter = Callable[..., Page]
TOUR = "## Five minutes at the practice school"
WHY = "The same as last week. Her teacher watches how she comes in."


def sign_in(page: Page, role: str, user_name: str) -> Page:
    """By the button of the role; who has none types the user name. Then by the code that the practice school shows."""
    page.goto("/")
    if user_name:
        page.get_by_label("User name").fill(user_name)
        page.get_by_label("Password").fill("harbour-practice")
        page.get_by_role("button", name="Sign in", exact=True).click()
    else:
        page.get_by_role("button", name=f"Sign in as {role}", exact=True).first.click()
    page.wait_for_load_state()
    if shown := code_of(page):
        type_code(page, shown)
        if page.get_by_text("or has been used").count():
            # Each works once, and this one was typed in another window: the page shows the next in half a minute.
            until(lambda: page.goto(page.url) and code_of(page) != shown, seconds=60)
            type_code(page, code_of(page))
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()
    return page


def code_of(page: Page) -> str:
    """The code that the page shows in practice; empty where it asks for none."""
    said = re.search(r"The code now is (\d{6})", page.locator("main").inner_text())
    return said[1] if said else ""


def type_code(page: Page, code: str) -> None:
    """Type it and go on."""
    page.get_by_label("Code from your app").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()


def panel(page: Page, title: str) -> Locator:
    """A part of a page, by its heading."""
    return page.get_by_role("region", name=title, exact=True)


def search(page: Page, words: str) -> None:
    """Type into the search at the top of the page."""
    page.locator("#find-anything").fill(words)
    page.locator("#find-anything").press("Enter")


def record_of(page: Page, name: str) -> None:
    """Search for a child and open the record."""
    search(page, name)
    panel(page, "Children found").get_by_role("link", name=name).first.click()


def menu(page: Page, name: str) -> None:
    """Follow an entry of the menu."""
    page.get_by_role("navigation").get_by_role("link", name=name).first.click()


def log_a_concern(teacher: Page) -> str:
    """Step 1: a concern about Mabel. Sent twice, it is one; returns its reference."""
    teacher.get_by_role("link", name="Log a concern").first.click()
    teacher.get_by_label("Today", exact=True).check()
    teacher.get_by_label("Add a child").fill("Mabel")
    with teacher.expect_navigation():
        teacher.get_by_role("button", name="Find", exact=True).click()
    teacher.get_by_role("button", name="Mabel Entwistle").first.click()
    expect(teacher.get_by_label("Role of Mabel Entwistle")).to_be_visible()
    teacher.get_by_label("Where", exact=True).select_option(label="Classroom")
    teacher.get_by_label("How you came to know").select_option(label="The child told me")
    teacher.get_by_label("What you saw or heard").fill("Mabel was quiet and did not take off her coat.")
    teacher.get_by_label("The child’s own words").fill("“I am cold at night.”")
    teacher.get_by_label("Nearest category").select_option(label="Neglect")
    teacher.get_by_role("group", name="Did you see a mark or injury?").get_by_label("No").check()
    teacher.get_by_label("I have not told anyone yet").check()
    teacher.get_by_role("button", name="Send to safeguarding leads").click()
    expect(teacher.get_by_text("Your reference is")).to_be_visible()
    found = re.search(r"C-\d{4}-\d{4}", teacher.locator("main").inner_text())
    assert found is not None
    teacher.go_back()
    expect(teacher.get_by_role("heading", name=found[0])).to_be_visible()
    return found[0]


def read_and_decide(lead: Page, reference: str) -> None:
    """Step 2: it stands under New concerns; account and words are apart; it is decided."""
    panel(lead, "New concerns").get_by_role("row").filter(has_text=reference).get_by_role("link").first.click()
    expect(lead.get_by_text("Mabel was quiet and did not take off her coat.")).to_be_visible()
    expect(lead.get_by_role("blockquote")).to_contain_text("I am cold at night.")
    form = lead.get_by_role("form", name="Decision")
    form.get_by_label("2 Early help").check()
    form.get_by_label("What you will do").select_option(label="Keep watching")
    form.get_by_label("Why", exact=True).fill(WHY)
    form.get_by_role("group", name="Have parents been told?").get_by_label("Not yet").check()
    form.get_by_role("button", name="Save decision").click()
    expect(lead.get_by_role("list", name="Life of this concern")).to_contain_text("Watching until")


def the_whole_child(lead: Page) -> None:
    """Step 3: the chronology with whole accounts; the PDF of it, and of the concern, say who printed them."""
    printed(lead, lead.get_by_role("button", name="Print", exact=True))
    lead.get_by_role("link", name="Mabel Entwistle").first.click()
    expect(lead.get_by_role("heading", name="Chronology", exact=True)).to_be_visible()
    expect(lead.locator("main")).to_contain_text("I am cold at night")
    lead.get_by_role("button", name="Print", exact=True).click()
    printed(lead, panel(lead, "Choose what to print").get_by_role("link").first)


def printed(page: Page, link: Locator) -> None:
    """A PDF that says who printed it. A busy printer answers with a page that asks again: so does this."""
    address = link.get_attribute("href") or ""
    answer = page.request.get(address)

    def is_there() -> bool:
        nonlocal answer
        if "pdf" not in answer.headers["content-type"]:
            answer = page.request.get(answer.url)
        return "pdf" in answer.headers["content-type"]

    until(is_there)
    assert "Printed by Daniel Oyebanji" in Printed(answer.body()).text


def what_the_reporter_learns(teacher: Page, reference: str) -> None:
    """Step 4: read, who read it, one safe phrase; nothing that the lead wrote."""
    menu(teacher, "My reports")
    teacher.get_by_role("row").filter(has_text=reference).get_by_role("link").first.click()
    expect(panel(teacher, "Where it has got to")).to_contain_text("Daniel Oyebanji")
    expect(teacher.locator("main")).not_to_contain_text(WHY)


def tell_first(assistant: Page, lead: Page) -> None:
    """Step 5: a call is on the lead's page within five seconds."""
    menu(lead, "Today")
    assistant.get_by_role("link", name="I need a safeguarding lead now").first.click()
    assistant.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(lead.get_by_text("Call for a safeguarding lead from").first).to_be_visible(timeout=10_000)


def the_list_of_children(office: Page) -> None:
    """Step 6: what a file would change is seen before anything does."""
    menu(office, "Children")
    office.get_by_role("link", name="Bring in a file of children").or_(
        office.get_by_role("button", name="Bring in a file of children")
    ).first.click()
    office.locator("input[type=file]").set_input_files(ROOT / "tests" / "data" / "sims_pupils.csv")
    office.get_by_role("button", name="Read this file").click()
    expect(office.get_by_role("heading", name="What this file would do")).to_be_visible(timeout=60_000)
    expect(panel(office, "In this file")).to_be_visible()


def who_may_see_what(pastoral: Page, lead: Page, deputy: Page) -> None:
    """Step 7: one record is open by name; Access; a child who does not exist for a relative."""
    expect(panel(pastoral, "Children you have access to").get_by_role("link").first).to_be_visible()
    menu(lead, "School")
    lead.get_by_role("link", name="Access", exact=True).first.click()
    expect(lead.get_by_role("link", name="Conflicts of interest").first).to_be_visible()
    expect(lead.get_by_role("link", name="Emergency access").first).to_be_visible()
    search(deputy, "Unsworth")
    expect(deputy.locator("main")).not_to_contain_text("Summer Unsworth")
    search(lead, "Unsworth")
    expect(lead.locator("main")).to_contain_text("Summer Unsworth")


def files(lead: Page) -> None:
    """Step 8: a court order among files, in the chronology and under People; the basis of the photograph."""
    record_of(lead, "Eesa Iqbal")
    expect(lead.get_by_text("Court order or other legal document").first).to_be_visible()
    lead.get_by_role("link", name="Files", exact=True).first.click()
    expect(lead.get_by_role("link", name="Interim care order.pdf").first).to_be_visible()
    lead.get_by_role("link", name="People", exact=True).first.click()
    expect(panel(lead, "Orders and agreements")).to_contain_text("Interim care order: placed in the care of")
    lead.get_by_role("link", name="Photographs", exact=True).first.click()
    expect(panel(lead, "Photographs")).to_contain_text("Part of the school’s public task")


def what_a_meeting_needs(lead: Page) -> None:
    """Step 9: two pages, three significant events, and what the school's own rules find."""
    record_of(lead, "Eesa Iqbal")
    expect(lead.get_by_text("Significant only (3)")).to_be_attached()
    lead.get_by_role("link", name="Meeting in an hour").or_(
        lead.get_by_role("button", name="Meeting in an hour")
    ).first.click()
    expect(panel(lead, "What happened")).to_be_visible()
    menu(lead, "Concerns")
    lead.get_by_role("link", name="Patterns").or_(lead.get_by_role("button", name="Patterns")).first.click()
    expect(panel(lead, "What was said before")).to_contain_text("nothing joins them but the room")


def when_the_lead_is_away(head: Page, lead: Page) -> None:
    """Step 10: the way to name who acts; and what was decided while the lead was away, with reasons."""
    menu(head, "Today")
    head.get_by_role("link", name="The safeguarding lead is away").first.click()
    expect(head.get_by_role("heading", name="Who acts, and until when")).to_be_visible()
    menu(lead, "Today")
    lead.get_by_role("link", name="While you were away").first.click()
    expect(panel(lead, "What happened").get_by_role("row").nth(1)).to_be_visible()


def what_takes_two_people(lead: Page, tickle: Page) -> None:
    """Step 11: what waits for a second person, and a duty of one's own."""
    menu(lead, "Today")
    expect(lead.get_by_text("entered in error?").first).to_be_visible()
    expect(lead.get_by_text("Two records that may be of the same child").first).to_be_visible()
    expect(panel(tickle, "The law asks this of you in person")).to_contain_text("normally by the end of")


def plans_and_their_dates(lead: Page) -> None:
    """Step 12: what waits, with whose duty; a looked-after child’s plan and attendance; the form of a change."""
    menu(lead, "Plans and dates")
    expect(lead.get_by_role("columnheader", name="Who owes it").first).to_be_attached()
    record_of(lead, "Eesa Iqbal")
    lead.get_by_role("link", name="Plans and status").first.click()
    expect(panel(lead, "Looked after").first).to_be_visible()
    lead.get_by_role("link", name="Attendance", exact=True).first.click()
    expect(lead.get_by_role("heading", name="Attendance").first).to_be_visible()
    lead.get_by_role("link", name="Plans and status").first.click()
    lead.get_by_role("link", name="Record a change").or_(
        lead.get_by_role("button", name="Record a change")
    ).first.click()
    expect(lead.get_by_role("heading", name="Record a change")).to_be_visible()


def how_a_record_ends(lead: Page, head: Page) -> None:
    """Step 13: what is due and what is in the way; a list of one; the approval of another; a certificate."""
    menu(lead, "Retention")
    due = panel(lead, "Due")
    expect(due.get_by_role("row").filter(has_text="Amber Locke")).to_contain_text("A hold keeps this record.")
    due.get_by_label("Tariq Hollin").check()
    due.get_by_role("button", name="Put on a list").click()
    record = lead.get_by_role("main").get_by_role("region", name="Tariq Hollin")
    record.get_by_label("Destroy", exact=True).check()
    record.get_by_label("Why", exact=True).fill("Read in full. Nobody has asked for any of it.")
    record.get_by_role("button", name="Save").click()
    expect(lead.get_by_text("1 of 1 decided")).to_be_visible()
    menu(lead, "Retention")
    menu(lead, "Legal holds")
    expect(lead.get_by_role("main").get_by_role("link", name="H-").first).to_be_visible()

    menu(head, "Retention")
    waiting = panel(head, "Lists").get_by_role("row").filter(has_text="Waiting for your approval")
    waiting.get_by_role("link").click()
    expect(head.get_by_role("button", name="Approve and start the fourteen days")).to_be_visible()
    menu(head, "Retention")
    menu(head, "Register of destruction")
    head.get_by_role("link", name="Certificate of DL-").first.click()
    expect(head.get_by_role("heading", name="Certificate of destruction")).to_be_visible()


def share_what_must_be_shared(lead: Page, head: Page) -> None:
    """Step 14: what waits, with its pack; a form that ticks nothing; the notice, its health, what everybody reads."""
    menu(lead, "Sharing")
    lead.get_by_label("State").select_option(label="To be sent")
    lead.get_by_role("button", name="Apply", exact=True).click()
    panel(lead, "Decisions").get_by_role("row").nth(1).get_by_role("link").first.click()
    lead.get_by_role("button", name="Pack and hand-over").click()
    expect(lead.get_by_role("heading", name="Pack", exact=True)).to_be_visible()
    record_of(lead, "Eesa Iqbal")
    lead.get_by_role("button", name="Share", exact=True).first.click()
    expect(lead.get_by_role("combobox", name="Who it goes to")).to_be_visible()
    expect(lead.get_by_role("main").get_by_role("checkbox", checked=True)).to_have_count(0)

    menu(head, "School")
    head.get_by_role("link", name="Settings", exact=True).first.click()
    head.get_by_role("main").get_by_role("link", name="Privacy notice", exact=True).click()
    expect(panel(head, "Health of the notice")).to_contain_text("To be confirmed")
    head.get_by_role("link", name="The page that everybody reads").click()
    expect(head.get_by_role("heading", name="How long we keep it")).to_be_visible()
    expect(head.get_by_role("button", name="Sign out")).to_have_count(0)


def answer_a_request(office: Page, lead: Page) -> None:
    """Step 15: dates for the office, and no item; for the lead copies, and what goes."""
    for page in (office, lead):
        menu(page, "Requests")
        panel(page, "Requests about data").get_by_role("row").filter(has_text="Tyler").get_by_role("link").click()
        expect(panel(page, "Reply")).to_contain_text("Copies by")
    expect(office.get_by_role("button", name="Review what was found")).to_have_count(0)
    lead.get_by_role("button", name="Review what was found").click()
    panel(lead, "Items").get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(lead.get_by_role("heading", name="As it is given")).to_be_visible()


def how_safeguarding_is_going(head: Page) -> None:
    """Step 16: a number, and the records behind it."""
    expect(head.get_by_role("heading", name="Overview")).to_be_visible()
    number = head.get_by_role("main").get_by_role("listitem").filter(has_text="Open concerns").get_by_role("link").first
    shown = number.inner_text()
    number.click()
    expect(head.get_by_role("main")).to_contain_text(shown)
    menu(head, "Overview")
    head.get_by_role("link", name="The whole self-check").click()
    expect(head.get_by_role("heading", name="Fix now")).to_be_visible()


def what_governors_read(head: Page, governor: Page) -> None:
    """Step 17: a name in a comment is refused; the governor begins with the report that is published."""
    menu(head, "Overview")
    panel(head, "Reports to governors").get_by_role("link", name="Autumn term 2026").click()
    head.get_by_label("Comment").first.fill("We think of Eesa.")
    head.get_by_role("button", name="Save the comments").click()
    expect(head.get_by_role("main")).to_contain_text("“Eesa” is in the name of a child of this school")
    expect(governor.get_by_role("heading", name="Report to governors")).to_be_visible()
    expect(governor.get_by_role("main")).to_contain_text("Summer term 2026")


def walk(enter: Enter) -> None:
    """All of it. `enter(role)` and `enter(user_name=…)` sign in, each time in a window of its own."""
    tour = (ROOT / "README.md").read_text().split(TOUR)[1].split("\n## ")[0]
    assert len(re.findall(r"^ ?\d+\. ", tour, re.MULTILINE)) == 17, "a new step of the tour is walked here, too"
    teacher, lead = enter("Class teacher"), enter("Designated safeguarding lead")
    reference = log_a_concern(teacher)
    lead.reload()
    read_and_decide(lead, reference)
    the_whole_child(lead)
    what_the_reporter_learns(teacher, reference)
    tell_first(enter("Teaching assistant"), lead)
    the_list_of_children(enter("Office"))
    who_may_see_what(enter("Pastoral lead"), lead, enter(user_name="b.prydderch"))
    files(lead)
    what_a_meeting_needs(lead)
    head = enter("Headteacher")
    when_the_lead_is_away(head, lead)
    what_takes_two_people(lead, enter(user_name="j.tickle"))
    plans_and_their_dates(lead)
    how_a_record_ends(lead, head)
    share_what_must_be_shared(lead, head)
    answer_a_request(enter("Office"), lead)
    head = enter("Headteacher")
    how_safeguarding_is_going(head)
    what_governors_read(head, enter(user_name="r.hartigan"))
