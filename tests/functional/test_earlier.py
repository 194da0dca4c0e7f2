"""A lead brings in what an earlier system had: gives the files, looks, confirms, finds it in a chronology, and
withdraws it.

By keyboard.
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
from tests.functional.steps import sign_in
from tests.functional.test_import import press, usable
from tests.sheets import number


@pytest.fixture
def cast(server: str) -> Iterator[factories.Staffroom]:
    with time_machine.travel(factories.SCHOOL_DAY):
        yield factories.staffroom(password=factories.PASSWORD)


@pytest.fixture
def rowan(cast: factories.Staffroom) -> Child:
    born = {"upn": number(1), "date_of_birth": date(2017, 3, 14)}
    return factories.child(cast.school, by=cast.office, details=born)


def test_a_lead_brings_in_earlier_records_and_takes_them_out_again(
    cast: factories.Staffroom, rowan: Child, page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "incidents.csv"
    path.write_bytes(
        sheet(
            [row("A-17", rowan, details="Heron came late."), action("A-17", "Rang home"), row(2, rowan, upn="", dob="")]
        )
    )
    sign_in(page, cast.lead.username)
    page.goto("/children/imports/")
    press(page, "Bring in earlier records", role="link")
    expect(page.get_by_role("heading", name="Records of an earlier system")).to_be_visible()
    usable(page, check_rules=True)
    press(page, "Read these files")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Enter the name of the system")
    page.get_by_label("Which system are they from?").fill("Old record system")
    page.get_by_label("Sheet of incidents").set_input_files(path)
    press(page, "Read these files")

    expect(page.get_by_role("heading", name="What do its columns mean?")).to_be_visible()
    usable(page, check_rules=True)
    press(page, "Read these files")

    expect(page.get_by_role("heading", name="What these files would do")).to_be_visible()
    expect(page.get_by_text("A name alone is never enough.")).to_be_visible()
    usable(page, check_rules=True)
    press(page, "Become records", role="link")
    expect(page.get_by_text("Heron came late.")).to_be_visible()
    assert not EarlierRecord.objects.exists()
    press(page, "Add to the children’s records")
    expect(page.get_by_role("heading", name="On the children’s records")).to_be_visible()
    usable(page, check_rules=True)

    page.goto(f"/children/{rowan.pk}/chronology/")
    expect(page.get_by_text("written there by Mr B Hale")).to_be_visible()
    press(page, "Number A-17 there", role="link")
    expect(page.get_by_text("Rang home")).to_be_visible()
    usable(page, check_rules=True)
    press(page, "All that came in with it", role="link")
    expect(page.get_by_role("heading", name="On the children’s records")).to_be_visible()
    press(page, "Withdraw these records")
    expect(page.get_by_role("heading", name="What this takes out")).to_be_visible()
    usable(page, check_rules=True)
    page.get_by_role("radio", name="Records are on the wrong children").check()
    press(page, "Withdraw these records")
    expect(page.get_by_role("heading", name="Withdrawn", exact=True)).to_be_visible()
    usable(page, check_rules=True)

    service.take_up_all()
    page.reload()
    expect(page.get_by_role("row", name="Priya Raman")).to_be_visible()
    page.goto(f"/children/{rowan.pk}/chronology/")
    expect(page.get_by_text("Heron came late.")).to_have_count(0)
    assert [one.narrative for one in EarlierRecord.objects.all()] == [""]
