"""A meeting about a concern is a date in the plans of its children too: booked with it, held with it, moved and called
off with it.

Only who decides on the concern and keeps the plan writes it there. Its words stay in the concern.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import ConcernChild, Meeting
from safeguarding.concerns.permissions import may_decide
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.plans.kinds import STEPS, WITH_MEETINGS, Area, Takes, taken_by
from safeguarding.plans.lifecycles import step_life
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.permissions import MEETS, children_kept, may_write

from . import reminders
from .dates import Counting, let_go, set_fields
from .order import put_in_order, same_meeting
from .stepping import new_step
from .steps import book_step, correct_step, hold_step

T, SS, P = Meeting.State, Step.Status, Meeting.InPlans
_CALLED_OFF = "The meeting was called off."
_CORRECTED = "The day or the outcome of the meeting was corrected."
_NOT_BOOKED: dict[str, Any] = {"booked_on": None, "booked_time": None, "place": ""}


def takes_of(meeting: Meeting) -> Takes | None:
    """Which step the meeting is; None for one that is a date of no plan."""
    return taken_by(meeting.kind, meeting.conference)


def steps_of(meeting: Meeting) -> list[Step]:
    """The steps that it is, as far as whoever asks sees them."""
    rows = Step.objects.filter(meeting=meeting, met_for__isnull=False).select_related("episode", "child")
    return list(rows.order_by("child__sort_name", "pk"))


def day_and_time(meeting: Meeting) -> tuple[date, time]:
    here = timezone.localtime(meeting.held_at)
    return here.date(), here.time()


def open_plans(children: Collection[UUID], takes: Takes) -> dict[UUID, Episode]:
    """By child the plan to which such a meeting belongs, where one is open."""
    if not children:
        return {}
    plans = Episode.objects.filter(child__in=children, kind__in=takes.plans, status=Episode.Status.OPEN)
    found = sorted(plans.order_by("-pk"), key=lambda plan: takes.plans.index(plan.kind), reverse=True)
    return {plan.child_id: plan for plan in found}


def discussed(named: QuerySet[ConcernChild], plans: QuerySet[Episode]) -> QuerySet[ConcernChild]:
    """Of the children of concerns those in whose plans a meeting may be a date: whom the concern is about, and who has
    another part in it and, of these, an open plan with such dates.
    """
    open_ = plans.filter(child=OuterRef("child"), kind__in=WITH_MEETINGS, status=Episode.Status.OPEN)
    return named.filter(Q(role=ConcernChild.Role.WORRIED_ABOUT) | Exists(open_), child__isnull=False)


def writable(user: User, meeting: Meeting, steps: Collection[Step]) -> list[Step]:
    """Of the steps that a meeting is those that the person may write, who decides on its concern and keeps the plan."""
    if not steps or not may_decide(user, meeting) or not may_view(user, meeting):
        return []
    kept = children_kept(user, meeting.school_id, {step.child_id for step in steps}, Area.PROTECTION)
    return [step for step in steps if step.child_id in kept]


def there_already(plan: Episode, takes: Takes, day: date) -> Step | None:
    """The step of the plan that the meeting is: one that waits or is booked; or that was recorded as held that day."""
    free = Step.objects.filter(episode=plan, kind=takes.step)
    held = free.filter(status=SS.HELD, held_on=day, meeting=None).order_by("pk").first()
    return held or free.filter(status=SS.WAITING).order_by("due_on", "pk").first()


@transaction.atomic
def follow(
    *,
    meeting: Meeting,
    by: User,
    children: Collection[Child] | None = None,
    results: Mapping[UUID, str] | None = None,
    more: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Let the plans say what the meeting says, as far as `by` may write them; `children` are put in (None: nobody said
    which), `results` are codes of outcomes by child, `more` columns that are alike for all. The same again changes
    nothing.

    Where something is left to do, it waits for somebody who decides on the concern and keeps the plans. Raises
    `NotAllowed` for a child whose plans `by` does not keep, and what the services of steps raise.
    """
    if (takes := takes_of(meeting)) is None:
        return
    is_said = meeting.in_plans == P.DONE or (children is not None and _does_both(by, meeting))
    put_in = [_put_in(meeting, takes, child, by=by, at=at) for child in children or ()]
    for step in writable(by, meeting, steps_of(meeting)):
        result = (results or {}).get(step.child_id, "")
        said = {"outcome": result} if result else {}
        _set(step, meeting, _of_kind(step, {**(more or {}), **said}), by=by, at=at)
    steps = steps_of(meeting)
    is_done = is_said and all(put_in) and all(says_so(step, meeting) for step in steps)
    is_done = is_done and len(writable(by, meeting, steps)) == len(steps)
    _set_state(meeting, P.DONE if is_done else P.WAITS, by=by)


def _does_both(user: User, meeting: Meeting) -> bool:
    """Whether the person decides on the concern and keeps the plans of some child in which it may be a date."""
    named = discussed(ConcernChild.objects.filter(concern=meeting.concern_id), Episode.objects.all())
    keys = {key for key in named.values_list("child_id", flat=True) if key}
    return may_decide(user, meeting) and bool(children_kept(user, meeting.school_id, keys, Area.PROTECTION))


def _set_state(meeting: Meeting, state: str, *, by: User) -> None:
    if meeting.in_plans != state:
        meeting.in_plans = state
        meeting.save(update_fields=["in_plans"])
        record(Verb.CHANGE, meeting, by=by, purpose="plans")


def wait_for_keepers(meetings: Collection[UUID | None], *, by: User) -> None:
    """Let these meetings wait for somebody who keeps the plans that they are dates of."""
    for meeting in Meeting.objects.filter(pk__in=meetings):
        _set_state(meeting, P.WAITS, by=by)


def catch_up(episode: Episode, *, by: User, at: datetime) -> None:
    """A plan is open again: what was said meanwhile of the meetings that are its dates is said there too."""
    waits = Step.objects.filter(episode=episode, met_for__isnull=False, status=SS.WAITING)
    for meeting in Meeting.objects.filter(pk__in=waits.values("meeting")).order_by("pk"):
        follow(meeting=meeting, by=by, at=at)


def says_so(step: Step, meeting: Meeting) -> bool:
    """Whether the step says what the meeting says."""
    day, at = day_and_time(meeting)
    if step.status == SS.SET_ASIDE:
        return True
    if meeting.state == T.PLANNED:
        return step.status == SS.HELD or (step.booked_on, step.booked_time) == (day, at)
    return meeting.state == T.HELD and step.status == SS.HELD and step.held_on == day


def _put_in(meeting: Meeting, takes: Takes, child: Child, *, by: User, at: datetime) -> bool:
    """Make the meeting a step of the child's plan. Returns whether there is a plan that has such steps."""
    if not without_it(meeting, [child]):
        return True
    if (plan := open_plans([child.pk], takes).get(child.pk)) is None:
        return False
    if not may_write(by, plan) or not may_decide(by, meeting):
        raise NotAllowed(MEETS)
    Episode.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    step = there_already(plan, takes, day_and_time(meeting)[0])
    if step is not None and step.meeting_id is not None:
        raise BadInput(
            f"{step.title} of {child.full_name} is another meeting about a concern. Call that one off first."
        )
    if step is None:
        step = new_step(plan, uuid5(meeting.pk, str(plan.pk)), takes.step, owner=None, by=by, at=at)
    step.meeting, step.met_for = meeting, child.pk
    step.save(update_fields=["meeting", "met_for"])
    record(Verb.LINK, step, by=by)
    return True


def _of_kind(step: Step, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was said that which a step of this kind has."""
    return {name: value for name, value in columns.items() if name in step.of_kind.columns and value not in (None, "")}


def _set(step: Step, meeting: Meeting, columns: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Bring a step to what the meeting says."""
    if meeting.state == T.CALLED_OFF:
        if step.status == SS.WAITING:
            _free(step, by=by, at=at)
    elif meeting.state == T.PLANNED:
        if step.status == SS.WAITING and not says_so(step, meeting):
            day, clock = day_and_time(meeting)
            when: dict[str, Any] = {"booked_on": day, "booked_time": clock, "place": step.place, "owner": step.owner}
            book_step(step=step, seen=step.revision, **when, meeting=meeting, by=by, at=at)
    else:
        _set_held(step, meeting, columns, by=by, at=at)
    if same_meeting(step) and not step.not_counted:
        put_in_order(Counting(step.episode, by), at=at)


def _set_held(step: Step, meeting: Meeting, columns: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """It was held, with what came of it; where that is asked for and not said yet, it waits to be said."""
    day, _ = day_and_time(meeting)
    common: dict[str, Any] = {"held_on": day, "columns": columns, "meeting": meeting, "by": by, "at": at}
    if step.status == SS.WAITING and ("outcome" in columns or "outcome" not in step.of_kind.required):
        held = hold_step(step=step, seen=step.revision, **common)
        if held.pk != step.pk:
            # Out of its order: a step of its own is the meeting, and the date goes on waiting.
            _hand_on(step, held, by=by)
    elif step.status == SS.HELD and (step.held_on != day or _differs(step, columns)):
        key = uuid5(step.pk, f"{day}/{sorted(columns.items())}/{step.revision}")
        correct_step(step=step, seen=step.revision, token=key, reason=_CORRECTED, **common)


def _differs(step: Step, columns: Mapping[str, Any]) -> bool:
    return any(getattr(step, name) != value for name, value in columns.items())


def _hand_on(waits: Step, held: Step, *, by: User) -> None:
    waits.refresh_from_db()
    link: dict[str, object] = {"meeting": waits.meeting, "met_for": waits.met_for}
    set_fields(waits, {"meeting": None, "met_for": None, **_NOT_BOOKED}, by=by)
    set_fields(held, link, by=by)


def _free(step: Step, *, by: User, at: datetime) -> None:
    """The meeting is off: where a rule asks for the date it waits again, else it is set aside. What was due before it
    is due no more.
    """
    for one in Step.objects.filter(after=step, status=SS.WAITING).select_related("rule"):
        let_go(one, by=by, at=at)
    reminders.settle_moved(step, by=by, at=at)
    if step.rule_id is not None:
        set_fields(step, {"meeting": None, "met_for": None, **_NOT_BOOKED}, by=by)
    else:
        step_life.perform("set_aside", step, by=by, at=at, aside_reason=_CALLED_OFF)


def booked_otherwise(meeting: Meeting, children: Collection[Child]) -> list[tuple[Child, Step]]:
    """The steps that the meeting would take, and that are booked for another day."""
    if (takes := takes_of(meeting)) is None:
        return []
    day, _ = day_and_time(meeting)
    plans = open_plans([child.pk for child in children], takes)
    found = [(child, there_already(plans[child.pk], takes, day)) for child in children if child.pk in plans]
    return [
        (child, step) for child, step in found if step and step.booked_on not in (None, day) and step.held_on is None
    ]


def without_it(meeting: Meeting, children: Collection[Child]) -> list[Child]:
    """Of these children those in whose plans it is no date, or is one that is gone."""
    keys = [child.pk for child in children]
    # Also of a record that has become part of theirs.
    there = Step.objects.filter(Q(met_for__in=keys) | Q(child__in=keys, met_for__isnull=False), meeting=meeting)
    gone = {key for row in there.values_list("met_for", "child_id") for key in row}
    return [child for child in children if child.pk not in gone]


def asks_for_outcome(step: Step) -> bool:
    return "outcome" in STEPS[step.kind].columns
