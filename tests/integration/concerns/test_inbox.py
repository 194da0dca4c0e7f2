"""Does the inbox tell one notice from the next, and only to who may see what it is about?"""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import end_role, find_role
from safeguarding.concerns.services import deciding
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return factories.staffroom()


def inbox_of(client, user):
    client.force_login(user)
    return client.get("/inbox/").content.decode()


def test_each_notice_says_the_reference_of_what_it_is_about(client, room):
    concern = factories.concern(room)
    deciding.open_concern(concern=concern, by=room.lead)
    deciding.add_action(
        concern=concern, token=uuid4(), text="Ring home", owner=room.pastoral, due_on=timezone.localdate(), by=room.lead
    )
    for told in (room.lead, room.teacher, room.pastoral):
        assert f'<span class="sub">{concern.reference}</span>' in inbox_of(client, told)


def test_who_may_no_longer_see_a_concern_is_told_no_reference_of_it(client, room):
    elsewhere = factories.school("Gorse Hill Academy")
    factories.assign_role(user=room.deputy, school=elsewhere, role_key="teacher", starts_on=factories.LONG_AGO)
    concern, today = factories.concern(room), timezone.localdate()
    assert concern.reference in inbox_of(client, room.deputy)
    role = find_role(user=room.deputy, school=room.school, role_key="deputy_lead", on=today)
    end_role(assignment=role, last_day=today)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        page = inbox_of(client, room.deputy)
    assert "A new concern" in page
    assert concern.reference not in page


def test_the_inbox_asks_once_for_a_page_of_references(client, room, django_assert_max_num_queries):
    for _ in range(20):
        factories.concern(room)
    client.force_login(room.lead)
    with django_assert_max_num_queries(13):
        page = client.get("/inbox/").content.decode()
    assert page.count('<span class="sub">C-') == 20


def test_a_notice_is_as_old_as_what_it_tells_of(room):
    concern = factories.concern(room, at=factories.SCHOOL_DAY)
    assert set(Notice.objects.filter(object_id=concern.pk).values_list("created_at", flat=True)) == {
        factories.SCHOOL_DAY
    }
