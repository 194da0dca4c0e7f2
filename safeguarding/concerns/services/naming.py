"""Which children does a concern name?

Those of its form; and what becomes of the child of a call while its account is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild, UndoneLink
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.notes import write_note
from safeguarding.concerns.services.telling import tell_readers
from safeguarding.concerns.services.withholding import withhold
from safeguarding.concerns.subjects import keep_for, keep_for_all
from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7

# What a row says of a child who is linked to it.
_EMPTIED = ("child", "linked_at", "linked_by", "said_at", "said_by")
ON_RECORD, UNNAMED = ConcernChild.Kind.ON_RECORD, ConcernChild.Kind.UNNAMED


@dataclass(frozen=True)
class ChildEntry:
    """A child as the reporter names it: the record of one, or a description of a child nobody can name.

    `key` was chosen on a form, and is of no record that the reporter may name: see `withholding`.
    """

    role: str
    child: Child | None = None
    kind: str = ON_RECORD
    description: str = ""
    key: UUID | None = None


def name_children(concern: Concern, entries: Sequence[ChildEntry], *, by: User, at: datetime) -> None:
    """Put the children into the concern, which is locked. A record named twice counts once.

    Raises `BadInput` for a child of another school.

    The row of the call with which a concern began is one of them: who is named or described again takes the role from
    the form; other words for the child change the one row; another child takes its place, and leads are told which one
    went.
    """
    if any(entry.child and entry.child.school_id != concern.school_id for entry in entries):
        raise BadInput("A child of another school cannot be named here. Describe the child instead.")
    keep_for({concern.pk: {entry.child.pk for entry in entries if entry.child}}, concern.school_id)
    called = list(ConcernChild.objects.filter(concern=concern, added_by=by).select_related("child"))
    # Two whom nobody can name may be described alike, twins not born yet; a record is one child.
    named = list({e.child.pk if e.child else place: e for place, e in enumerate(entries)}.items())
    further = dict(named)
    # Records first: a description that a lead has linked meanwhile may have become the record that the form names too.
    for place, entry in sorted(named, key=lambda each: each[1].child is None):
        if (row := next((r for r in called if _is_same(r, entry)), None)) is not None:
            called.remove(row)
            del further[place]
            _write(row, entry, by=by, at=at)
    for entry in further.values():
        if (row := next((r for r in called if _is_meant(r, entry)), None)) is not None:
            called.remove(row)
            _take_out(row, concern, by=by, at=at)
        if row is None:
            add_child(concern, entry, by=by, at=at)
        else:
            _write(row, entry, by=by, at=at)


def add_child(concern: Concern, entry: ChildEntry, *, by: User, at: datetime) -> None:
    """One more child in the concern, whoever else is."""
    row = ConcernChild(concern=concern, school_id=concern.school_id, added_by=by, added_at=at)
    _write(row, entry, by=by, at=at)


@transaction.atomic
@door("reporting")
def take_out_of_call(*, token: UUID, child_id: UUID, by: User, at: datetime | None = None) -> bool:
    """Take a child, named in a hurry, out of one's own call before its account is finished: at once, and leads are
    told.

    The child's file does not carry the call any more; whom it is about is open until the account says so. Returns False
    where there is no such call that names this child.
    """
    at = at or timezone.now()
    mine = Concern.objects.filter(token=token, logged_by=by, called_at__isnull=False, finished_at=None)
    concern = mine.select_for_update().first()
    named = ConcernChild.objects.filter(concern=concern, child=child_id, added_by=by, linked_at=None)
    row = named.select_related("child").first() if concern is not None else None
    if concern is None or row is None:
        return False
    _take_out(row, concern, by=by, at=at)
    concern.news_at = at
    concern.revision += 1
    concern.save(update_fields=["news_at", "revision"])
    tell_readers(concern, ConcernNotice.ADDED, by=by, at=at)
    return True


def _is_same(row: ConcernChild, entry: ChildEntry) -> bool:
    if entry.child is not None:
        return row.child_id == entry.child.pk
    return row.kind != ON_RECORD and row.description == entry.description


def _is_meant(row: ConcernChild, entry: ChildEntry) -> bool:
    """Whether the form says with `entry` whom the call meant with `row`.

    Whom a lead has linked is the lead's to say.
    """
    return entry.child is None and row.kind != ON_RECORD if row.linked_at else True


def _write(row: ConcernChild, entry: ChildEntry, *, by: User, at: datetime) -> None:
    """The description of a child whom the reporter, or a lead, knows by now stays beside the record."""
    row.role = entry.role
    if entry.child is not None:
        row.child, row.kind = entry.child, ON_RECORD
    elif entry.child is None:
        row.kind, row.description = entry.kind, entry.description
    row.save(update_fields=None if row._state.adding else ["role", "child", "kind", "description"])
    if entry.key is not None:
        withhold(row, entry.key, by=by, at=at)


def _take_out(row: ConcernChild, concern: Concern, *, by: User, at: datetime) -> None:
    """Leave open whom a call is about, and say to leads that there was a child. Nothing to say of one without a record.

    The note does not say who: that stands on "Who has looked", and in nothing that another child's file shows.
    """
    if row.child_id is None or row.linked_at:
        return
    said = "A child was named when the call was made, and taken out of it again by the caller."
    write_note(concern, f"{said} “Who has looked” says who.", by=by, at=at)
    record(Verb.CHANGE, concern, by=by, purpose="child taken out of the call")
    row.description = ""
    take_back(row, token=uuid7(), reason="Taken out of the call by the caller.", kind=UNNAMED, by=by, at=at)
    keep_for_all(concern.pk)


def take_back(
    row: ConcernChild, *, token: UUID, reason: str, kind: str = ConcernChild.Kind.NOT_YET, by: User, at: datetime
) -> UndoneLink:
    """The row, locked, is linked to nobody any more: that it was, and what that child's file had said, is kept apart.

    `kind` is what it is from now on where nobody has described the child.
    """
    undone = UndoneLink.objects.create(
        concern_id=row.concern_id,
        school_id=row.school_id,
        named=row,
        token=token,
        child_key=row.child_id,
        role=row.role,
        since=row.linked_at or row.added_at,
        reason=reason,
        undone_at=at,
        undone_by=by,
    )
    for name in _EMPTIED:
        setattr(row, name, None)
    row.file_says = row.story = ""
    if row.kind == ON_RECORD:
        row.kind = kind
    row.save(update_fields=[*_EMPTIED, "file_says", "story", "kind", "description"])
    return undone
