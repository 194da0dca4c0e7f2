"""What do pastoral notes and support plans put into a child's chronology?

For those who may see them, and nobody else.
"""

from collections.abc import Mapping
from uuid import UUID

from safeguarding.accounts.titles import Titles, inside
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.chronicling import Placed, london
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.models import PastoralNote, SupportPlan, SupportStep
from safeguarding.dates import full_day
from safeguarding.http import Request

from .concern import first_sentence
from .full import in_full, lines
from .rows import rows_of

_notes = rows_of(PastoralNote, "author")
_plans = rows_of(SupportPlan, "author")
_plans_over = rows_of(SupportPlan, "ended_by")
# No entries of their own.
_steps = ByKeys[SupportStep](
    lambda asked: visible(asked, SupportStep).filter(asked.of("plan_id")).order_by("due_on", "pk")
)


def _tell_noted(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        note.pk: Entry(
            at=when[note.pk],
            timed=False,
            title=f"Pastoral note: {inside(note.get_kind_display())}",
            sentence=first_sentence(note.text),
            source=f"note by {titles.of(note.author, note.written_at)}",
            reference="Note",
            link=note.get_absolute_url(),
            substance=in_full(("", note.text)),
        )
        for note in _notes(request, when)
    }


def _tell_begun(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    plans = _plans(request, when)
    steps: dict[UUID, list[str]] = {}
    for step in _steps(request, [plan.pk for plan in plans]):
        steps.setdefault(step.plan_id, []).append(f"{step.what}: {step.who}, by {full_day(step.due_on)}")
    return {
        plan.pk: Entry(
            at=when[plan.pk],
            timed=False,
            title="Support plan begun",
            sentence=f"{first_sentence(plan.aims)} To be reviewed on {full_day(plan.review_on)}.",
            source=f"plan by {titles.of(plan.author, plan.written_at)}",
            icon="flag",
            tone="plan",
            reference="Plan",
            link=plan.get_absolute_url(),
            substance=in_full(
                ("", plan.aims),
                ("What is done", lines(steps.get(plan.pk, ()))),
                ("To be reviewed on", full_day(plan.review_on)),
            ),
        )
        for plan in plans
    }


def _tell_over(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        plan.pk: Entry(
            at=ended_at,
            title="Support plan ended",
            sentence=first_sentence(plan.outcome),
            source=f"ended by {titles.of(plan.ended_by, ended_at)}",
            icon="tick",
            tone="plan",
            reference="Plan",
            link=plan.get_absolute_url(),
            substance=in_full(("", plan.outcome)),
        )
        for plan in _plans_over(request, when)
        if (ended_at := plan.ended_at) is not None
    }


def _of(model: str, moment: str, where: str = "true") -> Placed:
    return Placed(f"concerns.{model}", moment, child="n.child_id", author="n.author_id", where=where)


PASTORAL = (
    Source("pastoral", "pastoral", _tell_noted, _of("pastoralnote", london("n.happened_on"))),
    Source("plan", "pastoral", _tell_begun, _of("supportplan", london("n.starts_on"))),
    Source("plan_over", "pastoral", _tell_over, _of("supportplan", "n.ended_at", "n.ended_at IS NOT NULL")),
)
