"""Is everybody of the school's lists found in the copies of a case, and what are they called?"""

from uuid import uuid4

import pytest

from children.facts import Adult, Called, Home
from children.mentions import marker
from children.services.access import declare_conflict
from safeguarding.concerns.services import deciding
from safeguarding.printing import layout
from safeguarding.uploads.services.keeping import Upload
from sharing.requests.models import RequestItem, RequestPerson
from sharing.requests.services import adding, finding
from tests import factories
from tests.integration.children.twice import merged
from tests.integration.concerns.filed import attached

from .cases import case_row, gathered, named
from .test_gathering import LETTER, about, items

pytestmark = pytest.mark.django_db
HOME = Home("14 Kiln Road", town="Testham", postcode="ZZ9 9ZZ")


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def rowan(room):
    mother = Adult("Ashdown", "Dana", relationship="Mother")
    return factories.child(
        room.school,
        "Rowan",
        "Ashdown",
        by=room.office,
        homes=[HOME],
        adults=[mother],
        details={"address_confidential": True, "address_confidential_reason": "An order."},
    )


@pytest.fixture
def hazel(room):
    mother = Adult("Reed", "Kerry", relationship="Mother")
    return factories.child(room.school, "Hazel", "Reed", by=room.office, adults=[mother], called=[Called("Hazie")])


@pytest.fixture
def case(room, rowan):
    made = case_row(room, rowan)
    named(made, room.lead, "preparer")
    return made


def people(case):
    return {
        (row.kind, f"{row.names['forename']} {row.names['surname']}".strip()): row
        for row in RequestPerson._base_manager.filter(case=case)
    }


def words(item, person):
    """What stands where somebody was found in the texts of an item."""
    texts = {block["key"]: block["text"] for block in item.content["blocks"]}
    spans = item.found.get("spans", ())
    return [texts[block][start:end] for block, start, end, who in spans if who == str(person.pk)]


def test_everybody_of_the_lists_is_found_and_the_child_is_not(room, rowan, hazel, case):
    factories.child(room.school, "Ivy", "Marsh", by=room.office)
    concern = about(
        room,
        rowan,
        facts=f"Hazel Reed and {marker(hazel.pseudonym)}. HAZIE laughed. H. Reed’s mother Kerry came to 14 Kiln Road, "
        "ZZ99ZZ. Rowan Ashdown told J. Beckett; JB wrote it. Dana Ashdown rang, then Mrs Ashdown. PE was over.",
    )
    attached(room, concern, Upload("Hazel.pdf", layout.make(LETTER.replace("He came", "Hazel Reed came"))))
    case = gathered(case)
    [account] = items(case, source="concerns.account")
    found = people(case)
    assert ("child", "Rowan Ashdown") not in found and ("child", "Ivy Marsh") not in found
    assert words(account, found["child", "Hazel Reed"])[:3] == ["Hazel Reed", marker(hazel.pseudonym), "HAZIE"]
    assert any("H. Reed" in one for one in words(account, found["child", "Hazel Reed"]))
    assert "Kerry" in words(account, found["adult", "Kerry Reed"])
    assert words(account, found["adult", "Dana Ashdown"]) == ["Dana Ashdown"]
    assert {"J. Beckett", "JB"} <= set(words(account, found["staff", "Jon Beckett"]))
    assert {"14 Kiln Road", "ZZ99ZZ"} <= set(words(account, found["address", ""])) or words(
        account, found["address", ""]
    ) == ["14 Kiln Road, ZZ99ZZ"]
    assert account.pk in found["address", ""].items
    [letter] = items(case, source="concerns.attachment")
    assert letter.pk in found["child", "Hazel Reed"].items
    boxes = [box for *box, who in letter.found["boxes"] if who == str(found["child", "Hazel Reed"].pk)]
    assert [page for page, *_ in boxes] == [1, 1]
    assert "Hazel" in words(letter, found["child", "Hazel Reed"])[0]
    assert all(row.label.startswith(finding._CALLED[row.kind]) for row in found.values())


def test_what_people_are_called_stays_and_tells_of_nobody_else(room, rowan, hazel, case):
    other = factories.child(room.school, "Wren", "Quill", by=room.office)
    hidden = about(room, rowan, other, facts="Wren Quill was there too.")
    about(room, rowan, facts="Hazel Reed was there.")
    declare_conflict(user=room.lead, child=other, kind="relative", by=room.lead)
    case = gathered(case)
    before = people(case)
    wren = before["child", "Wren Quill"]
    assert wren.label == "Child BB"
    assert set(wren.items) <= {item.pk for item in items(case, concern_key=hidden.pk)}
    mine = {item.pk for item in items(case, reviewer=room.lead)}
    seen = sorted(row.label.split()[1] for row in before.values() if mine & set(row.items))
    assert seen == list("BCDEFGHIJ")[: len(seen)]
    adding.add_item(case, title="Letter", blocks=[{"label": "Letter", "text": "Kerry Reed wrote."}], by=room.lead)
    assert adding.settle(case.pk)
    after = people(case)
    assert {key: row.label for key, row in after.items() if key in before} == {k: r.label for k, r in before.items()}
    assert ("adult", "Kerry Reed") in after
    assert finding.find(case.pk)
    assert {row.label for row in people(case).values()} == {row.label for row in after.values()}


def test_records_that_became_one_are_gathered_and_the_child_has_the_names_of_both(room, rowan, case):
    twin = factories.child(room.school, "Rowanne", "Ashdown", by=room.office)
    concern = about(room, twin, facts="Rowanne Ashdown was late.")
    deciding.add_note(concern=concern, token=uuid4(), text="Rowanne was tired.", by=room.lead)
    merged(room, rowan, twin)
    case = gathered(case)
    assert [item.concern_key for item in items(case, source="concerns.account")] == [concern.pk]
    assert not any(row.names["forename"] == "Rowanne" for row in RequestPerson._base_manager.filter(case=case))
    assert RequestItem._base_manager.filter(case=case, source="children.child").count() == 2
