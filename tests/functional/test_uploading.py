"""A lead sends files over a slow line: she sees how far they are, may cancel, and is told what is wrong before and
after.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Attachment
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in

SLOW, FAST = 100_000, -1  # bytes a second


@pytest.fixture
def line(page: Page) -> Callable[..., None]:
    """`line(SLOW)`: how fast the line is from now on, by the browser's own means."""
    session = page.context.new_cdp_session(page)

    def become(speed: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
        session.send("Network.emulateNetworkConditions", conditions)

    return become


def choose(page: Page, *files: Path) -> None:
    page.get_by_label("Choose files").set_input_files(list(files))


def press(page: Page) -> None:
    page.get_by_role("button", name="Attach", exact=True).click()


@pytest.fixture
def letters(tmp_path: Path) -> list[Path]:
    """Two letters of half a megabyte: plain text, of which a part would be as good a file as the whole."""
    paths = [tmp_path / name for name in ("one.txt", "two.txt")]
    for path in paths:
        path.write_text(f"{path.name}\n" * 60_000)
    return paths


def opens(page: Page, cast: factories.Staffroom) -> None:
    """She is about to attach files to a concern that has none."""
    page.goto(f"/concerns/{factories.concern(cast).pk}/")
    page.get_by_role("region", name="Add to this concern").locator("summary", has_text="File").click()


def sees_how_far_it_is_and_cancels(lead: Page, line: Callable[..., None], letters: list[Path]) -> None:
    """Then nothing is attached, and the same files can be sent."""
    choose(lead, *letters)
    line(SLOW)
    press(lead)
    expect(lead.get_by_text("Sending 2 files: 1", exact=False)).to_be_visible()
    expect(lead.get_by_role("progressbar", name="Sent so far")).to_be_visible()
    expect(lead.get_by_role("button", name="Attach", exact=True)).to_be_disabled()
    usable(lead)
    lead.get_by_role("button", name="Cancel").click()
    expect(lead.get_by_text("Cancelled. Nothing was sent. The files are still chosen.")).to_be_visible()
    expect(lead.get_by_role("button", name="Attach", exact=True)).to_be_focused()
    usable(lead)

    line(FAST)
    press(lead)
    expect(lead.get_by_text("2 files attached.")).to_be_visible()
    assert [file.size for file in Attachment.objects.all()] == [letter.stat().st_size for letter in letters]


def is_told_that_the_line_broke_and_sends_again(lead: Page, letters: list[Path]) -> None:
    before = Attachment.objects.count()
    lead.route("**/files/", lambda route: route.abort("connectionreset"))
    choose(lead, *letters)
    press(lead)
    expect(lead.get_by_text("Not sent. The files are still chosen: try again.")).to_be_visible()
    lead.unroute("**/files/")
    press(lead)
    expect(lead.get_by_text("2 files attached.")).to_be_visible()
    assert Attachment.objects.count() == before + 2


def reads_what_is_too_large_before_and_what_is_wrong_afterwards(lead: Page, letter: Path, folder: Path) -> None:
    before = Attachment.objects.count()
    large, macros = folder / "film.mp4", folder / "note.txt"
    large.write_bytes(b"\0" * (25 * 2**20 + 1))
    macros.write_bytes(b"MZ\x90\x00\x03")
    choose(lead, letter, large)
    expect(lead.get_by_text("“film.mp4” is larger than 25 MB. Choose a smaller one.")).to_be_visible()
    press(lead)
    expect(lead.get_by_text("“film.mp4” is larger than 25 MB.")).to_be_visible()
    choose(lead, *[letter] * 11)
    expect(lead.get_by_text("Choose at most 10 files at once.")).to_be_visible()

    choose(lead, letter, macros)
    press(lead)
    expect(lead.get_by_text("1 file attached.")).to_be_visible()
    expect(lead.get_by_text("File 2 of 2 (Plain text, 5 bytes) was not attached.")).to_be_visible()
    assert Attachment.objects.count() == before + 1


def arrives_where_the_form_of_a_list_leads(office: Page, folder: Path) -> None:
    children = folder / "children.csv"
    children.write_text("Surname,Forename\nHolt,Rowan\n")
    office.get_by_label("File", exact=True).set_input_files(children)
    office.get_by_role("button", name="Read this file").click()
    office.wait_for_url("**/children/imports/*-*/")
    office.go_back()
    expect(office.get_by_role("link", name="children.csv")).to_be_visible()


def test_files_are_sent_over_a_slow_and_a_broken_line(
    server: str,
    page: Page,
    new_person: Callable[..., Page],
    line: Callable[..., None],
    letters: list[Path],
    tmp_path: Path,
) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    sign_in(page, cast.lead.username)
    opens(page, cast)
    sees_how_far_it_is_and_cancels(page, line, letters)
    opens(page, cast)
    is_told_that_the_line_broke_and_sends_again(page, letters)
    opens(page, cast)
    reads_what_is_too_large_before_and_what_is_wrong_afterwards(page, letters[0], tmp_path)
    office = new_person()
    sign_in(office, cast.office.username, at="/children/imports/")
    arrives_where_the_form_of_a_list_leads(office, tmp_path)
