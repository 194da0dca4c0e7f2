"""A lead opens the file of a child that another school sent: the words, the call, a look, and it is on the record."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect

from children.models import Child
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_import import press, usable
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


def test_a_file_of_another_school_is_opened_and_comes_onto_the_record(
    cast: factories.Staffroom, rowan: Child, page: Page, tmp_path: Path
) -> None:
    record = record_of(rowan, entry(title="Came late"), entry(title="For leads", is_restricted=True))
    paths = [tmp_path / f"volume {n}.pdf" for n in (1, 2)]
    for path, content in zip(paths, volumes(record, count=2), strict=True):
        path.write_bytes(content)
    sign_in(page, cast.lead.username)
    page.goto("/received/")
    usable(page, check_rules=True)
    page.get_by_label("The file").set_input_files(paths[:1])
    page.get_by_label("Its words").fill(WORDS)
    press(page, "Open it")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("volume 2 is missing")
    page.get_by_label("The file").set_input_files(paths)
    page.get_by_label("Its words").fill(WORDS)
    press(page, "Open it")

    expect(page.get_by_role("heading", name="Telephone the school that sent it")).to_be_visible()
    usable(page, check_rules=True)
    press(page, "The key is theirs")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Choose where the number was found")
    page.get_by_label("Get Information about Schools").check()
    page.get_by_label("Who confirmed it there").fill("Ada Bell, office manager")
    press(page, "The key is theirs")

    expect(page.get_by_role("heading", name="What these files would do")).to_be_visible()
    expect(page.get_by_text("Concern: Came late")).to_be_visible()
    press(page, "Add to the children’s records")
    expect(page.get_by_role("heading", name="On the children’s records")).to_be_visible()
    press(page, "The file that it came as, who sent it, and its receipt", role="link")
    expect(page.get_by_text("On the record", exact=True)).to_be_visible()
    usable(page, check_rules=True)
    page.goto(f"/children/{rowan.pk}/chronology/")
    expect(page.get_by_role("heading", name=f"From {SENDER.name}: Concern: Came late")).to_be_visible()
    page.goto(f"/children/{rowan.pk}/received/")
    usable(page, check_rules=True)
