"""May a stop or the gate of a school be written past the services? Asked in raw SQL, as `web` and as `worker`."""

import pytest
from django.utils import timezone

from retention.models import Brake, RetentionGate
from tests import factories
from tests.integration.test_rights_rows import BOTH, insert, is_refused, tried

from .conftest import Office

pytestmark = pytest.mark.django_db


@BOTH
def test_a_stop_is_made_by_nobody_who_works_and_lifted_by_a_second_person(place: Office, role: str):
    at = place.room
    brake = Brake.objects.create(school=at.school, kind="clock_back", amount=25)
    new = Brake(school=at.school, kind="no_seal", amount=9)
    assert is_refused(at.lead, role, *insert(new))
    ask = "UPDATE retention_brake SET lift_asked_at = now(), lift_asked_by_id = %s WHERE id = %s"
    lift = "UPDATE retention_brake SET lifted_at = now(), lifted_by_id = %s WHERE id = %s"
    assert tried(at.lead, role, ask, [at.lead.pk, brake.pk]) == 1
    assert is_refused(at.lead, role, ask, [at.headteacher.pk, brake.pk])
    assert is_refused(at.teacher, role, ask, [at.teacher.pk, brake.pk])
    assert is_refused(at.headteacher, role, lift, [at.headteacher.pk, brake.pk]), "nobody has asked"
    Brake.objects.update(lift_asked_at=timezone.now(), lift_asked_by=at.lead)
    assert is_refused(at.lead, role, lift, [at.lead.pk, brake.pk])
    assert tried(at.headteacher, role, lift, [at.headteacher.pk, brake.pk]) == 1
    assert is_refused(at.headteacher, role, "UPDATE retention_brake SET amount = 1 WHERE id = %s", [brake.pk])


def test_the_gate_is_made_by_a_hold_and_says_of_no_scan():
    elsewhere = factories.staffroom("Gorse Hill Academy")
    assert tried(elsewhere.lead, "web", *insert(RetentionGate(school=elsewhere.school))) == 1
    scanned = RetentionGate(school=elsewhere.school, scanned_at=timezone.now())
    assert is_refused(elsewhere.lead, "web", *insert(scanned))
