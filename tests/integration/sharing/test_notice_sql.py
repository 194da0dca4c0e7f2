"""May the privacy notice be written past the services? Asked in raw SQL, as `web` and as `worker`.

Who could, would speak for the school to every family.
"""

from typing import Any

import pytest
from django.utils import timezone

from safeguarding.keys import uuid7
from sharing.notice.models import NoticeDetails, NoticePaper, PrivacyNotice
from tests import factories
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.noticing import prepared, published
from tests.integration.test_rights_rows import BOTH, insert, is_refused, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(place: Place) -> Place:
    return prepared(place)


def version(ready: Place, by: Any, **other: Any) -> PrivacyNotice:
    given = {"school": ready.school, "version": 2, "token": uuid7(), "sections": [], "facts": {}} | other
    return PrivacyNotice(published_by=by, published_at=timezone.now(), **given)


@BOTH
def test_who_manages_the_school_adds_the_next_version_in_their_own_name(ready: Place, role: str):
    published(ready)
    head, deputy = ready.room.headteacher, ready.room.deputy
    assert tried(head, role, *insert(version(ready, head))) == 1
    for person, row in (
        (deputy, version(ready, deputy)),
        (ready.room.teacher, version(ready, ready.room.teacher)),
        (None, version(ready, head)),
        (head, version(ready, ready.room.lead)),
        (head, version(ready, head, version=900)),
        (head, version(ready, head, school=factories.school("Another"))),
    ):
        assert is_refused(person, role, *insert(row))


@BOTH
def test_nobody_else_puts_a_paper_under_a_version(ready: Place, role: str):
    paper = NoticePaper(notice=published(ready), content=b"%PDF", made_at=timezone.now())
    assert tried(ready.room.headteacher, role, *insert(paper)) == 1
    for person in (None, ready.room.deputy, ready.room.teacher):
        assert is_refused(person, role, *insert(paper))
    # The machine names its task, and `worker` alone signs for one.
    assert tried(None, "worker", *insert(paper), task="privacy notices") == 1


@BOTH
def test_nobody_else_says_what_the_school_says_of_itself(ready: Place, role: str):
    row = NoticeDetails.objects.get()
    change = "UPDATE notice_noticedetails SET {} = 'x@y.example' WHERE id = %s"
    for column in ("officer_email", "office_email", "server"):
        statement, values = change.format(column), [row.pk]
        assert tried(ready.room.headteacher, role, statement, values) == 1
        for person in (None, ready.room.deputy, ready.room.teacher):
            assert is_refused(person, role, statement, values)
    moved = "UPDATE notice_noticedetails SET school_id = %s WHERE id = %s"
    assert is_refused(ready.room.headteacher, role, moved, [factories.school("Another").pk, row.pk])
    other = NoticeDetails(school=factories.school("A third"))
    assert is_refused(ready.room.headteacher, role, *insert(other))
