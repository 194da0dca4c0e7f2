"""Open the file of a child who leaves: by the machine once the child has left, or by a lead before that."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known_of, may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Chronicled, ConcernChild
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from sharing.transfers.models import OPEN, FileTransfer
from sharing.transfers.permissions import SENDERS, may_send_of

from .additions import READERS
from .days import days_of, too_early
from .telling import tell_of_leaver

# Who left longer ago than this, left before anybody asked Harbour to see to it.
LOOKS_BACK = timedelta(days=365)
THERE = "There is a file to the next school for this child already. Open it on the tab Sharing"


def open_leavers(school: School, *, at: datetime) -> int:
    """One for each child who has left and of whom there is an entry, an order or a confidential address. Returns how
    many. Work of the machine, and done twice it does nothing.
    """
    today = timezone.localdate(at)
    there = FileTransfer.objects.filter(child=OuterRef("pk"))
    left = Child.objects.filter(school=school, merged_into=None, ending_at=None, left_on__gte=today - LOOKS_BACK)
    named = ConcernChild.objects.filter(child=OuterRef("pk"))
    beside = Chronicled.objects.filter(child=OuterRef("pk"), concern=None, readers__in=READERS)
    protected = set(known_of("leavers_protected", school.pk, (today - LOOKS_BACK).isoformat()))
    left = left.filter(Exists(named) | Exists(beside) | Q(pk__in=protected))
    left = left.exclude(Exists(there.filter(status__in=OPEN)))
    found = 0
    for child in left.order_by("left_on", "pk"):
        if child.left_on is None or _was_opened(child):
            continue
        if child.pk not in protected and not _has_entry(child):
            continue
        made = _open(child, child.left_on, by=None, at=at)
        if made is not None:
            tell_of_leaver(made, at=at)
            found += 1
    return found


def _was_opened(child: Child) -> bool:
    """Whether there is one for this time on roll: who came back and leaves again gets another one."""
    rows = FileTransfer.objects.filter(child=child)
    return (rows.filter(last_day__gte=child.entered_on) if child.entered_on else rows).exists()


def _has_entry(child: Child) -> bool:
    """Whether anything of the child is left to send: not where all was entered in error."""
    if known_of("concerns_of_child", child.pk):
        return True
    return Chronicled.objects.filter(child=child, concern=None, readers__in=READERS).exists()


def _open(child: Child, last_day: date, *, by: User | None, at: datetime) -> FileTransfer | None:
    """The row; None where somebody else has opened one just now."""
    days = days_of(child.school_id, last_day)
    try:
        with transaction.atomic():
            made = FileTransfer.objects.create(
                child=child,
                school_id=child.school_id,
                last_day=last_day,
                time=days.time,
                warn_on=days.warn_on,
                due_on=days.due_on,
                opened_at=at,
                opened_by=by,
            )
    except IntegrityError:
        return None
    record(Verb.CREATE, made, by=by)
    return made


def open_problems(child: Child, last_day: date | None, today: date) -> dict[str, str]:
    """Why it cannot be opened like this. Empty when it can."""
    if last_day is None:
        return {"last_day": "Enter the last day at this school"}
    if child.entered_on is not None and last_day < child.entered_on:
        return {"last_day": "The last day cannot be before the child came"}
    if child.left_on is not None and last_day > today:
        return {"last_day": "The child has left already: enter the last day, today or in the past"}
    problem = too_early(child.school_id, last_day)
    return {"last_day": problem} if problem else {}


@transaction.atomic
def open_transfer(*, child: Child, last_day: date, by: User, at: datetime | None = None) -> FileTransfer:
    """A lead opens it, also before the child leaves. Where one is open it is that one: a second press opens none.

    Raises `NotAllowed`, `BadInput`.
    """
    at = at or timezone.now()
    if not may_send_of(by, child.school_id, child.pk) or not may_view(by, child):
        raise NotAllowed(SENDERS)
    for problem in open_problems(child, last_day, timezone.localdate(at)).values():
        raise BadInput(f"{problem}.")
    held = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    if there := FileTransfer.objects.filter(child=held, status__in=OPEN).first():
        return there
    made = _open(held, last_day, by=by, at=at)
    if made is None:
        raise OutOfTurn(f"{THERE}.")
    record(Verb.ADD, held, by=by, purpose="file to the next school")
    return made


def follow_days(transfers: Iterable[FileTransfer], left: dict[UUID, date]) -> int:
    """The last day as the register has it by now, and the days that follow from it and from the calendar. Of files that
    have not gone. Returns how many changed. One that is from before any time by now stays as it is.
    """
    changed = 0
    for one in transfers:
        last_day = left.get(one.child_id, one.last_day) if one.child_id else one.last_day
        if last_day != one.last_day and too_early(one.school_id, last_day):
            continue
        days = days_of(one.school_id, last_day)
        wanted = {"last_day": last_day, "time": days.time, "warn_on": days.warn_on, "due_on": days.due_on}
        if all(getattr(one, name) == value for name, value in wanted.items()):
            continue
        for name, value in wanted.items():
            setattr(one, name, value)
        one.revision += 1
        one.save(update_fields=[*wanted, "revision"])
        record(Verb.CHANGE, one, purpose="days")
        changed += 1
    return changed
