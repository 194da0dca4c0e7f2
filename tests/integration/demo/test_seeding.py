"""Making the demo school: the same for the same seed, on any day, and never where a real school stands."""

from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from safeguarding.accounts.models import School
from safeguarding.accounts.services import create_school
from safeguarding.demo.apart import MAIN, SMALL, NotForDemo, NotForReal, ensure_apart
from safeguarding.demo.seeding import seed_demo
from tests import factories
from tests.practice_school import TUESDAY

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def test_only_in_demo_mode(small_data, settings):
    settings.DEMO = False
    with pytest.raises(NotForDemo, match="HARBOUR_DEMO"):
        seed_demo(now=TUESDAY)
    with pytest.raises(CommandError, match="not a practice installation"):
        call_command("seed_demo")
    assert not School.objects.exists()


def test_never_beside_a_real_school(small_data):
    factories.school("Saltmarsh Lane Primary School")

    with pytest.raises(NotForDemo, match="real school"):
        seed_demo(now=TUESDAY)
    assert School.objects.count() == 1


@pytest.mark.parametrize("slug", ["practice-lane-primary", "tarnbeck-hollow-primary-school", "saltmarsh-lane"])
def test_a_school_of_somebodys_own_is_at_home_outside_practice_alone(settings, slug):
    create_school(name="Saltmarsh Lane Primary School", slug=slug)
    settings.DEMO = False
    ensure_apart()
    settings.DEMO = True
    with pytest.raises(NotForDemo, match="HARBOUR_DEMO=false"):
        ensure_apart()


@pytest.mark.parametrize("slug", ["practice-0001", "practice-10000", MAIN, SMALL])
def test_a_practice_school_is_at_home_in_practice_alone(settings, slug):
    create_school(name="Saltmarsh Lane Primary School", slug=slug)
    settings.DEMO = True
    ensure_apart()
    settings.DEMO = False
    with pytest.raises(NotForReal, match="HARBOUR_VAR"):
        ensure_apart()


def test_no_school_is_added_by_hand_to_practice(settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="HARBOUR_DEMO=false"):
        call_command("add_school", "Saltmarsh Lane Primary School")
    assert not School.objects.exists()
