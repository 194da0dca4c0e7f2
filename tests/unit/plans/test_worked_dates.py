"""Does each rule reach the day that somebody with a diary and a list of bank holidays writes down?

Every row was counted by hand, and says from where its holidays or its way of counting come. Rules are asked for by
what happened, as the services ask.
"""

from datetime import date

import pytest

from safeguarding.demo.days import Days
from safeguarding.plans.deadlines import BEGINNING, CONSULTED, asked_after, law

CALENDAR = Days(date(2026, 11, 20)).calendar
# Bank holidays of England, as listed for each year.
BANK = "gov.uk/bank-holidays"
# A period of months ends on the day of the month with the same number, else on the last of the month.
MONTHS = "Dodds v Walker [1981] 1 WLR 1027"
# Somebody is a year older from the first moment of the birthday.
AGE = "Family Law Reform Act 1969 s.9; Care Planning Regulations 2010 reg 7"
TERM = "guidance on the education of looked-after children; terms of 2026/27 in demo/data/terms.json"
CIN, CP, CARE, NEEDS, HOME = "child_in_need", "child_protection", "looked_after", "ehcp", "missing_from_home"
REVIEW = "Children and Families Act 2014 s.44(1); SEND code of practice 2015, 9.169"
CONFERENCE = (CP, "initial_conference", "plan")

ROWS = [
    # Easter.
    ("Easter 2024: 29 March and 1 April", BANK, CONFERENCE, "2024-03-18", "core_group", "2024-04-03"),
    (
        "a Friday in term: the Monday",
        "domain reference 13",
        ("private_fostering", BEGINNING),
        "2026-11-20",
        "notification",
        "2026-11-23",
    ),
    (
        "Boxing Day 2026, given on Monday the 28th",
        BANK,
        ("private_fostering", BEGINNING),
        "2026-12-24",
        "notification",
        "2026-12-29",
    ),
    ("Easter 2025: 18 and 21 April", BANK, ("private_fostering", "notification"), "2025-04-16", "visit", "2025-04-29"),
    (
        "Easter 2027: 26 and 29 March",
        BANK,
        (CIN, "strategy_discussion", "section_47"),
        "2027-03-15",
        "initial_conference",
        "2027-04-07",
    ),
    # Christmas and New Year.
    (
        "Christmas 2021 on a weekend, given on the 27th and 28th; New Year on 3 January",
        BANK,
        CONFERENCE,
        "2021-12-16",
        "core_group",
        "2022-01-04",
    ),
    (
        "Christmas 2022, a Sunday, given on the 27th; New Year on 2 January",
        BANK,
        (CARE, BEGINNING),
        "2022-12-16",
        "pep",
        "2023-01-04",
    ),
    ("Christmas 2024 and 1 January 2025", BANK, (CARE, BEGINNING), "2024-12-09", "care_review", "2025-01-09"),
    (
        "Boxing Day 2026, given on Monday the 28th",
        BANK,
        (CIN, BEGINNING),
        "2026-12-24",
        "acknowledgement",
        "2026-12-29",
    ),
    # Days of one year alone.
    (
        "Platinum Jubilee 2022: 2 and 3 June, and no Monday in the last week of May",
        f"{BANK}, 2022",
        (CIN, "strategy_discussion", "section_47"),
        "2022-05-16",
        "initial_conference",
        "2022-06-08",
    ),
    (
        "Funeral of Queen Elizabeth II, 19 September 2022",
        f"{BANK}, 2022",
        CONFERENCE,
        "2022-09-12",
        "core_group",
        "2022-09-27",
    ),
    (
        "the working day after, over that Monday",
        f"{BANK}, 2022",
        (CIN, BEGINNING),
        "2022-09-16",
        "acknowledgement",
        "2022-09-20",
    ),
    ("Coronation, 8 May 2023", f"{BANK}, 2023", (CIN, BEGINNING), "2023-05-05", "acknowledgement", "2023-05-09"),
    (
        "45 days over three Mondays of May 2023",
        f"{BANK}, 2023",
        (CIN, BEGINNING),
        "2023-04-24",
        "assessment",
        "2023-06-29",
    ),
    # Month ends and leap days.
    ("30 November and three months", MONTHS, CONFERENCE, "2025-11-30", "review_conference", "2026-02-28"),
    ("30 November and three months to a leap day", MONTHS, CONFERENCE, "2023-11-30", "review_conference", "2024-02-29"),
    (
        "31 August and six months",
        MONTHS,
        (CP, "review_conference", "continues"),
        "2026-08-31",
        "review_conference",
        "2027-02-28",
    ),
    ("31 March and three months", MONTHS, (CARE, "care_review"), "2025-03-31", "care_review", "2025-06-30"),
    ("28 February is no end of August", MONTHS, (CARE, "pathway_review"), "2026-02-28", "pathway_review", "2026-08-28"),
    ("a leap day and a year", MONTHS, (NEEDS, "annual_review"), "2024-02-29", "annual_review", "2025-01-30"),
    ("a plan of 1 September", REVIEW, (NEEDS, "final_plan"), "2026-09-01", "annual_review", "2027-08-03"),
    ("its decision", REVIEW, (NEEDS, "final_plan"), "2026-09-01", "review_decision", "2027-08-31"),
    ("a plan of a leap day", REVIEW, (NEEDS, "final_plan"), "2024-02-29", "review_decision", "2025-02-27"),
    (
        "missing from home",
        "guidance on children who go missing 2014",
        (HOME, "missing", "M"),
        "2026-11-27",
        "return_interview",
        "2026-11-30",
    ),
    ("a Saturday stays a Saturday", MONTHS, CONFERENCE, "2024-10-25", "review_conference", "2025-01-25"),
    # Terms: the last day of the term after the one of the last plan.
    ("held in autumn", TERM, (CARE, "pep"), "2026-10-14", "pep", "2027-03-25"),
    ("held in the autumn half-term", TERM, (CARE, "pep"), "2026-10-27", "pep", "2027-03-25"),
    ("held at Christmas", TERM, (CARE, "pep"), "2026-12-28", "pep", "2027-03-25"),
    ("held in summer", TERM, (CARE, "pep"), "2026-08-20", "pep", "2026-12-18"),
    # Days and weeks run through everything.
    (
        "72 hours over a weekend",
        "guidance on children who go missing from care 2014",
        (CARE, "missing", "M"),
        "2026-10-02",
        "return_interview",
        "2026-10-05",
    ),
    (
        "15 days over Christmas",
        "SEND code of practice 2015",
        (NEEDS, CONSULTED),
        "2026-12-18",
        "consultation",
        "2027-01-02",
    ),
    (
        "six weeks over Easter",
        "SEND Regulations 2014 reg 5",
        (NEEDS, BEGINNING),
        "2025-03-04",
        "assess_decision",
        "2025-04-15",
    ),
    ("twenty weeks", "SEND Regulations 2014 reg 13", (NEEDS, BEGINNING), "2025-03-04", "final_plan", "2025-07-22"),
]


@pytest.mark.parametrize(
    ("source", "happened", "day", "step", "due"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_day_counted_by_hand(source, happened, day, step, due):
    assert source
    kind, after, outcome = (*happened, "")[:3]
    asked = asked_after(kind, after, outcome, date.fromisoformat(day), law(), CALENDAR, born=date(2016, 1, 8), nth=1)
    [one] = [one for one in asked if one.rule.step == step]
    assert (str(one.due.day), one.due.missing) == (due, "")


# Half-yearly while the child is under five on that day, yearly from then on.
FIVE = [
    ("the day before five", "2020-03-02", "2024-09-01", "2025-03-01"),
    ("five that day", "2020-03-01", "2024-09-01", "2025-09-01"),
    ("born on a leap day, four on 28 February 2025", "2020-02-29", "2024-08-29", "2025-02-28"),
    ("born on a leap day, five on 1 March 2025", "2020-02-29", "2024-09-01", "2025-09-01"),
    ("under five, from the end of August to a leap day", "2022-05-04", "2023-08-31", "2024-02-29"),
    ("five long since, from a leap day", "2014-05-04", "2024-02-29", "2025-02-28"),
]


@pytest.mark.parametrize(("born", "held", "due"), [row[1:] for row in FIVE], ids=[f"{row[0]}: {AGE}" for row in FIVE])
def test_health_assessments_about_the_age_of_five(born, held, due):
    [asked] = asked_after(
        CARE,
        "health_assessment",
        "",
        date.fromisoformat(held),
        law(),
        CALENDAR,
        born=date.fromisoformat(born),
    )
    assert str(asked.due.day) == due
