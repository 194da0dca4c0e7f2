"""What do the pages of plans show? Rows put together from what the reader may see: no page asks for more."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from children.models import Child, ParentalResponsibility
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.plans import codes, sdq
from safeguarding.plans.decides import adoption_of
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.models import DeadlineRule, Designation, Episode, PlanFile, Professional, Step
from safeguarding.plans.services import overlaps, team, work
from safeguarding.plans.services.badging import standing_badges
from safeguarding.plans.services.overlaps import Overlap
from safeguarding.plans.services.team import Worker
from safeguarding.plans.wording import Stand, counted_from, limit_of, stand, why_that_day

ES, SS = Episode.Status, Step.Status
# More dates than a child has in plans of ten years; a page says when there are more.
MOST = 400
# As many files as the tab shows.
FILES = 8
# The gravest stand first, then the order of the registry.
_ORDER = sorted(EPISODES, key=lambda kind: kind not in ("child_protection", "looked_after"))
_PEOPLE = ("author", "ended_by", "error_by")


@dataclass(frozen=True)
class Row:
    """A date in a table: how it stands, how long there was, from what it is counted, and both in one breath."""

    step: Step
    stands: Stand
    limit: str
    since: str
    why: str
    outcome: str = ""

    @property
    def is_off(self) -> bool:
        return self.step.status == SS.SET_ASIDE

    @property
    def is_missing(self) -> bool:
        """A child on roll who went missing, and is not back."""
        return self.stands.is_late and self.step.is_still_missing

    @property
    def waits(self) -> bool:
        return self.step.status == SS.WAITING or self.is_missing


@dataclass
class Told:
    """An episode on a page: its dates in order, those that are left out there, who works with the child on it, and who
    of them is asked first.
    """

    episode: Episode
    rows: list[Row]
    left_out: int = 0
    people: list[Professional] = field(default_factory=list)
    worker: Worker | None = None

    @property
    def waiting(self) -> list[Row]:
        """What waits or is booked, the first day first; before it that the child is still missing."""
        return sorted((row for row in self.rows if row.waits), key=lambda row: not row.is_missing)

    @property
    def is_missing(self) -> bool:
        return any(row.is_missing for row in self.rows)

    @property
    def done(self) -> list[Row]:
        """What was held or set aside."""
        return [row for row in self.rows if not row.waits]

    @property
    def late(self) -> list[Row]:
        """What should have been held by now, whoever does it."""
        return [row for row in self.rows if row.waits and row.stands.is_past]

    @property
    def next_meeting(self) -> Row | None:
        """The meeting that is booked next, else the one that is due next; none of a day that has passed."""
        ahead = [row for row in self.waiting if row.step.of_kind.is_meeting and not _is_past(row)]
        return next(iter(sorted(ahead, key=lambda row: row.step.booked_on is None)), None)

    @property
    def category(self) -> str:
        """The category of abuse now, in words."""
        return self.episode.in_words("latest_category")

    @property
    def rules(self) -> list[DeadlineRule]:
        """The rules by which its dates are due, each once."""
        found = {row.step.rule.source: row.step.rule for row in self.rows if row.step.rule}
        return sorted(found.values(), key=lambda rule: (rule.code, rule.source))


def episodes_of(request: Request, child: Child) -> QuerySet[Episode]:
    """The child's episodes, those that began last first."""
    rows = visible(request, Episode).filter(child=child).select_related(*_PEOPLE)
    return rows.order_by("-starts_on", "-pk")


def steps_of(request: Request, episodes: Iterable[UUID]) -> QuerySet[Step]:
    """The steps of episodes, each with its rule."""
    rows = visible(request, Step).filter(episode__in=list(episodes))
    rows = rows.select_related("rule", "owner", "after", "held_by", "set_aside_by", "author")
    return rows.order_by("-written_at", "-pk")


def row_of(step: Step, episode: Episode, *, today: date, on_roll: bool) -> Row:
    """One date."""
    return Row(
        step,
        stand(step, today=today, on_roll=on_roll),
        limit_of(step.rule),
        counted_from(step, episode),
        why_that_day(step, episode),
        step.in_words("outcome"),
    )


def told(episode: Episode, steps: Sequence[Step], *, today: date, on_roll: bool, briefly: bool = False) -> Told:
    """An episode with its dates, the earliest first. `briefly`: what waits, and the last of each kind that was held."""
    mine = sorted((step for step in steps if step.episode_id == episode.pk), key=_order)
    for step in mine:
        # The one that the page has read already.
        step.episode = episode
    shown = mine
    if briefly:
        last = {step.kind: step.pk for step in mine if step.status == SS.HELD}
        stays = {*last.values(), *(step.pk for step in mine if step.is_still_missing)}
        shown = [step for step in mine if step.status == SS.WAITING or step.pk in stays]
        shown = [step for step in shown if not work.is_ahead(step, today)]
    rows = [row_of(step, episode, today=today, on_roll=on_roll) for step in shown]
    return Told(episode, rows, len(mine) - len(rows))


def _is_past(row: Row) -> bool:
    """Whether its day has passed: then it is late, or somebody has to say whether it was held."""
    day = row.step.happens_on
    return day is None or row.stands.is_past or day < timezone.localdate()


def _order(step: Step) -> tuple[date, Any]:
    return step.held_on or step.happens_on or date.max, step.pk


@dataclass(frozen=True)
class CareCard:
    """What has to be known of a child who is looked after: where, by which order, who decides what."""

    placement: Step | None
    legal_status: str
    kind: str
    provider: str
    delegated: str
    responsible: list[ParentalResponsibility]
    # What the legal status says of it.
    decides: str
    placements: int
    # Where a code says "Ask the lead": the adoption record, for whoever may open it.
    adoption: Episode | None


def care_card(request: Request, child: Child, episode: Episode, steps: Sequence[Step]) -> CareCard:
    """The card of a care episode. Who has parental responsibility is told to those who see it on the page "People"."""
    placed = [step for step in steps if (step.episode_id, step.kind) == (episode.pk, "placement") and step.held_on]
    placed.sort(key=lambda step: (step.held_on, step.pk))
    now = next((step for step in reversed(placed) if step.held_to is None), None)
    rows = visible(request, ParentalResponsibility).filter(child=child, ends_on=None, held=True)
    return CareCard(
        now,
        now.in_words("legal_status") if now else "",
        now.in_words("placement") if now else "",
        now.in_words("provider") if now else "",
        (now.delegated if now else "") or episode.delegated,
        list(rows.select_related("contact")),
        codes.decides(now.legal_status if now else ""),
        len(placed),
        adoption_of(request, child) if now and codes.ASK in (now.legal_status, now.placement) else None,
    )


@dataclass(frozen=True)
class WholeTab:
    """Everything on the tab."""

    open: list[Told]
    ended: list[Episode]
    warnings: list[Overlap]
    missing: list[str]
    cards: dict[UUID, CareCard]
    scores: list[sdq.Score]
    team: list[Professional]
    shut: list[str]
    files: list[PlanFile]
    steps: dict[UUID, Step]
    read: int

    @property
    def anything(self) -> bool:
        return self.read > 0


def whole_tab(request: Request, child: Child, *, today: date) -> WholeTab:
    """The child's plans, as far as the reader may see them."""
    episodes = list(episodes_of(request, child)[:MOST])
    steps = list(steps_of(request, [one.pk for one in episodes])[:MOST]) if episodes else []
    see = partial(visible, request)
    people = team.team_of(see, child.pk)[:MOST]
    files = list(visible(request, PlanFile).filter(child=child).order_by("-attached_at", "-pk")[:FILES])
    open_ = sorted((one for one in episodes if one.status == ES.OPEN), key=lambda one: _ORDER.index(one.kind))
    shown = [told(one, steps, today=today, on_roll=child.is_on_roll, briefly=True) for one in open_]
    # The plan of a child who is missing comes first.
    shown.sort(key=lambda one: not one.is_missing)
    first = team.asked_first(see, child.pk, people, {one.area for one in open_})
    for one in shown:
        one.people = [person for person in people if one.episode.area in person.areas]
        one.worker = first[one.episode.area]
    care = [one for one in open_ if one.kind == "looked_after"]
    return WholeTab(
        open=shown,
        ended=[one for one in episodes if one.status == ES.ENDED],
        warnings=_warnings(episodes, shown, steps),
        missing=sorted({row.step.missing for one in shown for row in one.rows if _lacks_a_day(row.step)}),
        cards={one.pk: care_card(request, child, one, steps) for one in care},
        scores=sdq.scores(steps),
        # Of a plan that the reader may not read they may see who works with the family.
        team=people,
        shut=_shut(request, child, {one.kind for one in open_}),
        files=files,
        steps={step.pk: step for step in steps},
        read=len(episodes) + len(steps) + len(people) + len(files),
    )


def people_of(request: Request, episode: Episode) -> list[Professional]:
    """Who works with the child on what this plan is about."""
    found = team.team_of(partial(visible, request), episode.child_id)
    return [one for one in found if episode.area in one.areas][:MOST]


def _shut(request: Request, child: Child, read: Collection[str]) -> list[str]:
    """What is said of plans of which the reader sees the badge, and not the plan."""
    kinds = {*standing_badges(visible(request, Designation).filter(child=child)).values_list("kind", flat=True)}
    return [kind.is_there for key, kind in EPISODES.items() if key in kinds and key not in read]


def _lacks_a_day(step: Step) -> bool:
    return step.status == SS.WAITING and bool(step.missing)


def _warnings(episodes: list[Episode], shown: list[Told], steps: Sequence[Step]) -> list[Overlap]:
    open_ = [one.episode for one in shown]
    found = overlaps.of_decisions(episodes, steps) + overlaps.of_episodes(open_)
    for one in shown:
        found += overlaps.of_gaps(one.episode, steps)
        # That something was held on a weekend says its own page.
        ahead = [row.step for row in one.rows if row.step.status == SS.WAITING]
        ahead += [step for step in steps if step.not_counted and step.episode_id == one.episode.pk]
        found += overlaps.of_steps(one.episode, ahead)
    return found


def facts_of(row: Episode | Step, *, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """The typed columns of a row that hold something, each under its label; `but` stand elsewhere."""
    return [(_label(row, column), said) for column, said in row.filled if column not in but]


def adoption_behind(request: Request, row: Episode | Step) -> Episode | None:
    """The adoption record, where a column of the row says "Ask the lead" and the reader may open that record."""
    if codes.ASK not in [getattr(row, column) for column in row.of_kind.columns]:
        return None
    return adoption_of(request, row.child)


def words_of(row: Episode | Step, names: Iterable[str]) -> list[tuple[str, str]]:
    """The words of a row that are there, each under its label."""
    return [(_label(row, name), text) for name in names if (text := getattr(row, name))]


def _label(row: Episode | Step, name: str) -> str:
    field: Any = row._meta.get_field(name)
    return str(capfirst(str(field.verbose_name)))


def in_error_of(request: Request, child: Child) -> list[Episode]:
    """Those that were entered in error: asked within `with_errors`, by somebody who keeps plans."""
    return list(episodes_of(request, child).filter(status=ES.ERROR)[:MOST])
