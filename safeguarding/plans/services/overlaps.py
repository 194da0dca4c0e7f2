"""What is saved as it was told, and worth a warning? Pure: asked of the episodes and steps that a page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from safeguarding.dates import full_day, weekday_name
from safeguarding.plans.deadlines import law
from safeguarding.plans.kinds import STEPS
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.models.bases import Follows

# A child has one of these at a time, as authorities work.
_PAIRS = {
    frozenset({"child_in_need_plan", "child_protection"}): "A child in need plan beside a child protection plan",
    frozenset({"child_protection", "looked_after"}): "A child protection plan, and looked after",
    frozenset({"looked_after", "previously_looked_after"}): "Looked after, and previously looked after",
}


_SAY = "Say what follows"
_TAKE_BACK = "No badge stands beside the name. Correct that step, or enter this plan in error."


@dataclass(frozen=True)
class Overlap:
    """A warning: what is there at once, and the episodes or the step that it is about."""

    title: str
    text: str
    episodes: tuple[Episode, ...] = ()
    step: Step | None = None


def of_episodes(episodes: Iterable[Episode]) -> list[Overlap]:
    """Open episodes that seldom go together: two statuses, two authorities, or one kind twice."""
    there = [one for one in episodes if one.status == Episode.Status.OPEN]
    found = []
    for one, other in combinations(there, 2):
        if text := _PAIRS.get(frozenset({one.kind, other.kind})):
            found.append(
                Overlap("Two statuses at once", f"{text}. Ask the authority which of them goes on.", (one, other))
            )
        if one.kind == other.kind:
            found.append(
                Overlap("The same plan twice", f"{one.title}, open twice. End the one that is over.", (one, other))
            )
        elif one.area == other.area and one.authority and other.authority and one.authority != other.authority:
            text = f"{one.authority_label} and {other.authority_label} both have an open plan for this child."
            found.append(Overlap("Two authorities at once", text, (one, other)))
    return found


def of_gaps(episode: Episode, steps: Iterable[Step]) -> list[Overlap]:
    """What the law asks for again and again in a plan that is open, and of which the next was set aside by somebody:
    nothing of the kind waits any more, and nothing would ever be late.
    """
    mine = [step for step in steps if step.episode_id == episode.pk]
    kinds = {rule.step for rule in law() if rule.after == rule.step and episode.kind in rule.kinds}
    found = []
    for kind in sorted(kinds if episode.status == Episode.Status.OPEN else ()):
        some = [step for step in mine if step.kind == kind]
        aside = [step.set_aside_at for step in some if step.set_aside_at]
        held = [step.held_at for step in some if step.held_at]
        waits = any(step.status == Step.Status.WAITING for step in some)
        if aside and not waits and (not held or max(aside) > max(held)):
            text = f"{STEPS[kind].title}: the last was set aside, and no other waits. Let it wait again, or add one."
            found.append(Overlap("Nothing waits any more", text, (episode,)))
    return found


def of_decisions(episodes: Iterable[Episode], steps: Iterable[Step]) -> list[Overlap]:
    """Decisions of which nobody has said yet what follows, and plans whose decision was taken back."""
    plans = list(episodes)
    found = [
        Overlap(_SAY, f"{step.title}, {full_day(step.held_on)}: {step.in_words('outcome')}.", step=step)
        for step in steps
        if step.follows == Follows.WAITS and step.held_on
    ]
    for one in plans:
        if one.follows == Follows.WAITS and one.ends_on:
            text = f"{one.title}, ended {full_day(one.ends_on)}: {one.end_label}."
            found.append(Overlap(_SAY, text, episodes=(one,)))
        if one.status == Episode.Status.OPEN and one.decided_by_id and one.decided_on is None:
            text = f"{one.of_kind.title}: the step that decided on it says something else by now. {_TAKE_BACK}"
            found.append(Overlap("The decision was taken back", text, episodes=(one,)))
    return found


def of_day(day: date | None) -> str:
    """Why a day is worth a second look, as a sentence; empty when it is not. It is taken all the same."""
    if day is None or day.weekday() < 5:
        return ""
    return f"This is a {weekday_name(day)}. It is saved as you gave it."


def of_steps(episode: Episode, steps: Iterable[Step]) -> list[Overlap]:
    """Steps that were held, or are booked, before the plan began, or on a weekend."""
    found = []
    for step in steps:
        day = step.held_on or step.booked_on
        if day is None or step.status == Step.Status.SET_ASIDE:
            continue
        if step.not_counted:
            why = step.get_not_counted_display()
            found.append(Overlap("Not counted", f"{step.title} of {full_day(day)}: {why}.", step=step))
        if warning := of_day(day):
            found.append(Overlap("On a weekend", f"{step.title}: {warning}", step=step))
    return found
