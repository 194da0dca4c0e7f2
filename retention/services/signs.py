"""What on a child's record is a sign of sexual abuse or exploitation, and what has been said of each? (R03, domain
reference 13: "signs for R03", "R01 against R03".)

While one is not answered, nothing of the file is due. Whoever may not know of a sign reads of it nowhere; it is
answered by whoever decides in the lead's place. Where the next school has the file and the long rule applies, neither
rule wins: somebody says what becomes of the own copy.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from retention.models import OWN_COPY, Mark, RetentionDate, Statement
from retention.periods import Abuse
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import User
from safeguarding.audit.protection import known
from safeguarding.audit.reading import Asks, visible
from safeguarding.audit.services import record
from safeguarding.ending import signs
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.prepared import prepared

_M = RetentionDate.Missing
# What somebody has still to say so that the record can be due.
TO_DECIDE = (_M.ASKED, _M.UNDECIDED)
_NOT_YOURS = "You do not answer this. A safeguarding lead does, or whoever decides in the lead’s place."
_CHANGED = "This has changed since you opened the page. Open it again to see how it stands."
# Of the files that the last scan found to be decided, those that still are.
_OPEN = """
    SELECT said.record FROM rules.long_rule_of(ARRAY(
        SELECT kept.record_key FROM public.retention_retentiondate AS kept
        WHERE kept.school_id = %s AND kept.missing = ANY (%s)
    )) AS said
    WHERE said.is_asked
       OR (said.since IS NOT NULL AND said.ours_stays IS NULL
           AND (said.ours_ends IS NULL OR said.ours_ends < said.since))
"""
_NO_CHOICE = "Say what becomes of the school’s own copy."


@dataclass(frozen=True)
class Told:
    """A sign on a child's file, as one person may know of it. `answers`: whether they answer it."""

    key: UUID
    kind: str
    codes: tuple[str, ...]
    day: date
    answer: str
    answers: bool

    @property
    def is_open(self) -> bool:
        return not self.answer

    @property
    def says(self) -> str:
        """A concern about sexual abuse."""
        says = signs.signs()[self.kind].says
        return "; ".join(says(code) for code in self.codes)

    @property
    def address(self) -> str:
        """The page of its row, or nothing."""
        page = signs.signs()[self.kind].page
        return reverse(page, args=[self.key]) if page else ""


def abuse_of(children: Collection[UUID]) -> dict[UUID, Abuse]:
    """What is said of these children's files as to the long rule, whoever asks: one query."""
    rows = prepared("SELECT * FROM rules.long_rule_of(%s)", [list(children)])
    return {key: Abuse(bool(asked), since, ends, stays) for key, asked, since, ends, stays in rows}


def signs_told(user: User, child: Child) -> list[Told]:
    """The signs on a child's file of which this person may know; what waits for an answer first."""
    rows = prepared("SELECT * FROM rules.signs_told(%s, %s)", [user.pk, child.pk])
    return [Told(key, kind, tuple(codes), day, answer, answers) for key, kind, codes, day, answer, answers in rows]


def to_decide(asks: Asks, school_id: UUID) -> QuerySet[RetentionDate]:
    """The files of which somebody has still to say something before they can be due, as far as the person sees them.
    What was said since the last scan is left out.
    """
    keys = RawSQL(_OPEN, [school_id, list(TO_DECIDE)])  # noqa: S611
    return visible(asks, RetentionDate).filter(school_id=school_id, missing__in=TO_DECIDE, record_key__in=keys)


def unseen_by(user: User) -> frozenset[UUID]:
    """The children of whose date the person is told nothing: it would tell of a sign that is hidden from them."""
    return frozenset(known("signs_unseen", user.pk))


def answers(user: User, child: Child, sign: UUID | None = None) -> bool:
    """Whether this person answers the sign; or, without one, says what becomes of the own copy of the file."""
    return _answers(user, child.school_id, child.pk, sign)


def _answers(user: User, *about: Any) -> bool:
    [[found]] = prepared("SELECT rules.answers_sign(%s, %s, %s, %s)", [user.pk, *about])
    return bool(found)


def ensure_says_own_copy(by: User, child: Child) -> None:
    """Raise `NotAllowed` unless `by` says what becomes of the own copy of the file."""
    if not answers(by, child):
        raise NotAllowed(_NOT_YOURS)


@transaction.atomic
def answer(
    *,
    child: Child,
    sign: UUID,
    codes: Collection[str],
    token: UUID,
    applies: bool,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> Mark:
    """Say of one sign whether the long rule applies because of it. `codes` are those that were shown. The newest answer
    counts; the same form again answers once.

    Raises `NotAllowed`, `BadInput`; `OutOfTurn` where the sign is another by now, or none, or hidden from the person.
    """
    if not reason.strip():
        raise BadInput("Say why.")
    now = at or timezone.now()
    Child.objects.select_for_update(of=("self",), no_key=True).get(pk=child.pk)
    key = entry_token(token, child.pk, sign, applies, reason)
    if there := Mark.objects.filter(token=key).first():
        return there
    told = next((one for one in signs_told(by, child) if one.key == sign), None)
    if told is None or set(told.codes) != set(codes):
        raise OutOfTurn(_CHANGED)
    if not told.answers:
        raise NotAllowed(_NOT_YOURS)
    for old in Mark.objects.select_for_update(of=("self",)).filter(child=child, row_key=sign, ended_at=None):
        old.ended_at, old.ended_by = now, by
        old.save(update_fields=["ended_at", "ended_by"])
    made = Mark.objects.create(
        child=child,
        school_id=child.school_id,
        row_key=sign,
        codes=list(told.codes),
        applies=applies,
        reason=reason.strip(),
        token=key,
        marked_at=now,
        marked_by=by,
    )
    record(RetentionVerb.STATE_RETENTION, made, by=by, purpose="sign" if applies else "no sign")
    return made


@transaction.atomic
def say_own_copy(
    *, child: Child, token: UUID, kind: str, reason: str, by: User, at: datetime | None = None
) -> Statement:
    """Say what becomes of the school's own copy of a file that the next school has, and that the long rule keeps. The
    newest counts; the same form again says it once.

    Raises `NotAllowed`, `BadInput`.
    """
    if kind not in OWN_COPY:
        raise BadInput(_NO_CHOICE)
    if not reason.strip():
        raise BadInput("Say why.")
    if child.left_on is None:
        raise BadInput("The child is on roll: say this once the next school has the file.")
    ensure_says_own_copy(by, child)
    now = at or timezone.now()
    Child.objects.select_for_update(of=("self",), no_key=True).get(pk=child.pk)
    key = entry_token(token, child.pk, kind, reason)
    if there := Statement.objects.filter(token=key).first():
        return there
    standing = Statement.objects.select_for_update(of=("self",))
    for old in standing.filter(child=child, kind__in=OWN_COPY, withdrawn_at=None):
        old.withdrawn_at, old.withdrawn_by = now, by
        old.save(update_fields=["withdrawn_at", "withdrawn_by"])
    made = Statement.objects.create(
        child=child,
        school_id=child.school_id,
        kind=kind,
        on=timezone.localdate(now),
        said=reason.strip(),
        token=key,
        stated_at=now,
        stated_by=by,
    )
    record(RetentionVerb.STATE_RETENTION, made, by=by, purpose=kind)
    return made
