"""The sign-in page offers one person for each role in practice, and nobody otherwise."""

import pytest
from django.urls import reverse

from safeguarding.demo.people import sign_ins

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("demo", [True, False])
def test_people_are_offered_in_practice_only(client, settings, demo):
    settings.DEMO = demo
    page = client.get(reverse("account_login")).content.decode()
    assert ("Practice sign-ins" in page) is demo
    for person in sign_ins():
        assert (f'value="{person.username}"' in page) is demo
