"""Which passwords are refused?"""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from safeguarding.accounts.models import User

PERSON = User(username="p.raman", first_name="Priya", last_name="Raman", email="priya.raman@example.sch.uk")


def refused(password, user=PERSON):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password_too_short"),
        ("x9" * 65, "password_too_long"),
        ("password1234", "password_too_common"),
        ("123456789012", "password_too_common"),
        ("qwertyuiop12", "password_too_common"),
        ("P@ssw0rd1234", "password_too_common"),
        ("iloveyou2024", "password_too_common"),
        ("aaaaaaaaaaaaaaaa", "password_too_common"),
        ("harbour-2026!", "password_too_similar"),
        ("S4feguarding!1", "password_too_similar"),
        ("PriyaRaman2026", "password_too_similar"),
        ("p.raman-school1", "password_too_similar"),
    ],
)
def test_what_thieves_try_first_and_our_own_words_are_refused(password, code):
    assert code in refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "kettle orchard nine bells",
        "harbour-lights-at-night",
        "tractor-violin-moss",
        "Zq8#vT2!pLw9",
        "пирог-окно-сирень-7",
        ("ocean violin " * 10)[:128],
    ],
)
def test_any_characters_and_any_length_up_to_128_are_taken(password):
    assert refused(password) == set()


@pytest.mark.django_db
def test_the_name_of_ones_own_school_is_one_of_our_words():
    from tests import factories

    person = factories.member(factories.school("Saltmarsh Lane Primary School"), "teacher")
    assert refused("saltmarsh-lane-42", person) == {"password_too_similar"}
    assert refused("saltmarsh-lane-42", PERSON) == set()
