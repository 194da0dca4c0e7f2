"""Are the lists that Harbour brings whole, and when is a file due?"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import GuidanceEdition
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from sharing.events.models import LegalReason, Recipient
from sharing.events.services import checking, law
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
    for police in LegalReason.objects.filter(code="police"):
        asked = {question["key"] for question in police.questions}
        assert asked == {"officer", "crime_reference", "necessity", "call_back"}


CORRECTED = ("ca1989_47", "ca1989_17", "send", "police", "vital_interests")


def test_decision_of_earlier_day_keeps_law_of_that_day(place: Place):
    """Rows are dated: what a corrected one says holds from its day on, and the row before it stays as it was."""
    before, now = (law.laws_on(date(2026, 11, day)) for day in (29, 30))
    assert before.keys() == now.keys()
    assert {code for code, row in now.items() if before[code] != row} == set(CORRECTED)
    assert (before["ca1989_47"].law, before["ca1989_47"].kind) == ("Children Act 1989 section 47(9) to (11)", "duty")
    assert all(now[code].to_confirm and not before[code].to_confirm for code in CORRECTED)


def test_decision_rests_on_no_row_that_has_ended(place: Place):
    ended = LegalReason.objects.get(code="ca1989_47", valid_to=date(2026, 11, 29))
    offered = {code: law.Reason(row, None, date(2026, 11, 30)) for code, row in law.laws_on(date(2026, 11, 30)).items()}
    assert checking.as_offered(ended, offered) is None
    assert checking.as_offered(offered["ca1989_47"].row, offered) == offered["ca1989_47"]


def test_children_act_puts_no_duty_on_school(place: Place):
    """Sections 47(11) and 27(3) name no governing body (domain reference 13)."""
    on = law.laws_on(date(2026, 11, 30))
    for code in ("ca1989_47", "ca1989_17"):
        assert (on[code].kind, on[code].article6) == ("power", "6(1)(e) public task")
        assert "Education Act 2002 section 175" in on[code].law and "academy" in on[code].source
    offered = {one.row.code: one for one in law.reasons_at(place.school.pk, date(2026, 11, 30)) if one.is_offered}
    assert offered["ca1989_47"].kind == "To be confirmed", "it may be given as a reason, and is called no duty"
    assert not {"send", "attendance", "ca2004_16h"} & offered.keys(), "a legal obligation only once it is confirmed"


@pytest.mark.parametrize(("code", "first"), [("attendance", date(2024, 8, 19)), ("ca2004_16h", date(2018, 6, 29))])
def test_no_law_is_offered_before_it_was_in_force(place: Place, code: str, first: date):
    assert code not in law.laws_on(first - timedelta(days=1)) and code in law.laws_on(first)


def test_tests_of_police_and_vital_interests(place: Place):
    on = law.laws_on(date(2026, 11, 30))
    assert on["police"].condition == "Schedule 1 paragraph 10, preventing or detecting unlawful acts"
    [asked] = [one for one in on["vital_interests"].questions if one["key"] == "cannot_consent"]
    assert [key for key, _ in asked["choices"]] == ["physically", "legally"]
    answers = {"danger": "She has stopped breathing."}
    assert list(checking.test_problems(on["vital_interests"], answers)) == ["answer_cannot_consent"]
    assert checking.test_problems(on["vital_interests"], answers | {"cannot_consent": "physically"}) == {}


def test_information_about_offences_names_its_law(place: Place):
    on = law.laws_on(date(2026, 11, 30))
    said = "UK GDPR Article 10; Data Protection Act 2018 section 10(5)"
    assert on["police"].offences == f"{said}, Schedule 1 paragraph 10, preventing or detecting unlawful acts"
    assert on["court_order"].offences == f"{said}, with a condition of Schedule 1 that is to be confirmed"
    assert on["attendance"].offences == ""


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
        law.confirm_law(code="cda1998_115", by=place.room.lead, **given)
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
