"""What the Headteacher publishes: a report to governors, which a governor reads, the corrected one that replaces it;
and the privacy notice, which a person without an account reads.

The report with scripts and without.
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from retention.services.schedule import adopt_all, agree_all, load_defaults
from safeguarding.accounts.services import add_term, change_school
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.governors.models import GovernorReport, ReportBuild
from safeguarding.governors.services import counting
from sharing.events.models import Recipient
from sharing.events.services.recipients import Facts, correct_recipient
from sharing.events.services.reference import load_law
from tests import factories
from tests.factories import PASSWORD, Staffroom
from tests.functional.everybody import case, usable, with_and_without
from tests.functional.steps import sign_in
from tests.integration.governors.reports import begun_term

TYPED = {
    "E-mail of the school office": "office@saltmarsh.example",
    "Data protection officer": "Borough data protection service",
    "E-mail of the data protection officer": "dpo@borough.example",
    "Where Harbour runs, who runs it, and whether anything leaves the United Kingdom": (
        "Records are on a server at the school, in the United Kingdom. Nothing is sent abroad"
    ),
    "Where paper is kept": "Paper is kept in a locked cabinet",
}
# What two people change: the page, how often it was saved before, a field, and what each puts there.
SETTINGS = (
    ("/settings/notice/", 1, "Postal address of the school", ("1 Quay Street", "2 Quay Street")),
    ("/settings/governors/", 0, "Smallest number of children, or of concerns, that is shown", ("6", "7")),
)


def school_with_a_term(name: str) -> Staffroom:
    found = factories.staffroom(name, password=PASSWORD)
    term, first, last = begun_term()
    add_term(school=found.school, name=term, starts_on=first, ends_on=last, by=found.headteacher)
    factories.child(found.school, "May", "Ashdown", by=found.office)
    return found


def counts() -> None:
    """What the worker does."""
    for one in ReportBuild.objects.filter(status="asked"):
        assert counting.run(one.pk)


def test_a_report_and_the_privacy_notice_are_published(server: str, new_person: Callable[..., Page]) -> None:
    for (scripts, called), name in zip(with_and_without(), ("Saltmarsh Lane", "Weir Road"), strict=True):
        room = school_with_a_term(name)
        head, reader = (new_person(java_script_enabled=scripts) for _ in range(2))
        with case(called):
            governor = factories.member(room.school, "governor", "Gil", "Stone", password=PASSWORD)
            sign_in(reader, governor.username)
            expect(reader.get_by_text("No report is published yet")).to_be_visible()
            sign_in(head, room.headteacher.username)
            writes_a_report(head, scripts)
            approves_and_publishes(head)
            prints_it_in_three_presses(head, room)
            reader.goto("/")
            expect(reader.get_by_text("We review in May.")).to_be_visible()
            usable(reader, scripts)
        if scripts:
            corrects_it(head)
            reads_the_corrected_report(reader)
            has_what_a_notice_needs(room)
            publishes_the_privacy_notice(head)
            reads_the_notice_without_an_account(new_person(java_script_enabled=False), room)
            lead = new_person()
            sign_in(lead, room.lead.username)
            each_saves_the_settings_twice(head, lead)


def writes_a_report(head: Page, scripts: bool) -> None:
    head.get_by_role("link", name="All reports to governors").click()
    head.get_by_role("button", name="Begin it").click()
    expect(head.get_by_text("They are being counted").first).to_be_visible()
    counts()
    head.get_by_role("link", name="Check again").first.click()
    head.get_by_label("Comment").first.fill("We met Ashdown and review in May.")
    head.get_by_role("button", name="Save the comments").click()
    expect(head.get_by_role("alert", name="There is a problem")).to_contain_text("“Ashdown” is in the name of a child")
    head.get_by_label("Comment").first.fill("We review in May.")
    head.get_by_role("button", name="Save the comments").click()
    head.get_by_label("It is a word here, and no name").check()
    usable(head, scripts)
    head.get_by_role("button", name="Keep the answer").click()


def approves_and_publishes(page: Page) -> None:
    page.get_by_role("button", name="Approve the report").click()
    page.get_by_role("button", name="Publish to governors").click()
    expect(page.get_by_text("The governors have been told")).to_be_visible()


def prints_it_in_three_presses(head: Page, room: Staffroom) -> None:
    """From the overview to paper."""
    head.goto("/")
    report = GovernorReport.objects.get(school=room.school)
    head.get_by_role("region", name="Reports to governors").get_by_role("link", name=report.name).click()
    paper = head.get_by_role("button", name="Print or save as PDF")
    address = paper.get_attribute("href")
    answer = head.request.get(f"{head.url.split('/governors')[0]}{address}")
    assert answer.ok and answer.headers["content-type"] == "application/pdf"


def corrects_it(head: Page) -> None:
    head.get_by_role("button", name="Begin a corrected report").click()
    counts()
    head.reload()
    head.get_by_label("It is a word here, and no name").check()
    head.get_by_role("button", name="Keep the answer").click()
    head.get_by_label("Comment").first.fill("We have reviewed it.")
    head.get_by_role("button", name="Save the comments").click()
    approves_and_publishes(head)


def reads_the_corrected_report(reader: Page) -> None:
    reader.goto("/")
    expect(reader.get_by_text("This is a corrected report")).to_be_visible()
    expect(reader.get_by_text("We have reviewed it.")).to_be_visible()
    reader.get_by_role("link", name="What that one said").click()
    expect(reader.get_by_text("A corrected report has replaced this one")).to_be_visible()
    expect(reader.get_by_text("We review in May.")).to_be_visible()


def has_what_a_notice_needs(room: Staffroom) -> None:
    load_editions()
    load_law()
    load_defaults()
    change_school(school=room.school, by=room.headteacher, telephone="0161 496 0000")
    authority = Recipient.objects.get(school=None, code="authority")
    facts = Facts(kind="authority", name="Saltmarsh Borough Council")
    correct_recipient(recipient=authority, school=room.school, seen=0, facts=facts, by=room.lead)
    adopt_all(school=room.school, by=room.headteacher)
    agree_all(school=room.school, by=factories.member(room.school, "dpo", "Olive", "Penn"))


def publishes_the_privacy_notice(head: Page) -> None:
    """She fills in what only the school can say, reads the draft and publishes it."""
    head.goto("/settings/notice/draft/")
    expect(head.get_by_role("link", name="who is data protection officer")).to_be_visible()
    expect(head.get_by_role("button", name="Publish")).to_have_count(0)
    head.goto("/settings/notice/")
    for label, said in TYPED.items():
        head.get_by_label(label, exact=True).fill(said)
    head.get_by_role("button", name="Save").click()
    expect(head.get_by_text("once the next version is published")).to_be_visible()
    head.get_by_role("button", name="Read the draft and publish").click()
    expect(head.get_by_text("Paper is kept in a locked cabinet.")).to_be_visible()
    head.get_by_role("button", name="Publish").click()
    expect(head.get_by_text("Version 1 is published.")).to_be_visible()
    head.get_by_role("link", name="Version 1").click()
    usable(head)
    head.get_by_role("link", name="Privacy notice", exact=True).last.click()
    expect(head.get_by_role("heading", name="How long we keep it")).to_be_visible()
    usable(head, check_rules=False)


def reads_the_notice_without_an_account(nobody: Page, room: Staffroom) -> None:
    nobody.goto(f"/privacy-notice/{room.school.pk}/")
    nobody.get_by_role("link", name="Who we share it with").click()
    expect(nobody.get_by_text("Looked-after children’s nurse service")).to_be_visible()
    expect(nobody.get_by_text("Sign out")).to_have_count(0)


def each_saves_the_settings_twice(*people: Page) -> None:
    """The first save of all adds the row, of which the database lets nobody change every column."""
    for address, saved, label, said in SETTINGS:
        for person in people:
            person.goto(address)
            for words in said:
                person.get_by_label(label).fill(words)
                person.get_by_role("button", name="Save").click()
                saved += 1
                expect(person.locator("input[name=seen]")).to_have_value(str(saved))
                expect(person.get_by_label(label)).to_have_value(words)
