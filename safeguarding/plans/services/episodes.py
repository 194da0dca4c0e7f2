"""Begin, correct and end an episode, say that it was entered in error, and put it back.

The authority decides; the school records what it was told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.context import with_errors
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild, Referral
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.plans import codes
from safeguarding.plans.deadlines import BEGINNING
from safeguarding.plans.kinds import EPISODES, STEPS
from safeguarding.plans.lifecycles import episode_life, step_life
from safeguarding.plans.models import Designation, Episode, Step
from safeguarding.plans.permissions import ensure_keeps, ensure_keeps_record
from safeguarding.plans.verbs import PlanVerb

from . import reminders
from .checking import Problems, column_problems, episode_problems, past_day, raise_first
from .dates import (
    ENDED,
    Counting,
    Trigger,
    born,
    count_again,
    follow,
    stop_waiting,
    trigger_of,
    wait_without_a_day,
)
from .referrals import ACKNOWLEDGEMENT, answered_on
from .steps import add_step

TWIN = "This child has an open plan of this kind with this authority. Open that one, or end it first."
CHANGED = "Somebody changed this plan while you were writing. Look at it below, then save again."
STAYS = "What was written stays as it was. Add what is new to one of its dates."


@dataclass(frozen=True)
class LastHeld:
    """What was held last of a kind, of an episode that is entered late. `is_first`: nothing of the kind was before."""

    on: date
    outcome: str = ""
    is_first: bool = False


@transaction.atomic
def begin_episode(
    *,
    child: Child,
    token: UUID,
    kind: str,
    starts_on: date | None,
    by: User,
    authority: str = "",
    known_by: str = "",
    columns: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    concern: Concern | None = None,
    referral: Referral | None = None,
    last: Mapping[str, LastHeld | None] | None = None,
    at: datetime | None = None,
) -> Episode:
    """An episode, its badge, and the steps that wait from its first day. The same form again is one episode.

    `columns` and `words` are fields of the kind. `concern` and `referral` are what it came from: who may not see
    that concern sees nothing of the episode, and where the referral was answered, its acknowledgement was held that
    day. `last` says, of one that is entered late, what was last held of kinds of steps: the next is counted from there,
    and nothing earlier waits. None where nobody knows: what is still ahead waits, and what comes again and again waits
    without a day.

    Raises `NotAllowed`, `BadInput`.
    """
    columns, words, last = columns or {}, words or {}, last or {}
    area = _ensure_may_begin(kind, child, by, concern, referral)
    at = at or timezone.now()
    today = timezone.localdate(at)
    told: dict[str, Any] = {"starts_on": starts_on, "authority": authority, "known_by": known_by}
    birthday = born(by, child.pk)
    problems = episode_problems(kind, **told, columns=columns, words=words, today=today, born=birthday)
    raise_first(problems | _last_problems(last, today))
    episode, made = _get_or_create(
        entry_token(
            token, child.pk, kind, *sorted((told | dict(columns) | dict(words)).items()), *sorted(last.items())
        ),
        author=by,
        child=child,
        school_id=child.school_id,
        area=area,
        kind=kind,
        begun_for=child.pk,
        began_with=concern,
        referral=referral,
        written_at=at,
        **told,
        **columns,
        **{name: text.strip() for name, text in words.items()},
    )
    if made:
        record(Verb.CREATE, episode, by=by)
        _put_badge(episode, by=by)
        _set_going(Counting(episode, by), last, at=at)
        _take_answer(episode, by=by, at=at)
    return episode


def _ensure_may_begin(kind: str, child: Child, by: User, *sources: Concern | Referral | None) -> str:
    """The area of the kind. Raises `BadInput`, and `NotAllowed` for somebody who may not see what it comes from."""
    if kind not in EPISODES:
        raise BadInput("Choose what the child is or has.")
    ensure_keeps(by, EPISODES[kind].area, child)
    if not all(may_view(by, one) for one in sources if one is not None):
        raise NotAllowed("This concern is not yours to begin a plan from.")
    concerns = {one.concern_id if isinstance(one, Referral) else one.pk for one in sources if one is not None}
    about = ConcernChild.objects.filter(concern__in=concerns, child=child).values("concern").distinct()
    if len(concerns) != (about.count() if concerns else 0):
        raise BadInput("The concern that the plan comes from is not about this child.")
    return EPISODES[kind].area


def _get_or_create(token: UUID, **fields: Any) -> tuple[Episode, bool]:
    """The episode of a form. Raises `BadInput` where there is an open one of its kind and authority."""
    try:
        return Episode.objects.get_or_create(token=token, defaults=fields)
    except IntegrityError as error:
        if "one_open_episode_of_a_kind" not in str(error):
            raise
        raise BadInput(TWIN) from None


def _set_going(counting: Counting, last: Mapping[str, LastHeld | None], *, at: datetime) -> None:
    """The steps that wait from the beginning on, but of kinds that were held since, or settled by one that was.

    Where nobody knows whether one was held, it waits while its day is ahead; past that it is left out, or waits without
    a day where it comes again and again.
    """
    left: set[str] = set()
    for kind, held in last.items():
        if held is not None:
            _was_held(counting, kind, held, at=at)
            left.update((kind, *STEPS[kind].settles))
    begun, today = Trigger(BEGINNING, counting.episode.starts_on), timezone.localdate(at)
    unknown = [kind for kind, held in last.items() if held is None and kind not in left]
    days = {kind: one.due.day for kind, one in counting.asked(begun).items() if kind in unknown}
    follow(counting, begun, but=left | {kind for kind, day in days.items() if day and day < today}, at=at)
    goes_on = counting.goes_on() if unknown else set()
    for kind in unknown:
        if kind in goes_on:
            wait_without_a_day(counting, kind, at=at)


def _take_answer(episode: Episode, *, by: User, at: datetime) -> None:
    """The answer to the referral is the acknowledgement: nobody types its day again."""
    if episode.referral is None or ACKNOWLEDGEMENT not in episode.of_kind.steps:
        return
    there = Step.objects.filter(episode=episode, kind=ACKNOWLEDGEMENT, status=Step.Status.HELD)
    if (day := answered_on(episode.referral)) and not there.exists():
        token = uuid5(episode.pk, ACKNOWLEDGEMENT)
        add_step(episode=episode, token=token, kind=ACKNOWLEDGEMENT, held_on=day, by=by, at=at)


def _last_problems(last: Mapping[str, LastHeld | None], today: date) -> Problems:
    found: Problems = {}
    for kind, held in last.items():
        if held is not None:
            found |= past_day(f"last_{kind}", "Last held on", held.on, today=today)
    return found


def _put_badge(episode: Episode, *, by: User) -> None:
    if not episode.of_kind.badge:
        return
    badge = Designation.objects.create(
        child_id=episode.child_id,
        school_id=episode.school_id,
        area=episode.area,
        episode=episode,
        kind=episode.kind,
        starts_on=episode.starts_on,
    )
    record(Verb.CREATE, badge, by=by)


def _was_held(counting: Counting, kind: str, held: LastHeld, *, at: datetime) -> None:
    """What was held before the episode was entered, with its day and its outcome, and what follows from it."""
    episode, by = counting.episode, counting.by
    step = Step.objects.create(
        token=uuid5(episode.pk, f"last/{kind}"),
        episode=episode,
        child_id=episode.child_id,
        school_id=episode.school_id,
        area=episode.area,
        kind=kind,
        duty=STEPS[kind].duty,
        status=Step.Status.HELD,
        author=by,
        written_at=at,
        held_on=held.on,
        held_at=at,
        held_by=by,
        number=1 if held.is_first else 2,
        outcome=held.outcome,
    )
    record(PlanVerb.HOLD, step, by=by)
    follow(counting, trigger_of(step), at=at)


@transaction.atomic
def correct_episode(
    *,
    episode: Episode,
    seen: int,
    by: User,
    starts_on: date | None = None,
    columns: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> Episode:
    """Another first day, other codes, or words where there were none. Days counted from the first day move.

    `seen` is the revision on the page. What a field was before stands in its history. Raises `NotAllowed`, `BadInput`,
    `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    now = _open(episode, by, seen=seen)
    today = timezone.localdate(at)
    there = {name: getattr(now, name) for name in now.of_kind.columns}
    problems = column_problems(Episode, now.of_kind, there | dict(columns or {}), today=today, kept=there)
    if starts_on is not None:
        problems |= past_day("starts_on", "First day", starts_on, today=today, born=born(by, now.child_id))
    raise_first(problems)
    changed = dict(columns or {})
    for name, text in (words or {}).items():
        if not text.strip() or text.strip() == getattr(now, name):
            continue
        if getattr(now, name):
            raise BadInput(STAYS)
        changed[name] = text.strip()
    was, moves = now.starts_on, starts_on is not None and starts_on != now.starts_on
    if moves:
        changed["starts_on"] = starts_on
    changed = {name: value for name, value in changed.items() if getattr(now, name) != value}
    if not changed:
        return now
    for name, value in changed.items():
        setattr(now, name, value)
    _save(now, *changed)
    record(PlanVerb.CORRECT, now, by=by)
    if moves:
        for badge in Designation.objects.filter(episode=now):
            badge.starts_on = now.starts_on
            badge.save(update_fields=["starts_on"])
            record(Verb.CHANGE, badge, by=by)
        counting = Counting(now, by)
        count_again(counting, None, at=at)
        # What the wrong day did not ask for, such as one before the rule: that never waited.
        follow(counting, Trigger(BEGINNING, now.starts_on), but=counting.asked(Trigger(BEGINNING, was)), at=at)
    return now


@transaction.atomic
def end_episode(
    *, episode: Episode, seen: int, ends_on: date | None, end_reason: str, by: User, at: datetime | None = None
) -> Episode:
    """It has ended: what still waits is set aside, and the badge goes. The same again changes nothing.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    ensure_keeps_record(by, episode)
    locked = Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk)
    if (locked.status, locked.ends_on, locked.end_reason) == (Episode.Status.ENDED, ends_on, end_reason):
        return locked
    now = _open(episode, by, seen=seen)
    raise_first(end_problems(now, ends_on, end_reason, today=timezone.localdate(at)))
    now = episode_life.perform("end", now, by=by, at=at, ends_on=ends_on, end_reason=end_reason)
    stop_waiting(now, by=by, at=at)
    _until(now, ends_on, by=by)
    return now


def end_problems(episode: Episode, ends_on: date | None, end_reason: str, *, today: date) -> Problems:
    """Why an episode cannot end like this: field to sentence, without its full stop."""
    found = past_day("ends_on", "Last day", ends_on, today=today)
    if not found and ends_on and ends_on < episode.starts_on:
        found["ends_on"] = "Last day must be on the day it began, or later"
    list_ = codes.codes_of(episode.of_kind.ends)
    if end_reason not in list_ or not codes.is_in_use(list_[end_reason], today):
        found["end_reason"] = "Choose why it ended"
    return found


def _until(episode: Episode, day: date | None, *, by: User) -> None:
    """The badge ends, or begins again, with its episode."""
    for badge in Designation.objects.filter(episode=episode):
        badge.ends_on = day
        badge.save(update_fields=["ends_on"])
        record(Verb.CHANGE, badge, by=by)


@transaction.atomic
def open_again(*, episode: Episode, seen: int, by: User, at: datetime | None = None) -> Episode:
    """It has not ended after all: what the end set aside waits again. Raises `NotAllowed`, `BadInput`, `OutOfTurn`."""
    ensure_keeps_record(by, episode)
    _ensure_seen(Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk), seen)
    cleared = {"ends_on": None, "end_reason": "", "ended_at": None, "ended_by": None}
    now = _perform("open_again", episode, by=by, at=at, **cleared)
    for step in Step.objects.filter(episode=now, status=Step.Status.SET_ASIDE).order_by("pk"):
        if step.aside_reason == ENDED:
            step_life.perform("take_back", step, by=by, at=at, set_aside_at=None, set_aside_by=None, aside_reason="")
    _until(now, None, by=by)
    return now


@transaction.atomic
def enter_in_error(*, episode: Episode, seen: int, reason: str, by: User, at: datetime | None = None) -> Episode:
    """It is not this child's, or never was: from now on it is nowhere but on the pages about such entries.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    ensure_keeps_record(by, episode)
    if not reason.strip():
        raise BadInput("Say why it was entered in error.")
    with with_errors(episode.pk):
        _ensure_seen(Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk), seen)
        waits = Step.objects.filter(episode=episode, status=Step.Status.WAITING).values_list("pk", flat=True)
        reminders.settle(waits, by=by, at=at or timezone.now())
        return episode_life.perform("enter_in_error", episode, by=by, at=at, error_reason=reason.strip())


@transaction.atomic
def put_back(*, episode: Episode, by: User, at: datetime | None = None) -> Episode:
    """It was right after all, and stands as it was. Raises `NotAllowed`, `BadInput`, `OutOfTurn`."""
    with with_errors(episode.pk):
        ensure_keeps_record(by, episode)
        move = "put_back_ended" if episode.ended_at else "put_back_open"
        return _perform(move, episode, by=by, at=at, error_at=None, error_by=None, error_reason="")


def _perform(move: str, episode: Episode, **facts: Any) -> Episode:
    """A move after which it is open: there may be another one by now."""
    try:
        with transaction.atomic():
            return episode_life.perform(move, episode, **facts)
    except IntegrityError as error:
        if "one_open_episode_of_a_kind" not in str(error):
            raise
        raise BadInput(TWIN) from None


def _open(episode: Episode, by: User, *, seen: int) -> Episode:
    """The episode, locked, for somebody who keeps it while it lasts. `seen`: the revision on their page."""
    ensure_keeps_record(by, episode)
    now = Episode.objects.select_for_update(of=("self",)).select_related("child").get(pk=episode.pk)
    if now.status != Episode.Status.OPEN:
        raise OutOfTurn("This plan has ended. Begin another one, or open it again.")
    _ensure_seen(now, seen)
    return now


def _ensure_seen(episode: Episode, seen: int) -> None:
    if episode.revision != seen:
        raise ChangedSince(CHANGED)


def _save(episode: Episode, *changed: str) -> None:
    episode.revision += 1
    episode.save(update_fields=[*changed, "revision"])
