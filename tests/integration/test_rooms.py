"""Is a room that is laid the same as one that the services make?"""

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from safeguarding.accounts.models import User
from tests import factories, rooms

pytestmark = pytest.mark.django_db
_WRITTEN = "SELECT relname, n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
# Each is another one each time.
_OWN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=school-)[0-9a-f]{12}|(?<=\.)[0-9a-f]{6}(?=\")"
    r"|(?<=\"!)\w{40}|(?<=\"md5\$)[^\"]+"
)


def masked(rows: dict[Any, list[dict[str, Any]]]) -> str:
    """The rows in words, each key by the number of its first mention."""
    numbers: dict[str, str] = {}
    return _OWN.sub(lambda found: numbers.setdefault(found[0], f"<{len(numbers)}>"), json.dumps(list(rows.values())))


def written() -> dict[str, int]:
    """The rows written to each table so far, as the database counts them: also those of tests before this one."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return dict(cursor.fetchall())


def named(room: factories.Staffroom) -> dict[str, str]:
    return {name: getattr(one, "full_name", None) or one.name for name, one in vars(room).items()}


def everything() -> dict[Any, list[dict[str, Any]]]:
    return {model: rooms.rows_of(model) for model in rooms.MODELS}


def factors(room: factories.Staffroom) -> dict[str, list[str]]:
    """The kinds of second factor that each person has."""
    people = {name: one for name, one in vars(room).items() if isinstance(one, User)}
    return {
        name: sorted(Authenticator.objects.filter(user=one).values_list("type", flat=True))
        for name, one in people.items()
    }


@pytest.mark.parametrize("password", [None, factories.PASSWORD])
def test_the_same_rows_as_by_the_services_and_in_no_other_table(password: str | None):
    before, wrote_before = everything(), written()
    assert not before[rooms.School]
    laid = factories.staffroom("Alder Brook Primary School", password=password)
    after_laying = everything()
    made = factories.make_staffroom("Alder Brook Primary School", password=password)
    by_services = {
        model: [row for row in rows if row not in after_laying[model]] for model, rows in everything().items()
    }
    by_laying = {model: [row for row in rows if row not in before[model]] for model, rows in after_laying.items()}
    assert masked(by_laying) == masked(by_services)
    assert named(laid) == named(made)
    assert factors(laid) == factors(made)
    assert User.objects.get(pk=laid.lead.pk).check_password(factories.PASSWORD) is (password is not None)
    changed = {table for table, number in written().items() if number > wrote_before.get(table, 0)}
    models = {*rooms.MODELS} | ({Authenticator} if password else set())
    assert changed == {model._meta.db_table for model in models}


def test_two_rooms_have_nothing_in_common():
    one, other = vars(factories.staffroom()).values(), vars(factories.staffroom()).values()
    assert {thing.pk for thing in one} & {thing.pk for thing in other} == set()
    assert {getattr(thing, "username", thing) for thing in one} & {getattr(t, "username", t) for t in other} == set()
