"""What follows from what an authority decided: which plan ends or begins, which step waits, and which day decides?

One table for all of them. A row says in which plans, after which step and with which outcomes; or for which reasons the
plan ended (`ENDED`). Nothing of it happens by itself: somebody presses a button that has it filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENDED = "ended"


@dataclass(frozen=True)
class Outcome:
    """What follows where a step `after` of one of `plans` came out as one of `codes`.

    `ends` is the reason for which the plan ends, empty where somebody has to choose it, None where it goes on. `begins`
    is the kind of plan that begins, with `columns`; `is_likely`: its box is ticked beforehand. `waits` is the step that
    waits from now on. `may_be_appealed`: while there is an appeal the plan stays open.
    """

    plans: tuple[str, ...]
    after: str
    codes: tuple[str, ...]
    ends: str | None = None
    begins: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    is_likely: bool = True
    waits: str = ""
    may_be_appealed: bool = False


@dataclass(frozen=True)
class Decision:
    """A plan that is decided by a step, on the day on which that was held with one of `codes` (empty: any).

    `is_before`: the step belongs to another plan of the child, from which this one was begun.
    """

    step: str
    codes: tuple[str, ...] = ()
    is_before: bool = False


# By which step a plan is decided (domain reference 13, "badge"). Every other kind is decided on its first day.
_DECIDED_BY = {
    "child_protection": Decision("initial_conference", ("plan",), is_before=True),
    "ehcp": Decision("final_plan"),
    "child_in_need": Decision("assessment", ("services", "strategy", "looked_after", "legal", "specialist")),
}
_O = Outcome
# Outcomes of Working Together 2023, chapter 3, and of the SEND Regulations 2014 regs 5, 10 and 20 (domain reference
# 2.1, 2.4). Who left care by one of these orders was looked after before (Children and Social Work Act 2017 s.5).
OUTCOMES = (
    _O(("child_in_need", "child_protection"), "strategy_discussion", ("section_47",), waits="section_47"),
    _O(("child_in_need",), "assessment", ("none",), ends="RC8"),
    _O(("child_in_need",), "assessment", ("early_help",), ends="RC9", begins="early_help"),
    _O(("child_in_need",), "initial_conference", ("plan",), begins="child_protection"),
    _O(("child_in_need",), "initial_conference", ("child_in_need",), begins="child_in_need_plan"),
    _O(("child_in_need",), "initial_conference", ("early_help",), begins="early_help"),
    _O(("child_protection",), "review_conference", ("ends",), ends="no_risk", begins="child_in_need_plan"),
    _O(("child_in_need_plan",), "plan_review", ("ends",), ends="no_longer", begins="early_help", is_likely=False),
    _O(("early_help",), "plan_review", ("ends",), ends="met"),
    _O(("ehcp",), "assess_decision", ("refused",), ends="refused", may_be_appealed=True),
    _O(("ehcp",), "plan_decision", ("refused",), ends="refused", may_be_appealed=True),
    _O(("ehcp",), "review_decision", ("cease",), ends="", may_be_appealed=True),
    _O(("looked_after",), ENDED, ("E41",), begins="previously_looked_after", columns={"eligibility": "P3"}),
    _O(
        ("looked_after",),
        ENDED,
        ("E45", "E46", "E47", "E48"),
        begins="previously_looked_after",
        columns={"eligibility": "P2"},
    ),
)


def outcome_of(plan: str, after: str, code: str) -> Outcome | None:
    """Return what follows; None where nothing does."""
    return next((one for one in OUTCOMES if plan in one.plans and one.after == after and code in one.codes), None)


def decision_on(plan: str) -> Decision | None:
    """Return by which step a plan of this kind is decided; None where that is its first day."""
    return _DECIDED_BY.get(plan)
