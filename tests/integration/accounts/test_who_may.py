"""Does a refusal name everybody who may do it, and nobody else?"""

from collections.abc import Callable
from typing import Any

import pytest

from safeguarding.accounts.models import School, User
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.accounts.services import GIVERS, MANAGERS, SETTERS, change_school, make_team
from safeguarding.exceptions import NotAllowed
from tests import factories
from tests.factories import LONG_AGO

pytestmark = pytest.mark.django_db


def give_role(school: School, by: User) -> None:
    factories.give_role(user=factories.person(), school=school, role_key="teacher", starts_on=LONG_AGO, by=by)


@pytest.mark.parametrize(
    ("capability", "sentence", "do"),
    [
        (
            Capability.MANAGE_ACCESS,
            MANAGERS,
            lambda school, by: make_team(school=school, title="Nest", kind="year", by=by),
        ),
        (Capability.GIVE_ROLES, GIVERS, give_role),
        (
            Capability.MANAGE_SCHOOL,
            SETTERS,
            lambda school, by: change_school(school=school, by=by, telephone="01632 960100"),
        ),
    ],
    ids=["access", "roles", "settings"],
)
def test_who_is_refused_reads_exactly_whose_roles_may_do_it(
    capability: Capability, sentence: str, do: Callable[[School, User], Any]
) -> None:
    able = set()
    for role in ROLES.values():
        school = factories.school(f"School of the {role.title}")
        person = factories.member(school, role.key)
        if role.may(capability):
            do(school, person)
            able.add(role.title)
        else:
            with pytest.raises(NotAllowed, match=f"^{sentence}$"):
                do(school, person)
    assert {role.title for role in ROLES.values() if f"the {role.title}".lower() in sentence.lower()} == able
    assert "Trust safeguarding lead" in able
