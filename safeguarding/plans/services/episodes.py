"""Begin, correct and end an episode, say that it was entered in error, and put it back.

The authority decides; the school records what it was told.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.context import door, with_errors
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild, Referral
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.plans import codes
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.lifecycles import episode_life, step_life
from safeguarding.plans.models import Designation, Episode, Step
from safeguarding.plans.permissions import MEETS, ensure_keeps, ensure_keeps_record, may_write
from safeguarding.plans.verbs import PlanVerb

from . import follow_ups, reminders
from .beginning import LastHeld, begin_dates, hold_first, last_problems, take_answer, with_final_plan
from .checking import Problems, column_problems, episode_problems, past_day, raise_first
from .dates import ENDED, Counting, begins_counting, born, stop_waiting
from .deciding import badge_follows, decided_problems, decision_of, may_be_told, may_decide, put_badge
from .freeing import free_meetings, take_meetings_back
from .meetings import catch_up
from .recounting import recount, recount_conferences

TWIN = "This child has an open plan of this kind with this authority. Open that one, or end it first."
CHANGED = "Somebody changed this plan while you were writing. Look at it below, then save again."
STAYS = "What was written stays as it was. Add what is new to one of its dates."


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
    first: Mapping[str, Any] | None = None,
    decided_on: date | None = None,
    decided_by: Step | None = None,
    continues: Episode | None = None,
    at: datetime | None = None,
) -> Episode:
    """An episode, its badge, and the steps that wait from its first day. The same form again is one episode.

    `columns` and `words` are fields of the kind. `concern` and `referral` are what it came from: who may not see that
    concern sees nothing of it, and the first answer to the referral is the acknowledgement. `last` says what was last
    held of one that is entered late: the next counts from there, and nothing earlier waits; of what nobody knows (None)
    the next waits without a day. `first` are the results of the step that a kind begins with. `decided_on` is when it
    was decided, where that is not the first day, else `decided_by` is the step that did. `continues` is the plan that
    it follows, else that of this step: it comes from the same concern (or that of the meeting that it is) and referral.

    Raises `NotAllowed`, `BadInput`.
    """
    columns, words, last = columns or {}, words or {}, with_final_plan(kind, last or {}, decided_on)
    source = decided_by.episode if decided_by else continues
    area = _ensure_may_begin(kind, child, by, concern, referral, source=source)
    _ensure_decided(kind, child, decided_by, by)
    at = at or timezone.now()
    told: dict[str, Any] = {"starts_on": starts_on, "authority": authority, "known_by": known_by}
    problems = partial(episode_problems, kind, **told, columns=columns, words=words)
    _ensure_sound(problems, kind, child, last, starts_on=starts_on, decided_on=decided_on, by=by, at=at)
    said = (told | {"decided_on": decided_on} | dict(columns) | dict(words)).items()
    episode, made = _get_or_create(
        entry_token(token, child.pk, kind, *sorted(said), *sorted(last.items())),
        author=by,
        child=child,
        school_id=child.school_id,
        area=area,
        kind=kind,
        begun_for=child.pk,
        began_with_id=_came_from(concern, source, decided_by),
        referral_id=source.referral_id if source else referral and referral.pk,
        written_at=at,
        decided_on=None if kind == "ehcp" else decided_on,
        decided_by=decided_by,
        **told,
        **columns,
        **{name: text.strip() for name, text in words.items()},
    )
    if made:
        _record_begun(episode, last, first or {}, by=by, at=at)
    return episode


def _came_from(concern: Concern | None, source: Episode | None, decided_by: Step | None) -> UUID | None:
    """The concern with which it began."""
    if decided_by is not None and decided_by.meeting is not None:
        return decided_by.meeting.concern_id
    if source is not None:
        return source.began_with_id
    return concern.pk if concern else None


def _record_begun(
    episode: Episode, last: Mapping[str, LastHeld | None], first: Mapping[str, Any], *, by: User, at: datetime
) -> None:
    """What goes with an episode that was made: its badge, its dates, and that it followed from a decision."""
    record(Verb.CREATE, episode, by=by)
    day, _ = decision_of(episode)
    if day != episode.decided_on:
        episode.decided_on = day
        episode.save(update_fields=["decided_on"])
    put_badge(episode, by=by)
    begin_dates(Counting(episode, by), last, at=at)
    take_answer(episode, by=by, at=at)
    hold_first(episode, first, by=by, at=at)
    follow_ups.begun_by_hand(episode, by=by)
    recount_conferences(episode, by=by, at=at)


def _ensure_decided(kind: str, child: Child, decided_by: Step | None, by: User) -> None:
    """Raise `BadInput` where a plan of this kind cannot have been decided by that step, `NotAllowed` where `by` does
    not see it.
    """
    if decided_by is None:
        return
    if not may_view(by, decided_by):
        raise NotAllowed("This date is not yours to begin a plan from.")
    if decided_by.meeting_id and not may_write(by, decided_by):
        raise NotAllowed(MEETS)
    if decided_by.child_id != child.pk or not may_decide(decided_by, kind):
        raise BadInput("What came of that date does not begin a plan of this kind.")


def _ensure_sound(
    problems: Callable[..., Problems],
    kind: str,
    child: Child,
    last: Mapping[str, LastHeld | None],
    *,
    starts_on: date | None,
    decided_on: date | None,
    by: User,
    at: datetime,
) -> None:
    """Raise `BadInput` with the first of what is wrong with an episode as it was told."""
    today, birthday = timezone.localdate(at), born(by, child.pk)
    found = problems(today=today, born=birthday)
    found |= decided_problems(kind, decided_on, starts_on=starts_on, today=today, born=birthday)
    raise_first(found | last_problems(last, today))


def _ensure_may_begin(
    kind: str, child: Child, by: User, *sources: Concern | Referral | None, source: Episode | None
) -> str:
    """The area of the kind. Raises `BadInput`, and `NotAllowed` for somebody who may not see what it comes from, or who
    does not keep the plan that it follows.
    """
    if kind not in EPISODES:
        raise BadInput("Choose what the child is or has.")
    ensure_keeps(by, EPISODES[kind].area, child)
    if source is not None:
        ensure_keeps_record(by, source)
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


@transaction.atomic
def correct_episode(
    *,
    episode: Episode,
    seen: int,
    by: User,
    starts_on: date | None = None,
    columns: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    decided_on: date | None = None,
    is_undecided: bool = False,
    at: datetime | None = None,
) -> Episode:
    """Another first day, another day of the decision, other codes, or words where there were none. Days counted from
    either move. `is_undecided`: social care has not decided after all that the child is in need.

    `seen` is the revision on the page. What a field was before stands in its history. Raises `NotAllowed`, `BadInput`,
    `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    now = _open(episode, by, seen=seen)
    _check_correction(now, starts_on, decided_on, columns or {}, by=by, today=timezone.localdate(at))
    changed = dict(columns or {}) | _new_words(now, words or {})
    if starts_on is not None:
        changed["starts_on"] = starts_on
        if decided_on is None and now.decided_by_id is None and now.decided_on == now.starts_on:
            # Decided on the first day, which was another one.
            changed["decided_on"] = starts_on
    if decided_on is not None:
        changed |= {"decided_on": decided_on, "decided_by": None}
    elif is_undecided and now.of_kind.before and may_be_told(now):
        changed["decided_on"] = None
    changed = {name: value for name, value in changed.items() if getattr(now, name) != value}
    if not changed:
        return now
    was = begins_counting(now)
    for name, value in changed.items():
        setattr(now, name, value)
    _save(now, *changed)
    record(PlanVerb.CORRECT, now, by=by)
    if changed.keys() & {"starts_on", "decided_on"}:
        badge_follows(now, by=by)
        recount(Counting(now, by), None, at=at, was=was)
        recount_conferences(now, by=by, at=at)
    return now


def _check_correction(
    now: Episode, starts_on: date | None, decided_on: date | None, columns: Mapping[str, Any], *, by: User, today: date
) -> None:
    """Raise `BadInput` with what is wrong."""
    there = {name: getattr(now, name) for name in now.of_kind.columns}
    problems = column_problems(Episode, now.of_kind, there | dict(columns), today=today, kept=there)
    birthday = born(by, now.child_id)
    if starts_on is not None:
        problems |= past_day("starts_on", now.of_kind.first_day, starts_on, today=today, born=birthday)
    first = starts_on or now.starts_on
    problems |= decided_problems(now.kind, decided_on, starts_on=first, today=today, born=birthday)
    if decided_on is not None and not may_be_told(now):
        problems["decided_on"] = "The day of the decision is that of the step which is recorded: correct that one"
    raise_first(problems)


def _new_words(now: Episode, words: Mapping[str, str]) -> dict[str, str]:
    """Words where there were none. Raises `BadInput` for others in the place of those that stand there."""
    found = {}
    for name, text in words.items():
        if not text.strip() or text.strip() == getattr(now, name):
            continue
        if getattr(now, name):
            raise BadInput(STAYS)
        found[name] = text.strip()
    return found


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
    now.end_reason = end_reason
    follows = follow_ups.state_of(now)
    now = episode_life.perform("end", now, by=by, at=at, ends_on=ends_on, end_reason=end_reason, follows=follows)
    stop_waiting(now, by=by, at=at)
    follow_ups.ended_by_hand(now, by=by)
    _until(now, ends_on, by=by)
    recount_conferences(now, by=by, at=at)
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
    cleared = {"ends_on": None, "end_reason": "", "ended_at": None, "ended_by": None, "follows": ""}
    now = _perform("open_again", episode, by=by, at=at, **cleared)
    _wait_again(now, by=by, at=at)
    catch_up(now, by=by, at=at or timezone.now())
    _until(now, None, by=by)
    recount_conferences(now, by=by, at=at or timezone.now())
    return now


@door("counting")
def _wait_again(episode: Episode, *, by: User, at: datetime | None) -> None:
    for step in Step.objects.filter(episode=episode, status=Step.Status.SET_ASIDE).order_by("pk"):
        if step.aside_reason == ENDED:
            step_life.perform("take_back", step, by=by, at=at, set_aside_at=None, set_aside_by=None, aside_reason="")


@transaction.atomic
def enter_in_error(*, episode: Episode, seen: int, reason: str, by: User, at: datetime | None = None) -> Episode:
    """It is not this child's, or never was: from now on it is nowhere but on the pages about such entries.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    ensure_keeps_record(by, episode)
    if not reason.strip():
        raise BadInput("Say why it was entered in error.")
    with with_errors(episode.pk), door("counting"):
        _ensure_seen(Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk), seen)
        waits = Step.objects.filter(episode=episode, status=Step.Status.WAITING).values_list("pk", flat=True)
        reminders.settle(waits, by=by, at=at or timezone.now())
        free_meetings(episode, by=by)
        wrong = episode_life.perform("enter_in_error", episode, by=by, at=at, error_reason=reason.strip())
    recount_conferences(wrong, by=by, at=at or timezone.now())
    return wrong


@transaction.atomic
def put_back(*, episode: Episode, by: User, at: datetime | None = None) -> Episode:
    """It was right after all, and stands as it was. Raises `NotAllowed`, `BadInput`, `OutOfTurn`."""
    with with_errors(episode.pk), door("counting"):
        ensure_keeps_record(by, episode)
        move = "put_back_ended" if episode.ended_at else "put_back_open"
        back = _perform(move, episode, by=by, at=at, error_at=None, error_by=None, error_reason="")
        take_meetings_back(back, by=by)
    catch_up(back, by=by, at=at or timezone.now())
    recount_conferences(back, by=by, at=at or timezone.now())
    return back


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
