"""Do the pages of safeguarding leads show what is there, in the order that matters, and say so when nothing is?"""

import pytest

from safeguarding.concerns.models import HowSoon
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def lead(client, room):
    client.force_login(room.lead)
    return client


def test_the_pages_open(lead, room):
    concern = factories.concern(room, how_soon=HowSoon.RIGHT_NOW, child_words="I fell off my bike.")
    page = lead.get("/today/")
    assert page.status_code == 200
    page = lead.get(f"/concerns/{concern.pk}/")
    assert page.status_code == 200
    assert lead.get("/concerns/").status_code == 200
