"""What has the practice school shared: in every state, with pages that were handed over and others to be looked at?"""

from types import SimpleNamespace

import pytest

from safeguarding.accounts.models import School, User
from sharing.events.models import SharingEvent
from sharing.events.services.packing import content_of, put_together
from tests.pdfs import Printed
from tests.walls import asking

pytestmark = pytest.mark.django_db
S = SharingEvent.Status


def test_there_is_a_decision_in_every_state(school: School) -> None:
    rows = SharingEvent.objects.filter(school=school)
    assert set(rows.values_list("status", flat=True)) == {*S} - {S.DISCARDED}
    assert rows.filter(is_call=True).exists()
    assert rows.filter(reason__code="police", because="unverified").exists()
    assert rows.filter(status=S.ASKED_BACK, follow_up_on__isnull=False).exists()


def test_a_pack_was_handed_over_and_another_waits_to_be_looked_at(school: School) -> None:
    packs = {one.status: one for one in SharingEvent.objects.filter(school=school).exclude(stored="")}
    assert packs.keys() == {S.SENT, S.TO_SEND}
    for one in packs.values():
        pages = Printed(content_of(one))
        assert one.reference in pages.text and one.recipient.called in pages.text
    lead = User.objects.get(username="d.oyebanji")
    with asking(lead, "worker"):
        waits = SharingEvent.objects.get(pk=packs[S.TO_SEND].pk)
        found = put_together(SimpleNamespace(user=lead), waits)  # type: ignore[arg-type]
    assert found.records and waits.recipient.is_checked
    assert waits.pack_of == found.digest, "nothing has changed since: it can be handed over"
