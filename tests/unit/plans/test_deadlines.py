"""Does each rule ask for its step after what it should, with that outcome alone, and by the right day?"""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.clocks import Due, Unit, add_months, age_on
from safeguarding.demo.days import Days
from safeguarding.plans.deadlines import (
    BEGINNING,
    CONSULTED,
    Duty,
    Rule,
    Which,
    asked_after,
    due_day,
    following,
    law,
    rule_of,
)

CALENDAR = Days(date(2026, 11, 20)).calendar
NO_TERMS = SchoolCalendar(time(8), time(16))
BORN = date(2016, 1, 8)


def steps(kind, after, outcome="", day="2026-03-02", rules=None, **given_):
    """Step to due day of what is asked for."""
    found = asked_after(
        kind, after, outcome, date.fromisoformat(day), law() if rules is None else rules, CALENDAR, born=BORN, **given_
    )
    return {one.rule.step: str(one.due.day) for one in found}


def local(**given_):
    """A rule as a school sets it."""
    row = {
        "code": "local",
        "after": BEGINNING,
        "step": "plan_review",
        "amount": 6,
        "unit": "weeks",
        "duty": "authority",
        "from_day": "2020-01-01",
        "source": "Agreed with the authority",
        "kinds": ["child_in_need_plan"],
    }
    return rule_of(row | given_)


# What a kind asks for after each step, from Monday 2 March 2026: Working Together to Safeguard Children; the Care
# Planning Regulations 2010; the Special Educational Needs and Disability Regulations 2014 (domain reference 2, 12).
# Easter Monday is 6 April; the spring term ends on 2 April, the summer term on 21 July.
ASKED = [
    ("child_in_need", BEGINNING, "", {"acknowledgement": "2026-03-03", "assessment": "2026-05-07"}),
    ("child_in_need", "strategy_discussion", "section_47", {"initial_conference": "2026-03-23"}),
    ("child_in_need", "strategy_discussion", "assessment", {}),
    ("child_in_need", "strategy_discussion", "", {}),
    ("child_in_need", "section_47", "conference", {}),
    ("child_in_need", "assessment", "", {}),
    # The plan is an episode of its own, and asks for what follows.
    ("child_in_need", "initial_conference", "plan", {}),
    ("child_protection", BEGINNING, "", {"core_group": "2026-03-16", "review_conference": "2026-06-02"}),
    ("child_protection", "initial_conference", "plan", {"core_group": "2026-03-16", "review_conference": "2026-06-02"}),
    ("child_protection", "initial_conference", "child_in_need", {}),
    ("child_protection", "initial_conference", "none", {}),
    ("child_protection", "strategy_discussion", "section_47", {}),
    ("child_protection", "core_group", "", {}),
    ("child_protection", "review_conference", "continues", {"review_conference": "2026-09-02"}),
    ("child_protection", "review_conference", "changed", {"review_conference": "2026-09-02"}),
    ("child_protection", "review_conference", "ends", {}),
    (
        "looked_after",
        BEGINNING,
        "",
        {
            "pep": "2026-03-16",
            "care_plan": "2026-03-16",
            "care_review": "2026-03-30",
            "health_assessment": "2026-03-30",
            "sdq": "2027-03-02",
        },
    ),
    ("looked_after", "care_review", "", {"care_review": "2026-06-02"}),
    ("looked_after", "pep", "", {"pep": "2026-07-21"}),
    ("looked_after", "health_assessment", "", {"health_assessment": "2027-03-02"}),
    ("looked_after", "sdq", "", {"sdq": "2027-03-02"}),
    ("looked_after", "missing", "M", {"return_interview": "2026-03-05"}),
    ("looked_after", "return_interview", "", {}),
    ("looked_after", "placement", "", {}),
    ("looked_after", "pathway_review", "", {"pathway_review": "2026-09-02"}),
    ("previously_looked_after", BEGINNING, "", {}),
    ("care_leaver", BEGINNING, "", {"pathway_review": "2026-09-02"}),
    ("care_leaver", "pathway_review", "", {"pathway_review": "2026-09-02"}),
    (
        "ehcp",
        BEGINNING,
        "",
        {"assess_decision": "2026-04-13", "plan_decision": "2026-06-22", "final_plan": "2026-07-20"},
    ),
    ("ehcp", CONSULTED, "", {"consultation": "2026-03-17"}),
    # Complete, decision included, the day before 12 months are over; the meeting is four weeks earlier.
    ("ehcp", "final_plan", "", {"annual_review": "2027-02-01", "review_decision": "2027-03-01"}),
    (
        "ehcp",
        "annual_review",
        "",
        {"annual_review": "2027-02-01", "review_report": "2026-03-16", "review_decision": "2026-03-30"},
    ),
    # Counted from the meeting, which is not given here.
    ("ehcp", "review_decision", "keep", {"review_decision": "None"}),
    ("ehcp", "review_decision", "cease", {}),
    ("missing_from_home", BEGINNING, "", {}),
    ("missing_from_home", "missing", "M", {"return_interview": "2026-03-05"}),
    ("private_fostering", BEGINNING, "", {"notification": "2026-03-03"}),
    ("private_fostering", "notification", "", {"visit": "2026-03-11"}),
    # Local procedure alone gives these a day.
    ("early_help", BEGINNING, "", {}),
    ("child_in_need_plan", BEGINNING, "", {}),
    ("adoption", BEGINNING, "", {}),
]


@pytest.mark.parametrize(("kind", "after", "outcome", "asked"), ASKED)
def test_what_is_asked_for_after_a_step(kind, after, outcome, asked):
    assert steps(kind, after, outcome) == asked


def test_every_rule_of_the_law_stands_in_the_table():
    asked = {(kind, after, step) for kind, after, _, found in ASKED for step in found}
    told_apart = {("ehcp", "review_decision", "amended_plan")}
    told_apart |= {("ehcp", after, "phase_transfer") for after in ("final_plan", "annual_review")}
    rules = {(kind, rule.after, rule.step) for rule in law() if rule.amount > 0 for kind in rule.kinds}
    rules |= {("child_protection", BEGINNING, step) for step in ("core_group", "review_conference")}
    assert asked | told_apart == rules


def test_the_law_has_the_rules_of_the_reference_and_one_local_one():
    assert {rule.code for rule in law()} == {f"D{n:02}" for n in (*range(2, 12), *range(19, 32))} | {"L04"}
    keys = [(r.code, r.after, r.which, r.step, r.age_from, r.age_below, r.from_day) for r in law()]
    assert len(set(keys)) == len(keys)
    assert all(rule.source and (rule.amount > 0 or rule.code == "L04") for rule in law())
    # Its days are local (domain reference 12).
    assert "plan_review" not in {rule.step for rule in law()}
    assert {rule.step for rule in law() if rule.duty == Duty.SCHOOL} == {
        "consultation",
        "annual_review",
        "review_report",
        "notification",
        "school_report",
    }


def test_what_was_not_read_in_its_source_is_to_be_confirmed():
    unread = {
        ("D05", "core_group"),
        ("D05", "review_conference"),
        ("D06", "review_conference"),
        ("D07", "health_assessment"),
        ("D09", "pep"),
        # Whether later periods run from the meeting.
        ("D11", "annual_review"),
        ("D11", "review_decision"),
        ("D20", "return_interview"),
        ("D24", "consultation"),
        ("D25", "review_report"),
        ("D27", "pathway_review"),
        ("D31", "notification"),
        ("L04", "school_report"),
    }
    assert {(rule.code, rule.step) for rule in law() if "to be confirmed" in rule.source} == unread


def test_each_step_and_kind_is_one_that_there_is():
    kinds = pytest.importorskip("safeguarding.plans.kinds")
    for rule in law():
        for kind in rule.kinds:
            assert rule.step in kinds.EPISODES[kind].steps
        assert rule.after in (BEGINNING, CONSULTED, *kinds.STEPS)


def test_the_second_review_is_within_three_months_and_later_ones_within_six():
    assert [steps("looked_after", "care_review", nth=nth)["care_review"] for nth in (1, 2, 3)] == [
        "2026-06-02",
        "2026-09-02",
        "2026-09-02",
    ]


def test_an_amended_plan_is_counted_from_the_meeting():
    meeting = {"annual_review": date(2026, 6, 24)}
    amended = {"amended_plan": "2026-09-16", "review_decision": "2027-06-23"}
    assert steps("ehcp", "review_decision", "amend", "2026-07-10", earlier=meeting) == amended
    assert steps("ehcp", "review_decision", "cease", "2026-07-10", earlier=meeting) == {}
    found = asked_after("ehcp", "review_decision", "amend", date(2026, 7, 10), law(), CALENDAR)
    [asked] = [one for one in found if one.rule.step == "amended_plan"]
    assert (asked.counted_from, asked.due.day) == (None, None)
    assert asked.due.missing == "The day from which this is counted is not recorded here."


# The sixth month's day, a year for those who are 5 on it.
HEALTH = [
    ("a day before five at the sixth month", "2020-12-08", "2025-06-07", "2025-12-07"),
    ("five on the sixth month's day", "2020-12-08", "2025-06-08", "2026-06-08"),
    ("five already", "2020-12-08", "2026-08-21", "2027-08-21"),
    ("an infant", "2026-01-10", "2026-08-31", "2027-02-28"),
    ("born on a leap day, not yet five on 28 February", "2020-02-29", "2024-08-28", "2025-02-28"),
    ("born on a leap day, five on 1 March", "2020-02-29", "2024-09-01", "2025-09-01"),
]


@pytest.mark.parametrize(("born", "held", "due"), [row[1:] for row in HEALTH], ids=[row[0] for row in HEALTH])
def test_health_assessments_are_half_yearly_before_five(born, held, due):
    [asked] = asked_after(
        "looked_after",
        "health_assessment",
        "",
        date.fromisoformat(held),
        law(),
        CALENDAR,
        born=date.fromisoformat(born),
    )
    assert str(asked.due.day) == due


@given(st.dates(date(2008, 1, 1), date(2026, 1, 1)), st.dates(date(2012, 1, 1), date(2026, 12, 31)))
@example(date(2020, 2, 29), date(2024, 8, 31))
def test_one_health_assessment_is_asked_for_whatever_the_age(born, held):
    [asked] = asked_after("looked_after", "health_assessment", "", held, law(), CALENDAR, born=born)
    assert asked.due.day == add_months(held, 6 if age_on(born, add_months(held, 6)) < 5 else 12)


@given(st.dates(date(2008, 1, 1), date(2026, 1, 1)), st.dates(date(2012, 1, 1), date(2026, 12, 31)))
def test_a_questionnaire_waits_for_the_first_anniversary_from_four_to_sixteen(born, begun):
    asked = asked_after("looked_after", BEGINNING, "", begun, law(), CALENDAR, born=born)
    days = [one.due.day for one in asked if one.rule.step == "sdq"]
    ages = [(add_months(begun, 12 * n), age_on(born, add_months(begun, 12 * n))) for n in range(1, 20)]
    assert days == [day for day, age in ages if age >= 4][:1] * (ages[0][1] < 17)


def test_without_a_date_of_birth_it_is_said_to_be_missing():
    [asked] = asked_after("looked_after", "health_assessment", "", date(2026, 3, 2), law(), CALENDAR)
    assert asked.due == Due(missing="The child’s date of birth is not known.")


def test_without_terms_and_past_the_known_holidays_it_says_what_is_missing():
    [pep] = asked_after("looked_after", "pep", "", date(2026, 3, 2), law(), NO_TERMS, born=BORN)
    assert pep.due == Due(missing="The school’s term dates are not set.")
    asked = asked_after("child_in_need", BEGINNING, "", date(2027, 12, 20), law(), CALENDAR, born=BORN)
    assert {one.rule.step: bool(one.due.day) for one in asked} == {"acknowledgement": True, "assessment": False}


def test_a_new_rule_leaves_earlier_days_alone():
    [old] = [rule for rule in law() if rule.code == "D04"]
    old = replace(old, until_day=date(2026, 12, 31))
    new = replace(old, amount=10, from_day=date(2027, 1, 1), until_day=None)
    for day, due in (("2026-12-31", "2027-01-22"), ("2027-01-04", "2027-01-18"), ("2018-07-03", None)):
        asked = steps("child_in_need", "strategy_discussion", "section_47", day, rules=[old, new])
        assert asked == ({"initial_conference": due} if due else {})


def test_the_rule_of_the_day_from_which_is_counted_holds():
    [old] = [rule for rule in law() if rule.step == "amended_plan"]
    new = replace(old, amount=10, from_day=date(2026, 7, 1))
    old = replace(old, until_day=date(2026, 6, 30))
    for meeting, amount in ((date(2026, 6, 24), 12), (date(2026, 7, 1), 10)):
        [rule] = following(
            "ehcp", "review_decision", "amend", date(2026, 7, 10), [old, new], earlier={"annual_review": meeting}
        )
        assert rule.amount == amount


def test_a_report_is_counted_back_from_the_day_for_which_a_conference_is_booked():
    report = local(
        after="review_conference",
        step="school_report",
        amount=-3,
        unit="working_days",
        duty="school",
        kinds=["child_protection"],
    )
    rules = (*law(), report)
    booked = steps("child_protection", "review_conference", "", "2026-04-09", rules=rules, booked=True)
    assert booked == {"school_report": "2026-04-02"}
    held = steps("child_protection", "review_conference", "continues", "2026-04-09", rules=rules)
    assert held == {"review_conference": "2026-10-09"}


@pytest.mark.parametrize("kind", ["child_in_need", "child_protection"])
@pytest.mark.parametrize("conference", ["initial_conference", "review_conference"])
def test_the_report_is_due_a_working_day_before_where_the_school_says_nothing(kind, conference):
    # A Tuesday after Easter Monday: Thursday before Good Friday.
    for on, due in (("2026-04-09", "2026-04-08"), ("2026-04-07", "2026-04-02"), ("2026-12-29", "2026-12-24")):
        assert steps(kind, conference, "", on, booked=True) == {"school_report": due}
    own = replace(
        local(after=conference, step="school_report", amount=-3, unit="working_days", duty="school", kinds=[kind]),
        code="L04",
        from_day=date(2026, 4, 1),
    )
    shorter = replace(own, amount=-1, unit=Unit.DAYS)
    # What the school sets takes its place, whether it gives more time or less, and for as long as it holds.
    for rules, due in (((*law(), own), "2026-04-02"), ((shorter, *law()), "2026-04-08")):
        assert steps(kind, conference, "", "2026-04-09", rules=rules, booked=True) == {"school_report": due}
    ended = replace(own, until_day=date(2026, 4, 8))
    assert steps(kind, conference, "", "2026-04-09", rules=(*law(), ended), booked=True) == {
        "school_report": "2026-04-08"
    }


def test_of_two_rules_for_one_step_the_earlier_day_holds():
    sooner = local(
        after="initial_conference", step="core_group", amount=5, unit="working_days", kinds=["child_protection"]
    )
    later = replace(sooner, amount=20)
    for rules in ((sooner, *law()), (*law(), sooner), (later, sooner, *law())):
        assert steps("child_protection", BEGINNING, rules=rules)["core_group"] == "2026-03-09"
    assert steps("child_protection", BEGINNING, rules=(later, *law()))["core_group"] == "2026-03-16"


def test_a_school_may_count_from_the_beginning_of_a_plan():
    rule = local(kinds=["child_protection"], step="school_report", amount=4)
    assert steps("child_protection", BEGINNING, rules=[rule]) == {"school_report": "2026-03-30"}
    assert steps("child_protection", "initial_conference", "plan", rules=[rule]) == {}


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": -1, "age_from": 4}])
def test_a_limit_that_cannot_be_counted_is_refused(wrong):
    with pytest.raises(ValueError, match="one unit at least"):
        local(**wrong)
    assert local(amount=-1).amount == -1


def test_a_row_becomes_a_rule():
    assert local(until_day="2026-12-31", which="later", age_from=4, counted_from="pep", outcome="a b") == Rule(
        code="local",
        after=BEGINNING,
        outcome="a b",
        step="plan_review",
        amount=6,
        unit=Unit.WEEKS,
        age_from=4,
        age_below=None,
        duty=Duty.AUTHORITY,
        from_day=date(2020, 1, 1),
        until_day=date(2026, 12, 31),
        source="Agreed with the authority",
        kinds=("child_in_need_plan",),
        which=Which.LATER,
        counted_from="pep",
    )


def test_a_child_who_is_too_old_is_asked_for_nothing():
    [rule] = [rule for rule in law() if rule.code == "D28" and rule.after == "sdq"]
    assert due_day(rule, date(2026, 3, 2), CALENDAR, date(2010, 3, 2)) == Due()
    assert asked_after("looked_after", "sdq", "", date(2026, 3, 2), law(), CALENDAR, born=date(2010, 3, 2)) == ()
    assert due_day(rule, date(2026, 3, 2), CALENDAR, date(2010, 3, 3)) == Due(date(2027, 3, 2))
