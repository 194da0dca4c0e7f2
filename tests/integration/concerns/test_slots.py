"""What an app above puts into the pages of concerns: it stands there for whoever it is for, and for nobody else."""

from dataclasses import dataclass
from unittest.mock import patch

import pytest
from django.urls import reverse

from safeguarding import panels
from safeguarding.concerns.models import EarlierBatch, Referral
from safeguarding.panels import Panel
from tests.earlier import give, row

from .test_referrals import concern, refer  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@dataclass
class Asked:
    """With which record an app above was asked for its panel."""

    records: list[object]

    def data(self, request, record):
        self.records.append(record)
        return {}


def panel(slot: str, asked: Asked) -> Panel:
    """A panel of an app above, for who leads: any template does."""
    leads = "lead"
    return Panel(slot, "plans", "police/take_panel.html", data=asked.data, may=lambda r: r.held.role.key == leads)


@pytest.fixture(autouse=True)
def _own_panels():
    with patch.dict(panels._panels):
        yield


def test_a_referral_shows_what_an_app_above_has_to_say_of_it(room, concern, client) -> None:  # noqa: F811
    referral, asked = refer(concern, room.lead), Asked([])
    panels.register(panel("referral", asked))
    shown = {}
    for person in ("lead", "deputy"):
        client.force_login(getattr(room, person))
        shown[person] = 'id="police"' in client.get(reverse("referral", args=[referral.pk])).content.decode()
    assert shown == {"lead": True, "deputy": False}
    assert asked.records == [Referral.objects.get(pk=referral.pk)]


def test_a_batch_from_an_earlier_system_shows_what_an_app_above_has_to_say_of_it(room, client) -> None:
    rows = [row(1, student_name="Ashdown, Rowan", dob="04/03/2017")]
    batch, asked = give(room.school, by=room.lead, rows=rows), Asked([])
    panels.register(panel("earlier_batch", asked))
    shown = {}
    for person in ("lead", "headteacher"):
        client.force_login(getattr(room, person))
        shown[person] = 'id="police"' in client.get(reverse("earlier_batch", args=[batch.pk])).content.decode()
    assert shown == {"lead": True, "headteacher": False}
    assert asked.records == [EarlierBatch.objects.get(pk=batch.pk)]
