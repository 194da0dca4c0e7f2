"""Who is told of what is due, once each, in the inbox at once and by mail with the school's digest?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.accounts.notices import address_of
from safeguarding.accounts.services import next_digest
from safeguarding.training.notice_kinds import TrainingNotice as N
from safeguarding.training.services.reading_guidance import confirm_read, to_read
from safeguarding.training.services.reminding import remind_all

from .conftest import Place

pytestmark = pytest.mark.django_db
today = timezone.localdate


def told(place: Place) -> set[tuple[str, str]]:
    """Surname and kind of what was told and asks still."""
    rows = Notice.objects.filter(school=place.room.school, kind__in=[*N], opened_at=None, settled_at=None)
    return {(one.user.last_name, one.kind) for one in rows.select_related("user")}


def test_each_thing_is_told_once_and_asks_no_more_when_it_is_done(place: Place, client):
    room = place.room
    assert remind_all() == 7, "guidance alone, while the register is empty"
    place.note(*place.everybody)
    [old] = place.note(room.teacher, on=today() - timedelta(days=500))
    [lead_had] = place.note(room.lead, course=place.of_leads, on=today() - timedelta(days=720))
    assert remind_all() == 2
    assert told(place) - {(one.last_name, "guidance_to_read") for one in place.everybody} == {
        ("Aldous", "course_due"),
        ("Raman", "training_ends"),
    }
    assert remind_all() == 0
    notice = Notice.objects.get(kind=N.TRAINING_ENDS)
    assert notice.in_digest and notice.mail_again_at == next_digest(room.school, notice.created_at)
    assert address_of(notice) == reverse("training_record", args=[lead_had.pk])
    assert old.pk != lead_had.pk

    # Opened and still so: not told again. Out of date is another thing.
    client.force_login(room.lead)
    client.get(reverse("training_record", args=[lead_had.pk]))
    assert remind_all() == 0
    assert remind_all(at=timezone.now() + timedelta(days=30)) == 1
    assert ("Raman", "training_out") in told(place)

    place.note(room.lead, room.deputy, course=place.of_leads)
    [edition] = to_read(room.school.pk, today())
    confirm_read(school=room.school, edition=edition, by=room.deputy)
    assert not {name for name, _ in told(place)} & {"Aldous"}
    assert ("Raman", "training_out") not in told(place)
