"""Is every date of a request the one that the law gives, however its steps were recorded?"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.clocks import Due, Unit, count
from safeguarding.working_days import bank_holidays
from sharing.requests.dates import Dates, reckon

TERMS = (
    (date(2026, 9, 2), date(2026, 10, 23)),
    (date(2026, 11, 2), date(2026, 12, 18)),
    (date(2027, 1, 4), date(2027, 2, 12)),
)
CALENDAR = SchoolCalendar(time(8), time(16), TERMS)


@dataclass(frozen=True)
class Said:
    kind: str
    happened_on: date
    withdrawn_at: object = None


@dataclass(frozen=True)
class For:
    amount: int
    law: str = "UK GDPR Articles 12(3) and 12A"
    to_confirm: bool = False


TIMES = {
    "reply": For(1),
    "extension": For(2),
    "target": For(28),
    "record": For(15, "SI 2005/1437, regulation 5"),
    "acknowledge_complaint": For(29, "Data Protection Act 2018, section 164A"),
    "warn_complaint": For(20),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def steps(*told: str) -> list[Said]:
    """Each as "kind 2026-09-10"."""
    return [Said(kind, day(on)) for kind, on in (one.split() for one in told)]


def school_days(start: date, amount: int) -> Due:
    return count(start, amount, Unit.SCHOOL_DAYS, CALENDAR)


def reckoned(received: str, *told: str, some: Any = None, **other: Any) -> Dates:
    return reckon(day(received), some or steps(*told), TIMES, bank_holidays, school_days, **other)


# Domain reference 5.5.
@pytest.mark.parametrize(
    ("received", "told", "due"),
    [
        ("2027-01-31", (), "2027-03-01"),
        ("2026-09-03", (), "2026-10-05"),
        ("2026-09-03", ("clarification_asked 2026-09-10", "clarification_given 2026-09-14"), "2026-10-08"),
        ("2026-11-30", ("extended 2026-12-14",), "2027-03-01"),
        ("2024-11-25", (), "2024-12-27"),
    ],
)
def test_the_examples_of_the_law(received: str, told: tuple[str, ...], due: str) -> None:
    assert reckoned(received, *told).due_on == day(due)


_ID = ("identity_asked 2026-09-03", "identity_seen 2026-09-09")


# Requests of a school as somebody else reckoned them: begin, days that do not count, due, aim, last day to extend.
@pytest.mark.parametrize(
    ("right", "received", "told", "expected"),
    [
        ("access", "2026-09-03", (), ("2026-09-03", 0, "2026-10-05", "2026-10-01", "2026-10-03")),
        (
            "access",
            "2026-09-03",
            (*_ID, "clarification_asked 2026-09-10", "clarification_given 2026-09-14"),
            ("2026-09-09", 5, "2026-10-14", "2026-10-07", "2026-10-14"),
        ),
        ("access", "2026-10-12", (), ("2026-10-12", 0, "2026-11-12", "2026-11-09", "2026-11-12")),
        ("access", "2026-10-31", (), ("2026-10-31", 0, "2026-11-30", "2026-11-28", "2026-11-30")),
        (
            "access",
            "2026-11-30",
            ("clarification_asked 2026-12-01", "extended 2026-12-14"),
            ("2026-11-30", 0, None, "2026-12-28", None),
        ),
        ("access", "2027-01-31", (), ("2027-01-31", 0, "2027-03-01", "2027-02-28", "2027-02-28")),
        ("rectify", "2026-10-05", (), ("2026-10-05", 0, "2026-11-05", "2026-11-02", "2026-11-05")),
        ("erase", "2026-10-19", (), ("2026-10-19", 0, "2026-11-19", "2026-11-16", "2026-11-19")),
        ("restrict", "2026-11-02", (), ("2026-11-02", 0, "2026-12-02", "2026-11-30", "2026-12-02")),
        ("object", "2026-11-09", (), ("2026-11-09", 0, "2026-12-09", "2026-12-07", "2026-12-09")),
        ("access", "2026-11-16", (), ("2026-11-16", 0, "2026-12-16", "2026-12-14", "2026-12-16")),
        ("object", "2026-11-17", (), ("2026-11-17", 0, "2026-12-17", "2026-12-15", "2026-12-17")),
    ],
)
def test_the_requests_of_a_school(right: str, received: str, told: tuple[str, ...], expected: Any) -> None:
    found = reckoned(received, *told, right=right)
    days = (found.start, found.paused_days, found.due_on, found.target_on, found.extend_by)
    assert days == tuple(day(one) if isinstance(one, str) else one for one in expected)
    assert found.is_paused == (expected[2] is None)


def test_last_day_beyond_announced_bank_holidays_is_to_be_confirmed() -> None:
    """A day after 31 December 2027 may be a bank holiday that nobody knows of yet: plans say so of theirs too."""
    known = reckoned("2027-11-30")
    assert (known.due_on, known.missing, known.keep_to) == (day("2027-12-30"), "", None)
    beyond = reckoned("2027-12-01")
    assert (beyond.due_on, beyond.keep_to, beyond.is_paused) == (None, day("2028-01-01"), False)
    assert beyond.missing == "Bank holidays after 31 December 2027 are not known yet."
    assert (beyond.answer_by, beyond.next_on) == (day("2028-01-01"), day("2028-01-01")), "reminders follow it"
    said = f"{beyond.missing} So the last day is to be confirmed: keep to 1 January 2028 until it is."
    assert said in beyond.sentences
    assert not any("next working day" in one for one in beyond.sentences)
    assert reckoned("2027-11-30", "extended 2027-12-14").keep_to == day("2028-02-29")
    waits = reckoned("2027-12-01", "clarification_asked 2027-12-06")
    assert (waits.keep_to, waits.is_paused) == (None, True)


def test_waiting_for_proof_there_is_no_date_and_a_proof_nobody_asked_for_moves_none() -> None:
    waits = reckoned("2026-09-03", "identity_asked 2026-09-04")
    assert (waits.start, waits.due_on) == (None, None)
    assert "has not come" in " ".join(waits.sentences)
    assert reckoned("2026-09-03", "identity_seen 2026-09-09").start == day("2026-09-03")


def test_of_a_pause_only_the_days_from_the_beginning_on_count() -> None:
    told = ("identity_asked 2026-09-03", "identity_seen 2026-09-09")
    before = reckoned("2026-09-03", *told, "clarification_asked 2026-09-05", "clarification_given 2026-09-08")
    across = reckoned("2026-09-03", *told, "clarification_asked 2026-09-05", "clarification_given 2026-09-10")
    assert (before.paused_days, across.paused_days) == (0, 2)


def test_a_pause_that_begins_after_the_end_changes_nothing_and_says_so() -> None:
    found = reckoned("2026-09-03", "clarification_asked 2026-10-06")
    assert (found.due_on, found.is_paused) == (day("2026-10-05"), False)
    assert "that changes nothing" in " ".join(found.sentences)


def test_asking_what_is_meant_stops_only_a_request_for_a_copy() -> None:
    told = ("clarification_asked 2026-09-10", "clarification_given 2026-09-14")
    assert reckoned("2026-09-03", *told, right="erase").due_on == day("2026-10-05")


def test_further_time_told_too_late_does_not_count() -> None:
    late, on_the_day = (reckoned("2026-11-30", f"extended {on}") for on in ("2026-12-31", "2026-12-30"))
    assert (late.due_on, late.is_extended) == (day("2026-12-30"), False)
    assert (on_the_day.due_on, on_the_day.is_extended) == (day("2027-03-01"), True)


def test_the_educational_record_has_its_own_date_where_a_maintained_school_was_asked_in_writing() -> None:
    asked = {"wants_record": True, "channel": "letter"}
    assert reckoned("2026-11-16", **asked, maintained=True).record_due_on == day("2026-12-07")
    unknown = reckoned("2026-11-16", **asked)
    assert unknown.record_due_on == day("2026-12-07")
    assert "does not know whether this school is one" in " ".join(unknown.sentences)
    assert reckoned("2026-11-16", **asked, maintained=False).record_due_on is None
    aloud = reckoned("2026-11-16", wants_record=True, channel="spoken", maintained=True)
    assert aloud.record_due_on is None and aloud.due_on == day("2026-12-16")
    assert reckoned("2027-02-10", **asked, maintained=True).sentences[-1].endswith("are not set.")


def test_a_complaint_is_acknowledged_and_has_no_last_day() -> None:
    found = reckoned("2026-11-02", right="complaint")
    assert (found.warn_on, found.acknowledge_by, found.due_on) == (day("2026-11-22"), day("2026-12-01"), None)
    assert found.next_on == day("2026-12-01")
    assert reckoned("2026-11-02", "acknowledged 2026-11-03", right="complaint").next_on is None


def test_each_step_is_said() -> None:
    told = (*_ID, "clarification_asked 2026-09-10", "clarification_given 2026-09-14")
    assert reckoned("2026-09-03", *told, channel="email").sentences == (
        "It was received on 3 September 2026.",
        "Proof of identity was asked for on 3 September 2026 and was seen on 9 September 2026.",
        "So the period begins on 9 September 2026, the latest of these days.",
        "1 month from 9 September 2026 is 9 October 2026 (UK GDPR Articles 12(3) and 12A).",
        "From 10 September to 14 September 2026 the school waited to be told what is meant: 5 days do not count.",
        "5 days added to 9 October 2026 make 14 October 2026.",
        "So the answer is due by 14 October 2026.",
        "If the answer needs two further months, the person is told so, with reasons, by 14 October 2026. Read "
        "strictly the month ends a day earlier: tell them by 13 October 2026.",
        "The school’s own aim is 28 days: 7 October 2026. That is not law.",
    )


KINDS = (
    "identity_asked",
    "identity_seen",
    "fee_asked",
    "fee_paid",
    "clarification_asked",
    "clarification_given",
    "extended",
    "note",
)
RECEIVED = day("2026-09-03")
_told = st.builds(
    Said, st.sampled_from(KINDS), st.integers(0, 60).map(lambda n: RECEIVED + timedelta(n)), st.sampled_from((None, 1))
)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.lists(_told, max_size=9))
def test_neither_the_order_of_recording_nor_what_was_withdrawn_makes_a_difference(data: Any, told: list[Said]) -> None:
    found = reckoned("2026-09-03", some=told or steps())
    assert reckoned("2026-09-03", some=data.draw(st.permutations(told))) == found
    assert reckoned("2026-09-03", some=[one for one in told if one.withdrawn_at is None]) == found
    if found.start and found.due_on:
        assert found.start >= RECEIVED and found.due_on.weekday() < 5
        assert found.due_on > found.start + timedelta(days=27 + found.paused_days)
