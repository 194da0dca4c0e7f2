"""The strengths and difficulties questionnaire over the years: what a score means, and where it stands on the chart.

The bands are those of the form that carers fill in (DfE SSDA903): 0 to 13, 14 to 16, 17 to 40. Those of teachers' and
young people's own forms differ, so the chart says whose form it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from safeguarding.plans import codes
from safeguarding.plans.models import Step
from safeguarding.plans.models.step import MOST_SCORE

# The first number of each band, what it is called, the class with which a page draws it and the grey of paper.
BANDS = ((0, "Normal", "band0", "#fff"), (14, "Borderline", "band1", "#e2e2e2"), (17, "Of concern", "band2", "#bdbdbd"))


@dataclass(frozen=True)
class Score:
    """One form: when, the number with its band and its place on the chart, or why there is none."""

    step: Step
    on: date
    number: int | None
    band: str = ""
    at: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Band:
    """A band as it is drawn: from where, how wide."""

    first: int
    title: str
    css: str
    grey: str
    x: str
    width: str


def _place(value: float) -> str:
    return f"{value / MOST_SCORE * 100:.2f}%"


def bands() -> list[Band]:
    """The bands of the chart, from left to right. A band begins half way between two numbers."""
    edges = [max(first - 0.5, 0) for first, *_ in BANDS] + [float(MOST_SCORE)]
    return [
        Band(first, title, css, grey, _place(edges[place]), _place(edges[place + 1] - edges[place]))
        for place, (first, title, css, grey) in enumerate(BANDS)
    ]


def band_of(score: int) -> str:
    """What a number means."""
    return next(title for first, title, *_ in reversed(BANDS) if score >= first)


def scores(steps: Iterable[Step]) -> list[Score]:
    """The forms among these steps that were filled in, or say why not; the oldest first."""
    found = [step for step in steps if step.kind == "sdq" and step.held_on]
    found.sort(key=lambda step: (step.held_on, step.pk))
    return [_told(step, step.held_on) for step in found if step.held_on]


def _told(step: Step, on: date) -> Score:
    if step.score is None:
        return Score(step, on, None, reason=codes.label("sdq_reason", step.no_score_reason))
    return Score(step, on, step.score, band_of(step.score), _place(step.score))
