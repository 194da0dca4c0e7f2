"""State what the date of a child's file rests on: that the next school has it, that there is none, that it is kept
longer, that it is kept under the long rule for abuse.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from retention.capabilities import RetentionCapability as C
from retention.models import OWN_COPY, Mark, Statement
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import only_they
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import as_day
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token

from .reviewers import ensure_reviews
from .signs import ensure_says_own_copy

_K = Statement.Kind
KEEPERS = only_they(C.KEEP_RETENTION)
# Kept longer only until somebody looks again.
LONGEST = timedelta(days=5 * 366)
_ENDED = "This has been withdrawn already. Open the page again to see how it stands."


def statement_problems(child: Child, kind: str, on: date | None, said: str, today: date) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when it can be stated."""
    found = {}
    # What becomes of the own copy is said elsewhere (`signs.py`).
    if kind not in _K or kind in OWN_COPY:
        return {"kind": "Choose what you want to state"}
    if child.left_on is None and kind in (_K.RECEIPT, _K.LAST_SCHOOL):
        found["kind"] = "The child is on roll: state this once the child has left"
    if on is None:
        found["on"] = "Enter the day"
    elif kind == _K.KEEP and not today < on <= today + LONGEST:
        found["on"] = "Enter a day after today, at most five years ahead"
    elif kind != _K.KEEP and on > today:
        found["on"] = "Enter a day that has come"
    elif kind == _K.RECEIPT and child.left_on is not None and on < child.left_on:
        found["on"] = "The next school cannot have confirmed it before the child left"
    if not said.strip():
        names_school = kind == _K.RECEIPT
        found["said"] = "Name the next school and who confirmed it" if names_school else "Say why, or who told you"
    return found


@transaction.atomic
def state(
    *,
    child: Child,
    token: UUID,
    kind: str,
    on: date | None,
    said: str,
    by: User,
    built_at: datetime | None = None,
    at: datetime | None = None,
) -> Statement:
    """State it, in place of what was stated of the kind. The same form again states it once.

    `built_at` is when the file was built that the next school confirmed; the day of the receipt where nobody knows.
    Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, C.KEEP_RETENTION, child.school_id, KEEPERS)
    return _stated(child, token, kind, on, said, by=by, built_at=built_at, at=at)


@transaction.atomic
def keep_longer(
    *, child: Child, token: UUID, until: date | None, said: str, by: User, at: datetime | None = None
) -> Statement:
    """State that a file is kept longer, as whoever reviews it on a list decides: a deputy too, where deputies review.

    Raises `NotAllowed`, `BadInput`.
    """
    ensure_reviews(by, child.school_id)
    return _stated(child, token, _K.KEEP, until, said, by=by, at=at)


def _stated(
    child: Child,
    token: UUID,
    kind: str,
    on: date | None,
    said: str,
    *,
    by: User,
    built_at: datetime | None = None,
    at: datetime | None,
) -> Statement:
    now = at or timezone.now()
    for problem in statement_problems(child, kind, on, said, timezone.localdate(now)).values():
        raise BadInput(f"{problem}.")
    Child.objects.select_for_update(of=("self",), no_key=True).get(pk=child.pk)
    key = entry_token(token, child.pk, kind, on, said)
    if there := Statement.objects.filter(token=key).first():
        return there
    for old in Statement.objects.select_for_update(of=("self",)).filter(child=child, kind=kind, withdrawn_at=None):
        _withdraw(old, by=by, at=now)
    made = Statement.objects.create(
        child=child,
        school_id=child.school_id,
        kind=kind,
        on=on,
        said=said.strip(),
        built_at=built_at,
        token=key,
        stated_at=now,
        stated_by=by,
    )
    record(RetentionVerb.STATE_RETENTION, made, by=by, purpose=kind)
    return made


@transaction.atomic
def withdraw(*, statement: Statement, by: User, at: datetime | None = None) -> Statement:
    """It does not hold any more. Raises `NotAllowed`, `OutOfTurn`."""
    if statement.kind in OWN_COPY:
        ensure_says_own_copy(by, statement.child)
    else:
        ensure(by, C.KEEP_RETENTION, statement.school_id, KEEPERS)
    now = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    if now.withdrawn_at is not None:
        raise OutOfTurn(_ENDED)
    return _withdraw(now, by=by, at=at or timezone.now())


def _withdraw(row: Statement, *, by: User, at: datetime) -> Statement:
    row.withdrawn_at, row.withdrawn_by = at, by
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(Verb.WITHDRAW, row, by=by)
    return row


@transaction.atomic
def mark(*, child: Child, token: UUID, applies: bool, reason: str, by: User, at: datetime | None = None) -> Mark:
    """Say of the file itself that it is kept under the long rule for abuse or exploitation (R03), or that this does not
    hold any more: then what was said of each sign on it counts alone. The same form again marks it once.

    Raises `NotAllowed`, `BadInput`; `OutOfTurn` where no mark stands that could be taken back.
    """
    ensure(by, C.KEEP_RETENTION, child.school_id, KEEPERS)
    if not reason.strip():
        raise BadInput("Say why.")
    now = at or timezone.now()
    Child.objects.select_for_update(of=("self",), no_key=True).get(pk=child.pk)
    key = entry_token(token, child.pk, applies, reason)
    if there := Mark.objects.filter(token=key).first():
        return there
    standing = Mark.objects.select_for_update(of=("self",)).filter(child=child, row_key=None, ended_at=None)
    olds = list(standing)
    if not applies and not any(old.applies for old in olds):
        raise OutOfTurn("The file itself is not marked. Open the page again to see how it stands.")
    for old in olds:
        old.ended_at, old.ended_by = now, by
        old.save(update_fields=["ended_at", "ended_by"])
    made = Mark.objects.create(
        child=child,
        school_id=child.school_id,
        applies=applies,
        reason=reason.strip(),
        token=key,
        marked_at=now,
        marked_by=by,
    )
    record(RetentionVerb.STATE_RETENTION, made, by=by, purpose="mark" if applies else "no mark")
    return made


def entries_count_from(statement: Statement) -> date:
    """From when on an entry is one since the receipt: the day on which the confirmed file was built."""
    return as_day(statement.built_at) if statement.built_at else statement.on
