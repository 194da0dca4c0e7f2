"""Do staff who are adults of a family too, by the name, share a line on the people found, and are decided on apart?"""

import re

import pytest
from django.urls import reverse

from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import Redaction
from sharing.requests.services import deciding
from sharing.requests.services.shared_names import on_two_lists, together

from .cases import named
from .desk import Desk, K, desk, signed_in

pytestmark = pytest.mark.django_db
WORDS = "Bethan Prydderch rang. Mr Hale saw it. Denise Pope came."


@pytest.fixture
def at() -> Desk:
    return desk()


def test_one_name_on_two_lists_is_one_line_and_one_decision(at: Desk) -> None:
    one = at.item(WORDS)
    staff = at.person("Bethan Prydderch", one, kind=K.STAFF, label="Staff B")
    hale = at.person("Mr Hale", one, kind=K.STAFF, label="Staff C")
    pope = at.person("Denise Pope", one, label="Adult D")
    adult = at.person("Bethan Prydderch", one, label="Adult E")
    client, address = signed_in(at.lead), reverse("request_people", args=[at.case.pk])
    said = client.get(address).content.decode()
    values = re.findall(r'name="person" value="([^"]+)"', said)
    assert values == [f"{staff.pk} {adult.pk}", str(hale.pk), str(pope.pk)]
    assert "decided on together" in said and "Staff B, Adult E" in said
    sent = {"token": str(uuid7()), "do": "people", "deed": "keep", "person": values[0], "why": "Both are her."}
    assert client.post(address, sent).status_code == 302
    rows = Redaction._base_manager.filter(person__isnull=False)
    assert {(row.person_id, row.deed) for row in rows} == {(staff.pk, "keep"), (adult.pk, "keep")}


def test_keep_all_in_their_role_leaves_them_out(at: Desk) -> None:
    one = at.item(WORDS)
    staff = at.person("Bethan Prydderch", one, kind=K.STAFF, label="Staff B")
    hale = at.person("Mr Hale", one, kind=K.STAFF, label="Staff C")
    adult = at.person("Bethan Prydderch", one, label="Adult E")
    assert on_two_lists(at.case) == {staff.pk, adult.pk}
    client, address = signed_in(at.lead), reverse("request_people", args=[at.case.pk])
    assert client.post(address, {"token": str(uuid7()), "do": "staff"}).status_code == 302
    assert [row.person for row in Redaction._base_manager.all()] == [hale]
    assert "Keep all in their role" not in client.get(address).content.decode()
    with pytest.raises(OutOfTurn, match="No member of staff"):
        deciding.keep_staff(at.case, by=at.lead, token=uuid7())


def test_a_name_of_one_list_or_of_a_child_is_a_line_of_its_own(at: Desk) -> None:
    one = at.item(WORDS)
    found = [
        at.person("Bethan Prydderch", one, label="Adult B"),
        at.person("Bethan Prydderch", one, label="Adult C"),
        at.person("Denise Pope", one, label="Adult D"),
        at.person("Denise Pope", one, kind=K.CHILD, label="Child E"),
    ]
    assert together(found) == [[person] for person in found]
    staff = at.person("BETHAN  Prydderch", one, kind=K.STAFF, label="Staff F")
    assert together([*found, staff])[0] == [*found[:2], staff]


def test_whom_somebody_may_not_know_of_shares_no_line(at: Desk) -> None:
    mine, hidden = at.item(WORDS), at.item(WORDS, reviewer=at.room.headteacher)
    named(at.case, at.room.headteacher, "reviewer")
    staff = at.person("Bethan Prydderch", mine, kind=K.STAFF, label="Staff B")
    at.person("Bethan Prydderch", hidden, label="Adult CC")
    client, address = signed_in(at.lead), reverse("request_people", args=[at.case.pk])
    said = client.get(address).content.decode()
    assert f'name="person" value="{staff.pk}"' in said and "decided on together" not in said
    assert client.post(address, {"token": str(uuid7()), "do": "staff"}).status_code == 302
    assert [row.person for row in Redaction._base_manager.all()] == [staff]
