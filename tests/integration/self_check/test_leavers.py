"""Is access by name told of when its holder's role has ended, and to whom?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from children.services.access import grant_child, withdraw_child_grant
from safeguarding import checks
from safeguarding.accounts import services
from safeguarding.checks import Looker, State
from tests import factories

pytestmark = pytest.mark.django_db


def test_access_of_somebody_who_has_left_until_it_is_withdrawn():
    room = factories.staffroom()
    rowan = factories.child(room.school)
    [check] = [check for check in checks.every(of_machine=False) if check.key == "access_of_leavers"]
    tomorrow = timezone.now() + timedelta(days=1)

    def found(at=None, reader=room.lead):
        return check.look(Looker(reader, room.school.pk, at or timezone.now()))

    given = grant_child(
        child=rowan,
        user=room.pastoral,
        reason="Keeps in touch with the family.",
        last_day=timezone.localdate() + timedelta(days=30),
        by=room.lead,
    )
    assert found().state is State.GOOD
    services.end_role(assignment=room.pastoral.assignments.get(), last_day=timezone.localdate())
    left = found(tomorrow)
    assert (left.state, left.number) == (State.LOOK, 1)
    assert room.pastoral.last_name not in left.says
    stranger = factories.member(factories.school("Fenside Primary School"), "lead", "Ben", "Okoro")
    assert found(tomorrow, stranger).number == 0, "nobody counts what they may not see"
    withdraw_child_grant(grant=given, reason="No longer works here.", by=room.lead)
    assert found(tomorrow).state is State.GOOD
