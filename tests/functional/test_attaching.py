"""A teacher attaches a drawing to what she reported; her lead sees it, keeps a copy, and withholds another that may not
be there.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.functional.steps import WITHOUT_IN_SOAK, sign_in
from tests.functional.test_every_page import faults, too_wide
from tests.integration.uploads.corpus import docx, located_picture, pdf


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    made = {
        "drawing.jpg": located_picture(),
        "letter.pdf": pdf(2),
        "macros.docx": docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in made}


def files_of(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Files"))


def looked_at(page: Page, scripts: bool) -> None:
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 768})
        assert too_wide(page) <= 0
        if scripts:
            assert faults(page) == []


@WITHOUT_IN_SOAK
def test_a_drawing_is_attached_seen_kept_and_another_withheld(
    server: str, new_person: Callable[..., Page], papers: dict[str, Path], scripts: bool
) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    concern = factories.concern(cast)

    teacher = new_person(java_script_enabled=scripts)
    sign_in(teacher, cast.teacher.username, at=f"/my-reports/{concern.pk}/")
    files_of(teacher).locator("summary", has_text="Attach files").click()
    teacher.get_by_label("Choose files").set_input_files([papers["drawing.jpg"], papers["macros.docx"]])
    teacher.get_by_role("button", name="Attach", exact=True).click()
    expect(teacher.get_by_text("1 file attached.")).to_be_visible()
    expect(teacher.get_by_text("It holds macros, which are programs.")).to_be_visible()
    looked_at(teacher, scripts)

    lead = new_person(java_script_enabled=scripts)
    sign_in(lead, cast.lead.username, at=f"/concerns/{concern.pk}/")
    files_of(lead).locator("summary", has_text="Show the picture").click()
    shown = lead.get_by_role("img", name="drawing.jpg")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    with lead.expect_download() as kept:
        lead.get_by_role("link", name="drawing.jpg", exact=True).click()
    assert b"Beckett Phones" not in Path(kept.value.path()).read_bytes()
    lead.get_by_role("link", name="As it came drawing.jpg").click()
    expect(lead.get_by_text("where it was taken")).to_be_visible()
    looked_at(lead, scripts)
    with lead.expect_download() as kept:
        lead.get_by_role("button", name="Download the picture as it came").click()
    assert Path(kept.value.path()).read_bytes() == papers["drawing.jpg"].read_bytes()
    lead.goto(f"{server}/concerns/{concern.pk}/")

    files_of(lead).locator("summary", has_text="Attach files").click()
    lead.get_by_label("Choose files").set_input_files(papers["letter.pdf"])
    lead.get_by_role("button", name="Attach", exact=True).click()
    lead.get_by_role("link", name="Withhold it letter.pdf").click()
    looked_at(lead, scripts)
    lead.get_by_label("Why nobody may open it").select_option("other_child")
    lead.get_by_role("button", name="Withhold this file").click()
    expect(lead.get_by_text("You are the first of the two.")).to_be_visible()
    looked_at(lead, scripts)

    head = new_person(java_script_enabled=scripts)
    sign_in(head, cast.headteacher.username, at=f"/concerns/{concern.pk}/")
    head.get_by_role("link", name="Take it out or give it back").click()
    head.get_by_role("button", name="Take it out").click()
    expect(head.get_by_text("A file was taken out")).to_be_visible()
    looked_at(head, scripts)


@WITHOUT_IN_SOAK
def test_files_are_chosen_while_logging_and_a_refused_one_is_asked_for_again(
    server: str, new_person: Callable[..., Page], papers: dict[str, Path], scripts: bool
) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    teacher = new_person(java_script_enabled=scripts)
    sign_in(teacher, cast.teacher.username, at="/log/")
    chosen = teacher.get_by_label("Choose files")
    if scripts:
        large = papers["drawing.jpg"].with_name("large.mp4")
        with large.open("wb") as file:
            file.truncate(26 * 2**20)
        chosen.set_input_files(large)
        expect(teacher.get_by_text("That is too much, and nothing is chosen.")).to_be_visible()
        assert chosen.evaluate("input => input.files.length") == 0
    teacher.get_by_label("Today", exact=True).check()
    teacher.get_by_role("button", name="A child I cannot name").click()
    teacher.get_by_label("Who it is, as far as you know").fill("A boy, Year 3, red coat")
    teacher.get_by_label("How you came to know").select_option("saw_or_heard")
    teacher.get_by_label("Where", exact=True).select_option("classroom")
    teacher.get_by_label("What you saw or heard").fill("He was quiet at register.")
    teacher.get_by_label("Nearest category").select_option("NEG")
    teacher.get_by_role("group", name="Did you see a mark or injury?").get_by_label("No").check()
    chosen.set_input_files([papers["drawing.jpg"], papers["macros.docx"]])
    send = teacher.get_by_role("button", name="Send to safeguarding leads")
    send.click()
    expect(teacher.get_by_text("Choose your files again before you send")).to_be_visible()
    assert chosen.evaluate("input => input.files.length") == 0 if scripts else True
    teacher.get_by_label("I have not told anyone yet").check()
    chosen.set_input_files([papers["drawing.jpg"], papers["macros.docx"]])
    send.click()
    expect(teacher.get_by_text("1 file attached.")).to_be_visible()
    expect(teacher.get_by_text("It holds macros, which are programs.")).to_be_visible()
    expect(files_of(teacher).get_by_role("link", name="drawing.jpg")).to_be_visible()
    expect(teacher.get_by_label("Choose files")).to_be_visible()
    teacher.get_by_label("Choose files").set_input_files(papers["letter.pdf"])
    teacher.get_by_role("button", name="Attach", exact=True).click()
    expect(files_of(teacher).get_by_role("link", name="letter.pdf")).to_be_visible()
