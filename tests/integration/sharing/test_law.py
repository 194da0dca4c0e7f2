"""Are the lists that Harbour brings whole, and when is a file due?"""

from datetime import date

import pytest
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import GuidanceEdition
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from sharing.events.models import LegalReason, Recipient
from sharing.events.services import law
from sharing.events.services.reference import load_law
from tests.integration.sharing.conftest import Place

pytestmark = pytest.mark.django_db


def test_the_lists_are_loaded_once_and_corrected(place: Place):
    assert (load_law(), load_editions()) == (0, 0)
    LegalReason.objects.filter(code="fgm").update(title="Something else")
    GuidanceEdition.objects.filter(code="wt_2023").update(source="Somebody said so")
    assert (load_law(), load_editions()) == (1, 1)
    assert LegalReason.objects.get(code="fgm").title == "Female genital mutilation"


def test_every_reason_has_its_law_and_every_test_its_questions(place: Place):
    for row in LegalReason.objects.all():
        row.full_clean()
        assert all({"key", "asks", "takes"} <= set(question) for question in row.questions), row.code
        if "paragraph 18" in row.condition and row.code not in ("fgm", "police", "officer", "dbs", "cda1998_115"):
            assert "no_consent" in {question["key"] for question in row.questions} or not row.article9, row.code
    [police] = LegalReason.objects.filter(code="police")
    asked = {question["key"] for question in police.questions}
    assert asked == {"officer", "crime_reference", "necessity", "call_back"}


def test_everybody_of_the_notice_is_there_from_the_start_unchecked(place: Place):
    rows = list(Recipient.objects.filter(school=None))
    assert {item for row in rows for item in row.items} == set(range(43, 54))
    assert {"police", "court", "officer"} <= {row.code for row in rows}
    assert not any(row.is_checked for row in rows)


def test_a_file_is_due_in_school_days_and_says_what_is_missing(place: Place):
    held = law.transfer_time(place.school.pk, date(2026, 10, 9))
    calendar = SchoolCalendar.of(place.school.pk)
    warned, due = law.due_by(held, date(2026, 10, 9), calendar)
    if calendar.terms:
        assert (warned.day, due.day) == (date(2026, 10, 14), date(2026, 10, 16))
    else:
        assert due.missing == "The school’s term dates are not set."
    own = law.set_transfer_time(
        school=place.school, token=uuid7(), amount=10, warn_after=5, unit="days", source="Agreed", by=place.room.lead
    )
    assert law.transfer_time(place.school.pk, timezone.localdate()) == own
    assert law.due_by(own, date(2026, 10, 9), calendar)[1].day == date(2026, 10, 19)


def test_only_who_manages_the_school_confirms_and_only_what_is_open(place: Place):
    given = {"school": place.school, "token": uuid7(), "read_in": "SI 2026/901", "from_day": date(2026, 9, 30)}
    with pytest.raises(NotAllowed):
        law.confirm_law(code="ca2004_16la", by=place.room.deputy, **given)
    with pytest.raises(BadInput, match="Choose what you have read"):
        law.confirm_law(code="ca1989_47", by=place.room.lead, **given)
    made = law.confirm_law(code="ca2004_16la", by=place.room.lead, **given)
    later = law.confirm_law(
        code="ca2004_16la",
        by=place.room.lead,
        **given | {"token": uuid7(), "from_day": date(2030, 1, 1)},
    )
    made.refresh_from_db()
    assert made.ended_at is not None
    [reason] = [one for one in law.reasons_at(place.school.pk, date(2026, 11, 1)) if one.row.code == later.code]
    assert reason.is_open, "it is not in force yet"
