"""Scheduled jobs of concerns. Each calls one service and may run twice."""

from uuid import UUID

from celery import shared_task

from safeguarding.accounts.services import acting
from safeguarding.long_tasks import long_task

from .services.agencies import tell_of_silence
from .services.earlier import take_up, take_up_all
from .services.emergency import check_sheets
from .services.escalation import chase_unread, escalate_calls
from .services.meetings_ahead import tell_of_meetings
from .services.outside.waiting import chase_notes, escalate_notes
from .services.reminding import remind


@shared_task
def escalate() -> int:
    """Every 15 seconds: calls that nobody has opened go to the next person, and notes from outside that cannot wait."""
    return escalate_calls() + escalate_notes()


@shared_task
def chase() -> int:
    """Every 5 minutes: concerns, and notes from outside, that nobody has opened for a school day."""
    return chase_unread() + chase_notes()


@long_task(minutes=10, because="a pack has hundreds of files")
def work_on_earlier_records(batch_id: str) -> bool:
    """Do what these files of an earlier system wait for: to be read, put on the records, or cleared away."""
    return take_up(UUID(batch_id))


@long_task(minutes=10, because="a pack has hundreds of files")
def work_on_all_earlier_records() -> int:
    """Every minute: files that wait and that nobody works on, because a worker was stopped or the queue was away."""
    return take_up_all()


@shared_task
def sheets() -> int:
    """Every 10 minutes: emergency sheets of which a fact has changed."""
    return check_sheets()


@shared_task
def cover() -> int:
    """Every 5 minutes: what a lead who is away had to do and to read goes to who acts for them."""
    return acting.keep_up()


@shared_task
def silence() -> int:
    """Every quarter of an hour: agencies that are silent beyond their time."""
    return tell_of_silence()


@shared_task
def reminders() -> int:
    """Every quarter of an hour: actions that are due by tomorrow and those that are late, and meetings to come."""
    return remind() + tell_of_meetings()
