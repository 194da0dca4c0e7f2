"""A row of which few columns were read is the same row: the others are read when they are asked for, and none is lost
in a save.
"""

import pytest

from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern
from tests import factories

pytestmark = pytest.mark.django_db


def test_what_was_left_out_is_read_when_it_is_asked_for(django_assert_num_queries):
    whole = factories.concern(factories.staffroom())
    with django_assert_num_queries(1):
        row = Concern.objects.only("year", "number", "school").get(pk=whole.pk)
        assert row.reference == whole.reference
    assert "status" in row.get_deferred_fields()
    assert not row._state.adding
    assert row == whole
    with django_assert_num_queries(1):
        assert row.status == whole.status
    with django_assert_num_queries(1):
        assert row.school == whole.school


def test_a_save_writes_what_was_changed_and_nothing_that_was_not_read():
    cast = factories.staffroom()
    row = User.objects.only("first_name").get(pk=cast.teacher.pk)
    row.first_name = "Ada"
    row.save()
    after = User.objects.get(pk=cast.teacher.pk)
    assert (after.first_name, after.last_name, after.username) == ("Ada", cast.teacher.last_name, cast.teacher.username)
