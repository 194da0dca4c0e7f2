"""The designated teacher keeps a looked-after child’s placement, education plan, SDQs and review; the chart says the
same on the page and on paper.
"""

import re
from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import set_roles_beyond_notice
from safeguarding.plans.models import Step
from safeguarding.plans.services.rules import load_rules
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.functional.test_plans import fill_day
from tests.pdfs import Printed

BEGAN = date(2026, 11, 16)


def finds_the_child(page: Page) -> None:
    """From her first page, by clicking."""
    page.goto("/staff/")
    panel = page.get_by_role("region", name="Your children")
    expect(panel.get_by_text("No open plan to show")).to_be_visible()
    panel.get_by_role("link", name="Find a child").click()
    usable(page)
    page.get_by_label("Name, class or UPN").fill("Rowen")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Rowan Ashdown", exact=True).click()


def begins_the_episode(page: Page) -> None:
    page.get_by_role("button", name="Record a change").click()
    main = page.get_by_role("main")
    expect(main.get_by_role("link", name="Child in need", exact=True)).to_have_count(0)
    main.get_by_role("link", name="Looked after", exact=True).click()
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_role("alert").get_by_text("Enter the first day")).to_be_visible()
    usable(page)
    fill_day(page, "First day", BEGAN)
    page.get_by_label("Local authority", exact=True).select_option("356")
    page.get_by_label("Nothing yet").check()
    # Where the child lives, by which order, and who the social worker is: in the same form.
    choice(main, "Legal status").select_option("C1")
    choice(main, "Type of placement").select_option("U6")
    textbox(main, "Carers").fill("Ann and Bo Lee, foster carers")
    textbox(main, "What the carer may agree to").fill("Trips and haircuts")
    textbox(main, "Social worker").fill("Marcus Bell")
    textbox(main, "Their telephone").fill("0161 496 0710")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_role("heading", name="Looked after", level=1)).to_be_visible()
    head = page.get_by_role("region", name="At a glance")
    expect(head.get_by_text("Marcus Bell")).to_be_visible()
    expect(head.get_by_text("0161 496 0710")).to_be_visible()


def adds(page: Page, what: str, on: date, fill: Callable[[Locator], None], *, check_rules: bool = True) -> None:
    """A date of the plan that was held, from the page of the plan and back to it."""
    plan = page.url.split("?")[0]
    page.get_by_role("region", name="Add a date").get_by_role("link", name=what, exact=True).click()
    usable(page, check_rules)
    fill_day(page, "Held on", on)
    fill(page.get_by_role("main"))
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name=what, level=1)).to_be_visible()
    page.goto(plan)


def textbox(form: Locator, label: str) -> Locator:
    return form.get_by_role("textbox", name=re.compile(f"^{label}"))


def choice(form: Locator, label: str) -> Locator:
    return form.get_by_role("combobox", name=re.compile(f"^{label}"))


def _score(number: int) -> Callable[[Locator], None]:
    return lambda form: textbox(form, "SDQ score").fill(str(number))


def holds(page: Page, what: str, on: date, fill: Callable[[Locator], None]) -> None:
    """A date that waits, from the page of the plan and back to it."""
    plan = page.url
    page.get_by_role("region", name="Dates").get_by_role("link", name=what, exact=True).first.click()
    fill_day(page, "Held on", on)
    fill(page.get_by_role("main"))
    page.get_by_role("button", name="Save what came of it").click()
    expect(page.get_by_text("On time").first).to_be_visible()
    usable(page, check_rules=what == "Personal education plan")
    page.goto(plan)


def finds_the_same_chart_on_paper(page: Page) -> None:
    page.get_by_role("link", name="Plans and status").first.click()
    chart = page.get_by_role("region", name="Strengths and difficulties")
    drawn = [one.get_attribute("aria-label") for one in chart.get_by_role("img").all()]
    assert drawn == ["16 out of 40: borderline", "19 out of 40: of concern"]
    expect(
        page.get_by_role("region", name="Looked after: who decides what").get_by_text("Trips and haircuts")
    ).to_be_visible()
    chart.get_by_text("Show as a table").click()
    rows = [" ".join(row.all_inner_texts()) for row in chart.get_by_role("row").all()[1:]]
    usable(page)
    page.get_by_role("button", name="Print").click()
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(1)
    expect(page.get_by_label("Looked after and leaving care")).to_be_checked()
    paper = Printed(page.context.request.get(f"{page.url.removesuffix('print/')}paper/?area=care&chosen=yes").body())
    figures = [str(element.Alt) for element in paper.elements() if str(element.S) == "/Figure"]
    assert figures[1:] == drawn, "the first is the scale"
    for row in rows:
        assert " ".join(row.split()) in paper.text, row
    for words in ("Interim care order", "Ann and Bo Lee, foster carers", "Trips and haircuts", "She wants to stay."):
        assert words in paper.text, words
    assert paper.tags()["TH"] > 10 and paper.unmarked() == []


@pytest.mark.usefixtures("real_printer")
def test_the_designated_teacher_keeps_what_is_hers(server: str, new_person: Callable[..., Page]) -> None:
    with time_machine.travel(factories.SCHOOL_DAY):
        load_rules()
        cast = factories.staffroom(password=factories.PASSWORD)
        child = factories.child(
            cast.school, "Rowan", "Ashdown", by=cast.office, details={"date_of_birth": date(2016, 4, 11)}
        )
        teacher = factories.member(cast.school, "designated_teacher", "Dee", "Moss", password=factories.PASSWORD)
        page = new_person()
        is_told_that_the_notice_does_not_name_her(page, teacher, child)
        set_roles_beyond_notice(school=cast.school, role_keys=["designated_teacher"], by=cast.headteacher)
        finds_the_child(page)
        expect(page.get_by_text("No open plan or status to show")).to_be_visible()
        begins_the_episode(page)
        adds(page, "Strengths and difficulties questionnaire", date(2026, 11, 17), _score(16))
        adds(page, "Strengths and difficulties questionnaire", date(2026, 11, 23), _score(19), check_rules=False)
        holds(
            page,
            "Personal education plan",
            date(2026, 11, 20),
            lambda form: form.get_by_role("textbox", name=re.compile("^What the child said")).fill(
                "She wants to stay."
            ),
        )
        holds(
            page,
            "Looked-after review",
            date(2026, 11, 24),
            lambda form: choice(form, "How the child took part").select_option("PN1"),
        )
        finds_the_same_chart_on_paper(page)

    held = Step.objects.filter(status="held").order_by("held_on", "pk")
    assert [(one.kind, one.held_by) for one in held] == [
        (kind, teacher) for kind in ("placement", "sdq", "pep", "sdq", "care_review")
    ]
    waits = dict(Step.objects.filter(status="waiting").values_list("kind", "due_on"))
    # A review within 3 months of the first, a form a year after the last.
    assert (waits["care_review"], waits["sdq"]) == (date(2027, 2, 24), date(2027, 11, 23))


def is_told_that_the_notice_does_not_name_her(page: Page, teacher: User, child: Child) -> None:
    sign_in(page, teacher.username, at=f"/children/{child.pk}/plans/")
    expect(page.get_by_text("privacy notice does not name your role")).to_be_visible()
    usable(page, check_rules=False)
