"""On which day was a plan decided, and by which step? The badge stands from that day (domain reference 13, "badge").

By a step that is recorded here, else by the day that somebody was told; of most kinds it is the first day.
"""

from datetime import date

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.plans.kinds import EPISODES, Decision, decision_on, outcome_of
from safeguarding.plans.models import Designation, Episode, Step

from .checking import Problems, past_day
from .follow_ups import decided_here

SS = Step.Status
# What the day is called in a form, of kinds of which it is not the first day.
LABELS = {
    "child_protection": "Day of the conference",
    "ehcp": "Day of the final plan",
    "child_in_need": "Social care decided on",
}


def decision_of(episode: Episode) -> tuple[date | None, Step | None]:
    """Return the day of the decision, and its step where that is recorded here."""
    decides = decision_on(episode.kind)
    if decides is None:
        return episode.starts_on, _deciding(episode)
    if decides.is_before:
        step = _deciding(episode)
        if step is None:
            return episode.decided_on or episode.starts_on, None
        return (step.held_on if _decides(decides, step) else None), step
    if episode.decided_on is not None and episode.decided_by_id is None:
        return episode.decided_on, None
    steps = Step.objects.filter(episode=episode, kind=decides.step, status=SS.HELD).order_by("held_on", "pk")
    first = next((step for step in steps if _decides(decides, step)), None)
    return (first.held_on, first) if first else (None, None)


def _deciding(episode: Episode) -> Step | None:
    """The step of another plan that decided on this one, where it can be read: not once that stands as an error."""
    return Step.objects.filter(pk=episode.decided_by_id).first() if episode.decided_by_id else None


def _is_own(episode: Episode) -> bool:
    """Whether a step of the episode itself decides on it."""
    decides = decision_on(episode.kind)
    return decides is not None and not decides.is_before


def _decides(decides: Decision, step: Step) -> bool:
    said = not decides.codes or step.outcome in decides.codes
    return step.kind == decides.step and step.status == SS.HELD and not step.not_counted and said


def link_decided(step: Step, *, by: User) -> None:
    """A step was recorded after the plan that it decided, on the day that somebody had been told: it is that day."""
    found = outcome_of(step.episode.kind, step.kind, step.outcome)
    if found is None or not found.begins or step.not_counted:
        return
    for plan in decided_here(step, found.begins).filter(decided_by=None):
        plan.decided_by = step
        plan.save(update_fields=["decided_by"])
        record(Verb.CHANGE, plan, by=by)


def may_decide(step: Step, kind: str) -> bool:
    """Whether a plan of this kind can have been decided by a step: by what came of it one begins."""
    found = outcome_of(step.episode.kind, step.kind, step.outcome)
    return step.held_on is not None and found is not None and found.begins == kind


def decide(episode: Episode, *, by: User) -> bool:
    """Write the day of the decision, and the badge with it. Returns whether it is another one."""
    day, step = decision_of(episode)
    # One that cannot be read by now stays the one that decided.
    decided_by = step.pk if step else (None if _is_own(episode) else episode.decided_by_id)
    if (day, decided_by) == (episode.decided_on, episode.decided_by_id):
        return False
    episode.decided_on, episode.decided_by_id = day, decided_by
    episode.save(update_fields=["decided_on", "decided_by"])
    record(Verb.CHANGE, episode, by=by)
    badge_follows(episode, by=by)
    return True


def badge_follows(episode: Episode, *, by: User) -> None:
    """The badge stands from the day of the decision."""
    for badge in Designation.objects.filter(episode=episode):
        if badge.starts_on != episode.decided_on:
            badge.starts_on = episode.decided_on
            badge.save(update_fields=["starts_on"])
            record(Verb.CHANGE, badge, by=by)


def may_be_told(episode: Episode) -> bool:
    """Whether the day of the decision is one that somebody types: no step says it, or none that is recorded here."""
    return episode.kind in LABELS and episode.kind != "ehcp" and episode.decided_by_id is None


def put_badge(episode: Episode, *, by: User) -> None:
    """The badge of a plan that begins."""
    if not episode.of_kind.badge:
        return
    badge = Designation.objects.create(
        child_id=episode.child_id,
        school_id=episode.school_id,
        area=episode.area,
        episode=episode,
        kind=episode.kind,
        starts_on=episode.decided_on,
    )
    record(Verb.CREATE, badge, by=by)


def decided_problems(
    kind: str, decided_on: date | None, *, starts_on: date | None, today: date, born: date | None = None
) -> Problems:
    """Why a plan cannot have been decided on a day: field to sentence, without its full stop."""
    if decided_on is None:
        return {}
    label = LABELS.get(kind, "Decided on")
    if kind not in LABELS:
        return {"decided_on": f"{label} is the first day of a plan of this kind: leave it empty"}
    found = past_day("decided_on", label, decided_on, today=today, born=born)
    if not found and EPISODES[kind].before and starts_on and decided_on < starts_on:
        return {"decided_on": f"{label} cannot be before: {EPISODES[kind].first_day.lower()}"}
    return found
