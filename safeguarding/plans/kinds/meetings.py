"""Which meeting about a concern is which date of which plan?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Takes:
    """The step that a meeting is, in the first of these `plans` that is open. Where none is, `begins` begins by it."""

    step: str
    plans: tuple[str, ...]
    begins: str


# By kind of meeting (`concerns/models/meeting.py`) and, of a conference, which it is.
_TAKEN_BY = {
    ("strategy", ""): Takes("strategy_discussion", ("child_in_need", "child_protection"), "child_in_need"),
    ("conference", "initial"): Takes("initial_conference", ("child_in_need",), "child_in_need"),
    ("conference", "review"): Takes("review_conference", ("child_protection",), "child_protection"),
    ("core_group", ""): Takes("core_group", ("child_protection",), "child_protection"),
    ("child_in_need", ""): Takes("plan_review", ("child_in_need_plan", "child_in_need"), "child_in_need_plan"),
}

# The kinds of plan of which such a meeting is a date.
WITH_MEETINGS = sorted({kind for takes in _TAKEN_BY.values() for kind in takes.plans})


def taken_by(kind: str, conference: str) -> Takes | None:
    """Return which step a meeting is; None for one that belongs to the school and its families alone."""
    return _TAKEN_BY.get((kind, conference))
