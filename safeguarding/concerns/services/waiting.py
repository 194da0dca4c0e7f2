"""What does a decided concern wait for? One answer for its page, for Today and for lists. Pure: whoever asks gives the
facts (`waiting_rows`).

What is late comes first, then the first of: a referral that was decided on and is not recorded, an agency’s answer,
whether a meeting was held, a meeting to come, actions, the review.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from safeguarding.concerns.models import Agency, Decision, Meeting, Referral
from safeguarding.dates import as_day, clock, counted, day_ahead, short_day

K = Decision.Kind


class Need(StrEnum):
    REFERRAL = "referral"
    TELLING = "telling"
    ANSWER = "answer"
    MEETING = "meeting"
    ACTION = "action"
    REVIEW = "review"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Outside:
    """What a decision to go outside the school asks for: word to an `agency`. `by_contact`: a conversation settles it
    as well as a referral.
    """

    agency: Agency
    label: str
    by_contact: bool = False

    @property
    def need(self) -> Need:
        return Need.TELLING if self.by_contact else Need.REFERRAL


REFER = "Make the referral"
SAY_IF_HELD = "Say if it was held"
# By kind of decision. Of the others nobody outside has to hear (early help is offered with the family).
ASKS: dict[str, Outside] = {
    K.CHILD_PROTECTION: Outside(Agency.SOCIAL_CARE, REFER),
    K.CHILD_IN_NEED: Outside(Agency.SOCIAL_CARE, REFER),
    K.POLICE: Outside(Agency.POLICE, REFER),
    K.CHANNEL: Outside(Agency.CHANNEL, REFER),
    K.SOCIAL_WORKER: Outside(Agency.SOCIAL_CARE, "Tell the social worker", by_contact=True),
    K.LADO: Outside(Agency.LADO, "Tell the LADO", by_contact=True),
}
# An agency inside a sentence.
IN_SENTENCE: dict[str, str] = {
    Agency.SOCIAL_CARE: "social care",
    Agency.POLICE: "the police",
    Agency.EARLY_HELP: "early help",
    Agency.CHANNEL: "Prevent or Channel",
    Agency.HEALTH: "health services",
    Agency.CAMHS: "CAMHS",
    Agency.LADO: "the LADO",
    Agency.OTHER: "another agency",
}


@dataclass(frozen=True)
class Sent:
    """A referral, as far as this asks."""

    agency: str
    status: str
    recorded_at: datetime
    answer_by: date


@dataclass(frozen=True)
class Facts:
    """What is on record of a decided concern. `kind`, `is_new` and `decided_at` are of the decision that stands;
    `opened_at` is when it was logged, or opened again. `contacts` are agencies with the moment of recording, `meetings`
    moments with kinds, of those that were not held yet and are not off, `actions` the due days of what is to do.
    """

    kind: str
    is_new: bool
    decided_at: datetime
    opened_at: datetime
    review_on: date | None = None
    referrals: Sequence[Sent] = ()
    contacts: Sequence[tuple[str, datetime]] = ()
    meetings: Sequence[tuple[datetime, str]] = ()
    actions: Sequence[date] = ()

    @property
    def since(self) -> datetime:
        """From when on word to the agency counts: a new referral is made after the decision."""
        return self.decided_at if self.is_new else self.opened_at


@dataclass(frozen=True)
class Waits:
    """What a concern waits for: a heading, what stands under it, and both in one line of a list."""

    need: Need
    label: str
    sub: str
    brief: str
    is_late: bool = False

    @property
    def is_urgent(self) -> bool:
        """Word has to go outside the school, and none is on record: red."""
        return self.need in (Need.REFERRAL, Need.TELLING)

    @property
    def tone(self) -> str:
        if self.is_urgent:
            return "bad"
        return "warn" if self.is_late or self.need == Need.ANSWER else "ok"


def waits_for(facts: Facts, *, at: datetime) -> Waits:
    """The one thing that a decided concern waits for."""
    found = list(_found(facts, at))
    return next((one for one in found if one.is_late), found[0])


def asked_outside(facts: Facts) -> Outside | None:
    """What its decision asks for outside the school and nobody has recorded; None where nothing is left to do."""
    asks = ASKS.get(facts.kind)
    if asks is None:
        return None
    made = [one.recorded_at for one in facts.referrals if one.agency == asks.agency and one.status != _WITHDRAWN]
    if asks.by_contact:
        made += [recorded_at for agency, recorded_at in facts.contacts if agency == asks.agency]
    return None if any(recorded_at >= facts.since for recorded_at in made) else asks


_WITHDRAWN = Referral.Status.WITHDRAWN


def _found(facts: Facts, at: datetime) -> Iterator[Waits]:
    """All that it waits for, in order; “Still open” where nothing else."""
    today = as_day(at)
    if asks := asked_outside(facts):
        yield outside(asks, facts.decided_at, today)
    yield from _answers(facts, today)
    yield from _meetings(facts, at)
    if facts.actions:
        yield _actions(facts.actions, today)
    yield _review(facts.review_on, today)


def outside(asks: Outside, decided_at: datetime, today: date) -> Waits:
    """What a decision asks for outside the school. It is done on the day of the decision; the day after it is late."""
    decided = as_day(decided_at)
    sub = f"to {IN_SENTENCE[asks.agency]}" if asks.need == Need.REFERRAL else "not on record yet"
    late = f"{sub}, decided {short_day(decided, today)}"
    return Waits(asks.need, asks.label, late if decided < today else sub, asks.label, is_late=decided < today)


def _answers(facts: Facts, today: date) -> Iterator[Waits]:
    waiting = [one for one in facts.referrals if one.status == Referral.Status.WAITING]
    if not waiting:
        return
    first = min(waiting, key=lambda one: one.answer_by)
    label, late = f"Waiting for {IN_SENTENCE[first.agency]}", (today - first.answer_by).days
    if late > 0:
        yield Waits(Need.ANSWER, label, f"{counted(late, 'day')} late", f"{label}, late", is_late=True)
    else:
        yield Waits(Need.ANSWER, label, f"due {day_ahead(first.answer_by, today)}", label)


def _meetings(facts: Facts, at: datetime) -> Iterator[Waits]:
    """From its time on somebody says whether a meeting was held; from the day after that is late, as of a date of a
    plan that was booked.
    """
    today = as_day(at)
    if begun := [one for one in facts.meetings if one[0] <= at]:
        held_at, kind = min(begun)
        is_late, label = as_day(held_at) < today, Meeting.Kind(kind).label
        when = short_day(as_day(held_at), today) if is_late else clock(held_at)
        yield Waits(Need.MEETING, SAY_IF_HELD, f"{label}, {when}", SAY_IF_HELD, is_late=is_late)
    if ahead := [one for one in facts.meetings if one[0] > at]:
        held_at, kind = min(ahead)
        label = f"Meeting on {short_day(as_day(held_at), today)}"
        yield Waits(Need.MEETING, label, f"{Meeting.Kind(kind).label}, {clock(held_at)}", label)


def _actions(days: Sequence[date], today: date) -> Waits:
    late = sum(day < today for day in days)
    sub = f"{len(days)} to do, {late} late" if late else f"{len(days)} to do"
    return Waits(Need.ACTION, "Action", sub, sub, is_late=late > 0)


def _review(until: date | None, today: date) -> Waits:
    if until is None:
        return Waits(Need.NOTHING, "Still open", "no day for a review", "Still open")
    if until > today:
        label = f"Watching until {short_day(until, today)}"
        return Waits(Need.REVIEW, label, "then look at it again", label)
    sub = "today" if until == today else f"since {short_day(until, today)}"
    return Waits(Need.REVIEW, "Review due", sub, "Review due", is_late=until < today)
