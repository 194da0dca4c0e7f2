"""Is the privacy notice that the practice school has published true on the day on which the school is laid?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from safeguarding.accounts.models import School
from safeguarding.privacy_notice import Asked
from sharing.notice.models import PrivacyNotice
from sharing.notice.services.drafting import drafted, lines_of
from sharing.notice.services.health import health_of
from sharing.notice.services.telling import promised

pytestmark = pytest.mark.django_db

# What the school has still to look at: laws and editions that nobody has read, and the paper, which the worker makes.
OPEN = {"Guidance is the edition in force", "Legal reasons are confirmed", "It can be read on paper"}


def test_what_it_published_is_true(school: School) -> None:
    """On that day: a law that changes afterwards makes any notice out of date."""
    notice = PrivacyNotice.objects.get(school=school)
    asked = Asked(school, notice.published_at + timedelta(days=2), notice.published_by)
    assert {one.title: one.wrong for one in health_of(asked) if one.wrong and one.title not in OPEN} == {}
    assert promised(notice, at=timezone.now()) == []
    assert drafted(asked).sections == notice.sections


def test_it_names_its_authority_its_page_about_rights_and_everybody_who_handles_records(school: School) -> None:
    said = [line for _, line in lines_of(PrivacyNotice.objects.get(school=school).sections)]
    for line in (
        "Stockport Metropolitan Borough Council",
        "More about your rights: https://saltmarshlane.example/your-rights",
        "Office",
        "Chair of governors",
        "Data protection officer",
        "Everybody who can open a record signs in with a second factor beside the password.",
    ):
        assert line in said, line
