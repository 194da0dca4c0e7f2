"""Does the table of what follows from a decision name plans, steps, outcomes and reasons that there are?"""

from safeguarding.plans import codes
from safeguarding.plans.kinds import ENDED, EPISODES, STEPS, decision_on, outcome_of
from safeguarding.plans.kinds.outcomes import OUTCOMES


def test_each_row_is_of_plans_steps_and_codes_that_there_are():
    for row in OUTCOMES:
        for plan in row.plans:
            of = EPISODES[plan]
            offered = codes.codes_of(of.ends if row.after == ENDED else STEPS[row.after].outcomes)
            assert set(row.codes) <= set(offered), row
            assert row.after in (ENDED, *of.steps), row
            assert row.waits in ("", *of.steps), row
            assert not row.ends or row.ends in codes.codes_of(of.ends), row
            assert not row.begins or EPISODES[row.begins].area == of.area, "who keeps the one keeps the other"
        if row.begins:
            begun = EPISODES[row.begins]
            for column, code in row.columns.items():
                assert code in codes.codes_of(begun.list_of(column)), row


def test_of_one_outcome_one_row_says_what_follows():
    keys = [(plan, row.after, code) for row in OUTCOMES for plan in row.plans for code in row.codes]
    assert len(keys) == len(set(keys))
    assert outcome_of("child_protection", "review_conference", "continues") is None
    ends = outcome_of("child_protection", "review_conference", "ends")
    assert ends and (ends.ends, ends.begins) == ("no_risk", "child_in_need_plan")
    left = {code: outcome_of("looked_after", ENDED, code) for code in codes.codes_of("care_end")}
    assert {code for code, row in left.items() if row} == {"E41", "E45", "E46", "E47", "E48"}
    assert all(row.begins == "previously_looked_after" for row in left.values() if row)


def test_a_plan_is_decided_by_a_step_that_there_is_and_is_asked_for_before():
    for key, kind in EPISODES.items():
        decides = decision_on(key)
        # What is decided inside a plan has a name until then.
        assert bool(kind.before) == (decides is not None and not decides.is_before), key
        if decides is None:
            continue
        assert set(decides.codes) <= set(codes.codes_of(STEPS[decides.step].outcomes) if decides.codes else ()), key
        assert decides.is_before != (decides.step in kind.steps), key
