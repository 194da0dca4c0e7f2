"""What is still open about a concern that somebody is about to close? They are told once, and close it all the same.

An action to do and an agency that owes an answer stop it (`deciding.close_concern`); these do not: a referral to make,
minutes, meetings, questions to the reporter, parents, what the files of several children say, the review, and dates of
plans.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.utils import timezone

from safeguarding.concerns.models import Concern, ConcernChild, ContactMade, Decision, Meeting, Question
from safeguarding.dates import as_day, counted, short_day

from .waiting import IN_SENTENCE, asked_outside
from .waiting_rows import facts_of
from .whole import See

Look = Callable[[Concern, See], list[str]]

_looks: list[Look] = []
_NOT_YET = Decision.ParentsTold.NOT_YET


def left_open_with(look: Look) -> None:
    """Let an app above say what of its own is open about a concern, in words. Called when the apps are ready."""
    _looks.append(look)


def left_open(concern: Concern, see: See, *, at: datetime) -> list[str]:
    """What is open, each as a line of a list; empty where nothing is."""
    found = [*_outside(concern, see), *_meetings(concern, see, at), *_asked(concern, see, at)]
    found += [said for look in _looks for said in look(concern, see)]
    return found


def _outside(concern: Concern, see: See) -> Iterator[str]:
    facts = facts_of([concern], see).get(concern.pk)
    if facts and (asks := asked_outside(facts)):
        yield f"no word to {IN_SENTENCE[asks.agency]} on record, as was decided"


def _meetings(concern: Concern, see: See, at: datetime) -> Iterator[str]:
    today = timezone.localdate(at)
    rows = see(Meeting).filter(concern=concern, status=Meeting.Status.OPEN).order_by("held_at", "pk")
    for one in rows.exclude(state=Meeting.State.CALLED_OFF):
        day = short_day(as_day(one.held_at), today)
        if one.held_at > at:
            yield f"{one.title} to come on {day}"
        else:
            yield f"minutes of {one.title}, {day}"


def _asked(concern: Concern, see: See, at: datetime) -> Iterator[str]:
    if number := see(Question).filter(concern=concern, answered_at=None).count():
        yield f"{counted(number, 'question')} to the reporter without an answer"
    if _parents_told(concern, see) == _NOT_YET:
        yield "parents not told yet"
    linked = see(ConcernChild).filter(concern=concern, child__isnull=False).values_list("file_says", flat=True)
    if len(linked) > 1 and (number := sum(not says for says in linked)):
        yield "what one child’s file says" if number == 1 else f"what the files of {number} children say"
    if concern.review_on:
        yield f"review on {short_day(concern.review_on, timezone.localdate(at))}"


def _parents_told(concern: Concern, see: See) -> str:
    """What was said last about whether parents know: in a decision, or with a contact since."""
    decided = see(Decision).filter(concern=concern).values_list("decided_at", "parents_told")
    made = see(ContactMade).filter(concern=concern).values_list("recorded_at", "parents_told")
    last = max([*decided, *made], default=None)
    return last[1] if last else ""
