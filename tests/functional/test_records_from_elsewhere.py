"""A lead brings in what others wrote about a child, by keyboard: records of an earlier system, which she takes out
again, and the file that another school sent.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect

from children.models import Child
from safeguarding.concerns.models import EarlierRecord
from safeguarding.concerns.services import earlier as service
from tests import factories
from tests.earlier import action, row, sheet
from tests.functional.everybody import press, usable
from tests.functional.steps import sign_in
from tests.integration.received.files import SENDER, WORDS, entry, record_of, volumes
from tests.sheets import number


@pytest.fixture
def cast(server: str) -> Iterator[factories.Staffroom]:
    with time_machine.travel(factories.SCHOOL_DAY):
        yield factories.staffroom(password=factories.PASSWORD)


@pytest.fixture
def rowan(cast: factories.Staffroom) -> Child:
    born = {"upn": number(1), "date_of_birth": date(2017, 3, 14)}
    return factories.child(cast.school, by=cast.office, details=born)


def test_records_of_an_earlier_system_and_the_file_of_another_school(
    cast: factories.Staffroom, rowan: Child, page: Page, tmp_path: Path
) -> None:
    sign_in(page, cast.lead.username, at="/children/imports/")
    looks_at_what_earlier_records_would_do(page, rowan, tmp_path)
    press(page, "Become records", role="link")
    expect(page.get_by_text("Heron came late.")).to_be_visible()
    assert not EarlierRecord.objects.exists()
    press(page, "Add to the children’s records")
    expect(page.get_by_role("heading", name="On the children’s records")).to_be_visible()
    usable(page)
    withdraws_them(page, rowan)

    service.take_up_all()
    page.reload()
    expect(page.get_by_role("row", name="Priya Raman")).to_be_visible()
    page.goto(f"/children/{rowan.pk}/chronology/")
    expect(page.get_by_text("Heron came late.")).to_have_count(0)
    assert [one.narrative for one in EarlierRecord.objects.all()] == [""]

    opens_the_file_of_another_school(page, rowan, tmp_path)
    telephones_that_school(page)
    reads_it_on_the_record(page, rowan)


def looks_at_what_earlier_records_would_do(page: Page, rowan: Child, folder: Path) -> None:
    path = folder / "incidents.csv"
    rows = [row("A-17", rowan, details="Heron came late."), action("A-17", "Rang home"), row(2, rowan, upn="", dob="")]
    path.write_bytes(sheet(rows))
    press(page, "Bring in earlier records", role="link")
    expect(page.get_by_role("heading", name="Records of an earlier system")).to_be_visible()
    press(page, "Read these files")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Enter the name of the system")
    usable(page, check_rules=False)
    page.get_by_label("Which system are they from?").fill("Old record system")
    page.get_by_label("Sheet of incidents").set_input_files(path)
    press(page, "Read these files")

    expect(page.get_by_role("heading", name="What do its columns mean?")).to_be_visible()
    usable(page)
    press(page, "Read these files")

    expect(page.get_by_role("heading", name="What these files would do")).to_be_visible()
    expect(page.get_by_text("A name alone is never enough.")).to_be_visible()
    usable(page)


def withdraws_them(page: Page, rowan: Child) -> None:
    """From the chronology, to which they came."""
    page.goto(f"/children/{rowan.pk}/chronology/")
    expect(page.get_by_text("written there by Mr B Hale")).to_be_visible()
    press(page, "Number A-17 there", role="link")
    expect(page.get_by_text("Rang home")).to_be_visible()
    usable(page)
    press(page, "All that came in with it", role="link")
    expect(page.get_by_role("heading", name="On the children’s records")).to_be_visible()
    press(page, "Withdraw these records")
    expect(page.get_by_role("heading", name="What this takes out")).to_be_visible()
    usable(page)
    page.get_by_role("radio", name="Records are on the wrong children").check()
    press(page, "Withdraw these records")
    expect(page.get_by_role("heading", name="Withdrawn", exact=True)).to_be_visible()
    usable(page, check_rules=False)


def opens_the_file_of_another_school(page: Page, rowan: Child, folder: Path) -> None:
    record = record_of(rowan, entry(title="Came late"), entry(title="For leads", is_restricted=True))
    paths = [folder / f"volume {n}.pdf" for n in (1, 2)]
    for path, content in zip(paths, volumes(record, count=2), strict=True):
        path.write_bytes(content)
    page.goto("/received/")
    page.get_by_label("The file").set_input_files(paths[:1])
    page.get_by_label("Its words").fill(WORDS)
    press(page, "Open it")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("volume 2 is missing")
    page.get_by_label("The file").set_input_files(paths)
    page.get_by_label("Its words").fill(WORDS)
    press(page, "Open it")


def telephones_that_school(page: Page) -> None:
    expect(page.get_by_role("heading", name="Telephone the school that sent it")).to_be_visible()
    press(page, "The key is theirs")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Choose where the number was found")
    usable(page)
    page.get_by_label("Get Information about Schools").check()
    page.get_by_label("Who confirmed it there").fill("Ada Bell, office manager")
    press(page, "The key is theirs")


def reads_it_on_the_record(page: Page, rowan: Child) -> None:
    expect(page.get_by_role("heading", name="What these files would do")).to_be_visible()
    expect(page.get_by_text("Concern: Came late")).to_be_visible()
    press(page, "Add to the children’s records")
    expect(page.get_by_role("heading", name="On the children’s records")).to_be_visible()
    press(page, "The file that it came as, who sent it, and its receipt", role="link")
    expect(page.get_by_text("On the record", exact=True)).to_be_visible()
    usable(page)
    page.goto(f"/children/{rowan.pk}/chronology/")
    expect(page.get_by_role("heading", name=f"From {SENDER.name}: Concern: Came late")).to_be_visible()
    page.goto(f"/children/{rowan.pk}/received/")
    usable(page, check_rules=False)
