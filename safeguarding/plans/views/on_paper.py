"""What do the plans of one area say on paper? All their dates, read from the gate as their pages read them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from children.models import Child
from safeguarding.accounts.titles import Titles
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.plans import sdq
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import DeadlineRule, Episode, Professional, Step, StepNote
from safeguarding.plans.sections import Section

from .reading import MOST, CareCard, Row, care_card, episodes_of, facts_of, steps_of, told, words_of

ES, SS = Episode.Status, Step.Status
_TEMPLATE = "pdf/parts/plans_area.html"
# What the title of a date says already.
_IN_TITLE = ("outcome", "held_to")


@dataclass(frozen=True)
class OneDate:
    """A date: how it stands, what came of it, what was said, what was added, and who recorded it."""

    row: Row
    facts: list[tuple[str, str]]
    words: list[tuple[str, str]]
    notes: list[tuple[StepNote, str]]
    signed: str


@dataclass(frozen=True)
class OnePlan:
    """A plan with its dates: that the child is still missing, those that wait, those that were held and those that were
    set aside.
    """

    episode: Episode
    category: str
    facts: list[tuple[str, str]]
    missing: list[OneDate]
    waiting: list[OneDate]
    held: list[OneDate]
    aside: list[OneDate]
    rules: list[DeadlineRule]
    card: CareCard | None
    signed: str
    ended: str


def section_of(area: Area) -> Section:
    """The section of an area that has plans."""
    return Section(area, _TEMPLATE, partial(_read, area), partial(_there, area))


def _there(area: Area, request: Request, child: Child) -> bool:
    return visible(request, Episode).filter(child=child, area=area).exists()


def _read(area: Area, request: Request, child: Child, today: date) -> dict[str, Any]:
    """The plans of the area, open ones first, those that began last first."""
    found = list(episodes_of(request, child).filter(area=area)[:MOST])
    found.sort(key=lambda one: one.status != ES.OPEN)
    keys = [one.pk for one in found]
    steps = list(steps_of(request, keys)[:MOST])
    people = visible(request, Professional).filter(child=child, areas__contains=[area])
    names = Titles(child.school_id)
    reader = _Reader(request, child, today, names, steps, _notes(request, keys, names))
    scores = sdq.scores(steps)
    return {
        "plans": [reader.plan(one) for one in found],
        "people": list(people.order_by("ended_at", "role", "written_at")[:MOST]),
        "forms": scores,
        "chart": any(one.number is not None for one in scores),
        "bands": sdq.bands(),
        "printed": found,
    }


def _notes(request: Request, episodes: list[UUID], names: Titles) -> dict[UUID, list[tuple[StepNote, str]]]:
    rows = visible(request, StepNote).filter(episode__in=episodes).select_related("author")
    found = defaultdict(list)
    for note in rows.order_by("written_at", "pk")[:MOST]:
        found[note.step_id].append((note, names.signed(note.author, note.written_at)))
    return found


@dataclass(frozen=True)
class _Reader:
    """Puts together what was read of one area."""

    request: Request
    child: Child
    today: date
    names: Titles
    steps: Sequence[Step]
    notes: dict[UUID, list[tuple[StepNote, str]]]

    def plan(self, episode: Episode) -> OnePlan:
        whole = told(episode, self.steps, today=self.today, on_roll=self.child.is_on_roll)
        dates = [self._date(row) for row in whole.rows]
        has_card = episode.kind == "looked_after" and episode.status == ES.OPEN
        # The card says it too.
        words = [name for name in episode.of_kind.words if not (has_card and name == "contact")]
        return OnePlan(
            episode,
            whole.category,
            facts_of(episode) + words_of(episode, words),
            [one for one in dates if one.row.is_missing],
            [one for one in dates if one.row.step.status == SS.WAITING],
            [one for one in dates if one.row.step.status == SS.HELD],
            [one for one in dates if one.row.step.status == SS.SET_ASIDE],
            whole.rules,
            care_card(self.request, self.child, episode, self.steps) if has_card else None,
            self.names.signed(episode.author, episode.written_at),
            self.names.signed(episode.ended_by, episode.ended_at),
        )

    def _date(self, row: Row) -> OneDate:
        step = row.step
        who, when = (step.held_by, step.held_at) if step.held_at else (step.set_aside_by, step.set_aside_at)
        # What the child said comes first.
        names = dict.fromkeys(("voice", *step.of_kind.words, "why_late", "aside_reason"))
        return OneDate(
            row,
            facts_of(step, but=_IN_TITLE),
            words_of(step, names),
            self.notes.get(step.pk, []),
            self.names.signed(who, when),
        )
