"""A role gives rights from its first day to its last, at its own school, to an active person, and to nobody else."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from safeguarding.accounts.permissions import Rights, colleagues, people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import add_person, on_duty, record_absence
from safeguarding.exceptions import BadInput
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("starts", "ends", "allowed"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY + timedelta(days=1), None, False),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), False),
    ],
)
def test_a_role_counts_from_its_first_day_to_its_last(starts, ends, allowed):
    school, user = factories.school(), factories.person()
    factories.give_role(user=user, school=school, role_key="lead", starts_on=starts, ends_on=ends)
    assert Rights(user, TODAY).may(Capability.VIEW_CONCERNS, school.pk) is allowed


def test_a_role_counts_at_its_own_school_only():
    here, there = factories.school(), factories.school("Gorse Hill Academy")
    lead = factories.member(here, "lead")
    assert Rights(lead, TODAY).may(Capability.VIEW_CONCERNS, here.pk)
    assert not Rights(lead, TODAY).may(Capability.VIEW_CONCERNS, there.pk)


def test_a_person_with_two_roles_has_what_either_gives_and_works_in_the_further_reaching_one():
    school = factories.school()
    user = factories.member(school, "teacher")
    factories.give_role(user=user, school=school, role_key="deputy_lead", starts_on=TODAY)
    assert Rights(user, TODAY).may(Capability.DECIDE_CONCERNS, school.pk)
    assert Rights(user, TODAY).held[0].role.key == "deputy_lead"


def test_a_deactivated_person_has_no_rights_however_many_roles():
    lead = factories.member(factories.school(), "lead")
    assert Rights(lead, TODAY).held
    lead.is_active = False
    assert not Rights(lead, TODAY).held


def test_who_has_no_role_today_opens_no_page(client):
    """Not even the pages that are for everybody who is signed in."""
    nobody = factories.person()
    client.force_login(nobody)
    for address in (reverse("inbox"), reverse("my_actions")):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "You have no role at a school in Harbour today." in answer.content.decode()
    factories.give_role(user=nobody, school=factories.school(), role_key="teacher", starts_on=factories.LONG_AGO)
    assert client.get(reverse("inbox")).status_code == 200


def test_a_user_name_is_taken_in_any_spelling_of_upper_and_lower_case():
    add_person(username="p.raman", first_name="Priya", last_name="Raman")
    with pytest.raises(BadInput, match=r"P\.Raman is taken"):
        add_person(username="P.Raman", first_name="Peter", last_name="Raman")


def test_calls_go_to_who_is_in():
    cast = factories.staffroom()
    assert on_duty(cast.school.pk, on=TODAY) == [cast.lead, cast.deputy, cast.headteacher]
    record_absence(user=cast.lead, starts_on=TODAY, ends_on=TODAY, by=cast.lead, at=factories.SCHOOL_DAY)
    assert on_duty(cast.school.pk, on=TODAY) == [cast.deputy, cast.headteacher]
    for person in (cast.deputy, cast.headteacher):
        record_absence(user=person, starts_on=TODAY, ends_on=TODAY, by=cast.lead, at=factories.SCHOOL_DAY)
    assert on_duty(cast.school.pk, on=TODAY) == []


def test_colleagues_and_readers_are_those_of_the_school():
    cast, other = factories.staffroom(), factories.staffroom("Gorse Hill Academy")
    assert set(colleagues(cast.school.pk, TODAY)).isdisjoint(colleagues(other.school.pk, TODAY))
    assert set(people_with(Capability.VIEW_CONCERNS, cast.school.pk, TODAY)) == {
        cast.lead,
        cast.deputy,
        cast.headteacher,
    }
