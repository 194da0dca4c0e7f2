"""A teaching assistant reads the guidance and says so on a telephone; the office brings in a list of training."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from safeguarding.keys import uuid7
from safeguarding.training.services.courses import set_course
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.functional.test_every_page import too_wide

LIST = (
    "First name,Last name,Course,Day\n"
    "Amy,Lister,Safeguarding update,01/09/2026\n"
    "Zoe,Nobody,Safeguarding update,01/09/2026\n"
)


def test_guidance_is_read_on_a_telephone_and_training_comes_from_a_file(
    server: str, new_person: Callable[..., Page], tmp_path: Path
) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    facts = {"name": "Safeguarding update", "months": 12, "for_whom": "all", "source": "Decided by the Headteacher"}
    set_course(school=cast.school, token=uuid7(), by=cast.headteacher, **facts)

    assistant = new_person(viewport={"width": 390, "height": 844})
    sign_in(assistant, cast.assistant.username, at="/my-training/")
    expect(assistant.get_by_text("Missing", exact=True)).to_be_visible()
    assistant.get_by_role("link", name="Keeping children safe in education").click()
    assert too_wide(assistant) <= 0
    assistant.get_by_role("button", name="I have read it").click()
    expect(assistant.get_by_text("Thank you. It is in the register")).to_be_visible()
    usable(assistant)

    (tmp_path / "training.csv").write_text(LIST)
    office = new_person()
    sign_in(office, cast.office.username, at="/training/")
    office.get_by_role("button", name="From a file").click()
    office.get_by_label("File", exact=True).set_input_files(tmp_path / "training.csv")
    office.get_by_role("button", name="Read this file").click()
    expect(office.get_by_text("Nobody called Zoe Nobody works here today.")).to_be_visible()
    office.get_by_label("Leave out the rows that cannot be used").check()
    usable(office)
    office.get_by_role("button", name="Note 1 record").click()
    expect(office.get_by_text("1 record of training noted.")).to_be_visible()
    line = office.get_by_role("row", name="Amy Lister")
    expect(line.get_by_text("In date")).to_be_visible()
    expect(line.get_by_text("Read", exact=True)).to_be_visible()
