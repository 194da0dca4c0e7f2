"""What does a decided concern wait for? One row for each thing, for what is late, and for what settles it."""

from datetime import date, datetime, timedelta

import pytest

from safeguarding.accounts.calendar import LONDON
from safeguarding.concerns.models import Agency, Decision
from safeguarding.concerns.services.waiting import ASKS, IN_SENTENCE, Facts, Need, Sent, asked_outside, waits_for

# A Tuesday, 10 in the morning.
NOW = datetime(2026, 11, 24, 10, tzinfo=LONDON)
TODAY, DAY, HOUR = NOW.date(), timedelta(days=1), timedelta(hours=1)
REFERRED = ("child_protection", "child_in_need", "police", "channel")
TOLD = ("social_worker", "lado")


def facts(kind="monitor", **given):
    """Logged yesterday and decided an hour ago, as a new referral, where nothing else is said."""
    usual = {"is_new": True, "decided_at": NOW - HOUR, "opened_at": NOW - DAY}
    return Facts(kind=kind, **usual | given)


def sent(agency="social_care", status="waiting", at=NOW, by=TODAY + DAY):
    return Sent(agency, status, at, by)


def now(given):
    found = waits_for(given, at=NOW)
    return found.label, found.sub


OPEN = ("Still open", "no day for a review")
REFER, POLICE = ("Make the referral", "to social care"), ("Make the referral", "to the police")
MEETING = (NOW + 2 * DAY, "core_group")
HELD, ANSWER = (
    ("Say if it was held", "Safeguarding meeting in school, 9am"),
    ("Waiting for social care", "due tomorrow"),
)
EARLIER = sent("police", "answered", NOW - 2 * HOUR)
LATE_ANSWER = sent(by=TODAY - 2 * DAY)
TABLE = [
    # What goes outside, until it is on record.
    ("section 47", facts("child_protection"), REFER),
    ("section 17", facts("child_in_need"), REFER),
    ("police", facts("police"), POLICE),
    ("Channel", facts("channel"), ("Make the referral", "to Prevent or Channel")),
    ("social worker", facts("social_worker"), ("Tell the social worker", "not on record yet")),
    ("LADO", facts("lado"), ("Tell the LADO", "not on record yet")),
    ("early help goes with the family", facts("early_help"), OPEN),
    # What settles it, and what does not.
    ("referred", facts("child_protection", referrals=[sent()]), ("Waiting for social care", "due tomorrow")),
    ("to another agency", facts("child_protection", referrals=[sent("health", "answered")]), REFER),
    ("withdrawn", facts("child_protection", referrals=[sent(status="withdrawn")]), REFER),
    ("a conversation is no referral", facts("police", contacts=[("police", NOW)]), POLICE),
    ("a conversation tells the LADO", facts("lado", contacts=[("lado", NOW)]), OPEN),
    ("so does a referral", facts("lado", referrals=[sent("lado", "answered")]), OPEN),
    ("with somebody else", facts("lado", contacts=[("health", NOW)]), ("Tell the LADO", "not on record yet")),
    # Since when it counts.
    ("before a new one", facts("police", referrals=[EARLIER]), POLICE),
    (
        "before the decision, of a case that is open",
        facts("police", is_new=False, referrals=[EARLIER]),
        OPEN,
    ),
    (
        "before it was opened again",
        facts("police", is_new=False, opened_at=NOW - HOUR, referrals=[EARLIER]),
        POLICE,
    ),
    # Each before the next.
    (
        "answer before meeting",
        facts(referrals=[sent()], meetings=[MEETING]),
        ("Waiting for social care", "due tomorrow"),
    ),
    (
        "of two the first",
        facts(referrals=[sent(by=TODAY + 9 * DAY), sent("camhs")]),
        ("Waiting for CAMHS", "due tomorrow"),
    ),
    ("answered", facts(referrals=[sent(status="answered")]), OPEN),
    (
        "meeting before actions",
        facts(meetings=[MEETING], actions=[TODAY]),
        ("Meeting on 26 November", "Core group, 10am"),
    ),
    (
        "a meeting of yesterday",
        facts(meetings=[(NOW - DAY, "core_group"), MEETING], review_on=TODAY + DAY),
        ("Say if it was held", "Core group, 23 November"),
    ),
    ("one that has begun", facts(meetings=[(NOW - HOUR, "school"), MEETING]), HELD),
    ("one that begins now", facts(meetings=[(NOW, "core_group")]), ("Say if it was held", "Core group, 10am")),
    (
        "one later today",
        facts(meetings=[(NOW + HOUR, "school")]),
        ("Meeting on 24 November", "Safeguarding meeting in school, 11am"),
    ),
    ("an answer before one that has begun", facts(referrals=[sent()], meetings=[(NOW - HOUR, "school")]), ANSWER),
    ("actions before the review", facts(actions=[TODAY, TODAY + DAY], review_on=TODAY), ("Action", "2 to do")),
    ("review", facts(review_on=TODAY + DAY), ("Watching until 25 November", "then look at it again")),
    ("review of today", facts(review_on=TODAY), ("Review due", "today")),
    ("nothing", facts(), OPEN),
    # What is late comes first.
    ("late review", facts(meetings=[MEETING], review_on=TODAY - DAY), ("Review due", "since 23 November")),
    (
        "a meeting of yesterday before a late action",
        facts(referrals=[sent()], meetings=[(NOW - DAY, "core_group")], actions=[TODAY - DAY]),
        ("Say if it was held", "Core group, 23 November"),
    ),
    ("late action", facts(referrals=[sent()], actions=[TODAY - DAY, TODAY]), ("Action", "2 to do, 1 late")),
    ("late answer", facts("police", referrals=[LATE_ANSWER]), ("Waiting for social care", "2 days late")),
    (
        "of what is late the first again",
        facts("police", decided_at=NOW - DAY, referrals=[LATE_ANSWER], actions=[TODAY - DAY]),
        ("Make the referral", "to the police, decided 23 November"),
    ),
]


@pytest.mark.parametrize(("given", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_concern_waits_for(given, said):
    assert now(given) == said


@pytest.mark.parametrize("kind", Decision.Kind.values)
def test_only_word_to_an_agency_is_urgent(kind):
    found = waits_for(facts(kind), at=NOW)
    assert found.is_urgent == (kind in (*REFERRED, *TOLD))
    assert found.tone == ("bad" if found.is_urgent else "ok")
    assert (kind in ASKS) == (asked_outside(facts(kind)) is not None)


def test_each_kind_of_decision_outside_asks_for_word_to_its_agency():
    assert set(ASKS) == set(Decision.OUTSIDE) == {*REFERRED, *TOLD}
    assert {kind for kind, asks in ASKS.items() if asks.by_contact} == set(TOLD)
    assert set(IN_SENTENCE) == set(Agency.values)


@pytest.mark.parametrize("kind", [*REFERRED, *TOLD])
def test_word_is_late_from_the_day_after_the_decision(kind):
    assert not waits_for(facts(kind), at=NOW).is_late
    late = waits_for(facts(kind, decided_at=NOW - DAY), at=NOW)
    assert late.is_late
    assert late.sub.endswith("decided 23 November")


@pytest.mark.parametrize(("before", "tone"), [(HOUR, "ok"), (DAY, "warn")])
def test_a_meeting_of_which_nobody_said_whether_it_was_held_is_late_the_day_after(before, tone):
    found = waits_for(facts(meetings=[(NOW - before, "school")]), at=NOW)
    assert (found.need, found.brief, found.tone) == (Need.MEETING, "Say if it was held", tone)
    assert found.is_late == (before == DAY)


def test_a_list_says_it_in_one_line():
    briefs = [
        waits_for(given, at=NOW).brief
        for given in (
            facts("child_protection"),
            facts(referrals=[LATE_ANSWER]),
            facts(meetings=[MEETING]),
            facts(actions=[TODAY]),
            facts(review_on=date(2026, 12, 1)),
            facts(),
        )
    ]
    assert briefs == [
        "Make the referral",
        "Waiting for social care, late",
        "Meeting on 26 November",
        "1 to do",
        "Watching until 1 December",
        "Still open",
    ]
    assert waits_for(facts(), at=NOW).need == Need.NOTHING
