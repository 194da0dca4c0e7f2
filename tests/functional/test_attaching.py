"""A teacher attaches a drawing while she logs a concern; her lead sees it, keeps a copy, and withholds a file that may
not be there. The office puts a photograph on a child's record, and a lead files a court order there.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from safeguarding.concerns.models import Concern
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import WITHOUT_IN_SOAK, sign_in
from tests.integration.uploads.corpus import docx, located_picture, pdf


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    made = {
        "drawing.jpg": located_picture(),
        "letter.pdf": pdf(2),
        "order.pdf": pdf(2),
        "macros.docx": docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in made}


def files_of(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Files"))


@WITHOUT_IN_SOAK
def test_files_of_a_concern_and_of_a_child(
    server: str, new_person: Callable[..., Page], papers: dict[str, Path], scripts: bool
) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    page = new_person(java_script_enabled=scripts)

    sign_in(page, cast.teacher.username, at="/log/")
    if scripts:
        is_told_that_a_file_is_too_large(page, papers["drawing.jpg"].with_name("large.mp4"))
    chooses_files_while_logging(page, papers, scripts)
    attaches_to_the_report(page, papers)
    usable(page, scripts)

    concern = Concern.objects.get()
    sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/")
    sees_and_keeps_the_drawing(page, papers["drawing.jpg"], scripts)
    page.goto(f"{server}/concerns/{concern.pk}/")
    attaches_and_withholds_another(page, papers["order.pdf"], scripts)
    sign_in(page, cast.headteacher.username, at=f"/concerns/{concern.pk}/")
    page.get_by_role("link", name="Take it out or give it back").click()
    page.get_by_role("button", name="Take it out").click()
    expect(page.get_by_text("A file was taken out")).to_be_visible()
    usable(page, check_rules=False)

    child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    sign_in(page, cast.office.username, at=f"/children/{child.pk}/photographs/")
    puts_photographs_on_the_record(page, papers["drawing.jpg"], scripts)
    sign_in(page, cast.lead.username, at=f"/children/{child.pk}/files/")
    files_an_order(page, papers["order.pdf"])


def is_told_that_a_file_is_too_large(page: Page, large: Path) -> None:
    chosen = page.get_by_label("Choose files")
    with large.open("wb") as file:
        file.truncate(26 * 2**20)
    chosen.set_input_files(large)
    expect(page.get_by_text("That is too much, and nothing is chosen.")).to_be_visible()
    assert chosen.evaluate("input => input.files.length") == 0


def chooses_files_while_logging(page: Page, papers: dict[str, Path], scripts: bool) -> None:
    """What is refused is asked for again."""
    chosen = page.get_by_label("Choose files")
    page.get_by_label("Today", exact=True).check()
    page.get_by_role("button", name="A child I cannot name").click()
    page.get_by_label("Who it is, as far as you know").fill("A boy, Year 3, red coat")
    page.get_by_label("How you came to know").select_option("saw_or_heard")
    page.get_by_label("Where", exact=True).select_option("classroom")
    page.get_by_label("What you saw or heard").fill("He was quiet at register.")
    page.get_by_label("Nearest category").select_option("NEG")
    page.get_by_role("group", name="Did you see a mark or injury?").get_by_label("No").check()
    chosen.set_input_files([papers["drawing.jpg"], papers["macros.docx"]])
    send = page.get_by_role("button", name="Send to safeguarding leads")
    send.click()
    expect(page.get_by_text("Choose your files again before you send")).to_be_visible()
    assert chosen.evaluate("input => input.files.length") == 0 if scripts else True
    page.get_by_label("I have not told anyone yet").check()
    chosen.set_input_files([papers["drawing.jpg"], papers["macros.docx"]])
    send.click()
    expect(page.get_by_text("1 file attached.")).to_be_visible()
    expect(page.get_by_text("It holds macros, which are programs.")).to_be_visible()
    expect(files_of(page).get_by_role("link", name="drawing.jpg")).to_be_visible()
    expect(page.get_by_label("Choose files")).to_be_visible()


def attaches_to_the_report(page: Page, papers: dict[str, Path]) -> None:
    """To what was sent, opened once more."""
    page.goto(page.url.split("?")[0])
    files_of(page).locator("summary", has_text="Attach files").click()
    page.get_by_label("Choose files").set_input_files([papers["letter.pdf"], papers["macros.docx"]])
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_text("1 file attached.")).to_be_visible()
    expect(page.get_by_text("It holds macros, which are programs.")).to_be_visible()
    expect(files_of(page).get_by_role("link", name="letter.pdf")).to_be_visible()


def sees_and_keeps_the_drawing(page: Page, drawing: Path, scripts: bool) -> None:
    files_of(page).locator("summary", has_text="Show the picture").click()
    shown = page.get_by_role("img", name="drawing.jpg")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    with page.expect_download() as kept:
        page.get_by_role("link", name="drawing.jpg", exact=True).click()
    assert b"Beckett Phones" not in Path(kept.value.path()).read_bytes()
    page.get_by_role("link", name="As it came drawing.jpg").click()
    expect(page.get_by_text("where it was taken")).to_be_visible()
    usable(page, scripts)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download the picture as it came").click()
    assert Path(kept.value.path()).read_bytes() == drawing.read_bytes()


def attaches_and_withholds_another(page: Page, order: Path, scripts: bool) -> None:
    files_of(page).locator("summary", has_text="Attach files").click()
    page.get_by_label("Choose files").set_input_files(order)
    page.get_by_role("button", name="Attach", exact=True).click()
    page.get_by_role("link", name="Withhold it order.pdf").click()
    usable(page, scripts)
    page.get_by_label("Why nobody may open it").select_option("other_child")
    page.get_by_role("button", name="Withhold this file").click()
    expect(page.get_by_text("You are the first of the two.")).to_be_visible()
    usable(page, check_rules=False)


def puts_photographs_on_the_record(page: Page, picture: Path, scripts: bool) -> None:
    """One to know the child by, and one with a consent, which is withdrawn."""
    expect(page.get_by_label("Who gave consent")).to_be_visible(visible=not scripts)
    page.get_by_label("Photograph", exact=True).set_input_files(picture)
    page.get_by_label("To know the child by").check()
    page.get_by_role("button", name="Put it on the record").click()
    beside = page.get_by_role("region", name="Child this record is about").get_by_role("img", name="Photograph")
    expect(beside).to_be_visible()
    assert 0 < beside.evaluate("image => image.decode().then(() => image.naturalWidth)") <= 256
    usable(page, scripts)

    page.get_by_label("Photograph", exact=True).set_input_files(picture)
    page.get_by_label("To be shown or published").check()
    page.get_by_label("Who gave consent").fill("Kerry Ashdown, mother")
    page.get_by_role("button", name="Put it on the record").click()
    expect(page.get_by_role("link", name="Enter what consent was given for")).to_be_visible()
    expect(page.get_by_label("Who gave consent")).to_have_value("Kerry Ashdown, mother")
    page.get_by_label("Photograph", exact=True).set_input_files(picture)
    page.get_by_label("What for", exact=True).fill("The website")
    consent = page.get_by_role("group", name="Consent given on")
    for box, typed in (("Day", "1"), ("Month", "9"), ("Year", "2026")):
        consent.get_by_label(box).fill(typed)
    page.get_by_label("How consent was given").select_option("form")
    page.get_by_role("button", name="Put it on the record").click()
    expect(page.get_by_text("Consent by Kerry Ashdown, mother")).to_be_visible()
    page.get_by_role("link", name="Consent withdrawn, or a mistake").click()
    usable(page, scripts)
    page.get_by_label("Consent was withdrawn").check()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("Ended: consent was withdrawn.")).to_be_visible()


def files_an_order(page: Page, order: Path) -> None:
    page.locator("summary", has_text="Attach files").click()
    page.get_by_label("Choose files").set_input_files(order)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("link", name="Choose what it is")).to_be_visible()
    page.get_by_label("What it is").select_option("order")
    page.get_by_label("Choose files").set_input_files(order)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_text("1 file attached.")).to_be_visible()
    usable(page, check_rules=False)
    with page.expect_download() as kept:
        page.get_by_role("link", name="order.pdf", exact=True).click()
    assert Path(kept.value.path()).read_bytes() == order.read_bytes()
    page.get_by_role("link", name="Chronology", exact=True).click()
    expect(page.get_by_role("heading", name="File: court order or other legal document")).to_be_visible()
