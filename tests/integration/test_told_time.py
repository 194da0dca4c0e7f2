"""Does the database of a test know the time that the test has set, also after something was taken back?"""

from datetime import datetime

import pytest
import time_machine
from django.db import connection

from tests.factories import SCHOOL_DAY
from tests.matrix.asking import taken_back

pytestmark = pytest.mark.django_db(transaction=True)


def by_the_rules() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.now()")
        return cursor.fetchone()[0]


def test_what_is_taken_back_leaves_the_time_as_it_was_set():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        for _ in range(2):
            with taken_back():
                assert by_the_rules() == SCHOOL_DAY
        assert by_the_rules() == SCHOOL_DAY
    assert by_the_rules() != SCHOOL_DAY
