"""The office puts a photograph on a child's record; a lead files a court order there; the photograph's consent is
withdrawn.
"""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests import factories
from tests.functional.steps import WITHOUT_IN_SOAK, sign_in
from tests.functional.test_attaching import looked_at
from tests.integration.uploads.corpus import located_picture, pdf


@WITHOUT_IN_SOAK
def test_a_photograph_and_an_order_are_put_on_a_childs_record(
    server: str, new_person: Callable[..., Page], tmp_path: Path, scripts: bool
) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    picture, order = tmp_path / "rowan.jpg", tmp_path / "order.pdf"
    picture.write_bytes(located_picture())
    order.write_bytes(pdf(2))

    office = new_person(java_script_enabled=scripts)
    sign_in(office, cast.office.username, at=f"/children/{child.pk}/photographs/")
    expect(office.get_by_label("Who gave consent")).to_be_visible(visible=not scripts)
    office.get_by_label("Photograph", exact=True).set_input_files(picture)
    office.get_by_label("To know the child by").check()
    office.get_by_role("button", name="Put it on the record").click()
    beside = office.get_by_role("region", name="Child this record is about").get_by_role("img", name="Photograph")
    expect(beside).to_be_visible()
    assert 0 < beside.evaluate("image => image.decode().then(() => image.naturalWidth)") <= 256
    looked_at(office, scripts)

    office.get_by_label("Photograph", exact=True).set_input_files(picture)
    office.get_by_label("To be shown or published").check()
    office.get_by_label("Who gave consent").fill("Kerry Ashdown, mother")
    office.get_by_role("button", name="Put it on the record").click()
    expect(office.get_by_role("link", name="Enter what consent was given for")).to_be_visible()
    expect(office.get_by_label("Who gave consent")).to_have_value("Kerry Ashdown, mother")
    office.get_by_label("Photograph", exact=True).set_input_files(picture)
    office.get_by_label("What for", exact=True).fill("The website")
    consent = office.get_by_role("group", name="Consent given on")
    for box, typed in (("Day", "1"), ("Month", "9"), ("Year", "2026")):
        consent.get_by_label(box).fill(typed)
    office.get_by_label("How consent was given").select_option("form")
    office.get_by_role("button", name="Put it on the record").click()
    expect(office.get_by_text("Consent by Kerry Ashdown, mother")).to_be_visible()
    office.get_by_role("link", name="Consent withdrawn, or a mistake").click()
    looked_at(office, scripts)
    office.get_by_label("Consent was withdrawn").check()
    office.get_by_role("button", name="End it").click()
    expect(office.get_by_text("Ended: consent was withdrawn.")).to_be_visible()

    lead = new_person(java_script_enabled=scripts)
    sign_in(lead, cast.lead.username, at=f"/children/{child.pk}/files/")
    lead.locator("summary", has_text="Attach files").click()
    lead.get_by_label("Choose files").set_input_files(order)
    lead.get_by_role("button", name="Attach", exact=True).click()
    expect(lead.get_by_role("link", name="Choose what it is")).to_be_visible()
    lead.get_by_label("What it is").select_option("order")
    lead.get_by_label("Choose files").set_input_files(order)
    lead.get_by_role("button", name="Attach", exact=True).click()
    expect(lead.get_by_text("1 file attached.")).to_be_visible()
    looked_at(lead, scripts)
    with lead.expect_download() as kept:
        lead.get_by_role("link", name="order.pdf", exact=True).click()
    assert Path(kept.value.path()).read_bytes() == order.read_bytes()
    lead.get_by_role("link", name="Chronology", exact=True).click()
    expect(lead.get_by_role("heading", name="File: court order or other legal document")).to_be_visible()
    looked_at(lead, scripts)
