"""Which record is held by itself, may a person hold it, and what is it called?

A record of a kind with a period of its own (`ending.kinds`), by its key; not a child's file, which is held with the
child.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from retention.capabilities import RetentionCapability as C
from retention.models import Group, LegalHold, RetentionDate
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.audit.protection import known
from safeguarding.ending.kinds import Kind, kinds
from safeguarding.prepared import prepared

from .progress import known_by


@dataclass(frozen=True)
class OneRecord:
    """A record that is there. `about_id` is the child that it is about, if it is about one; `child_id` the same child
    where it ends with that file in any case.
    """

    kind: Kind
    key: UUID
    school_id: UUID
    about_id: UUID | None

    @property
    def child_id(self) -> UUID | None:
        return self.about_id if self.kind.ends_with_child else None

    @property
    def is_about_adults(self) -> bool:
        return self.kind.group == Group.ADULTS


def record_with(key: UUID) -> OneRecord | None:
    """The record with this key, if there is one of a kind that is held by itself."""
    found = prepared("SELECT kind, school, child FROM rules.kinds_of(%s::uuid[])", [[key]])
    for name, school, child in found:
        if not (kind := kinds()[name]).own_scan:
            return OneRecord(kind, key, school, child)
    return None


def adults_held_by(user: User) -> frozenset[UUID]:
    """The concerns about adults that the person may hold: those whose end they decide or approve."""
    return frozenset((*known("adult_endings_decided", user.pk), *known("adult_endings_approved", user.pk)))


def may_hold(user: User, record: OneRecord) -> bool:
    """Whether the person sets a hold on this record: by their role, where they see it, or until when it is kept; of a
    concern about an adult where they decide or approve its end.
    """
    if record.is_about_adults:
        return record.key in adults_held_by(user)
    if not may(user, C.SET_HOLDS, record.school_id):
        return False
    there: Any = record.kind.model._default_manager.filter(pk=record.key)
    dates = RetentionDate.objects.filter(record_key=record.key)
    return bool(there.visible_to(user).exists() or dates.visible_to(user).exists())


def may_hold_seen(user: User, record: Model) -> bool:
    """The same of a record that the person has open."""
    kind = next((one for one in kinds().values() if type(record) is one.model and not one.own_scan), None)
    if kind is None:
        return False
    school_id: UUID = record.school_id  # type: ignore[attr-defined]
    if kind.group != Group.ADULTS:
        return may(user, C.SET_HOLDS, school_id)
    # Who may be the second person and reads it approves its end; of others those who decide it.
    return may(user, C.SECOND_DESTRUCTION, school_id) or record.pk in known("adult_endings_decided", user.pk)


def begun_to_end(record: OneRecord) -> bool:
    """Whether its destruction has begun: then it is not held any more."""
    [[begun]] = prepared("SELECT rules.begun_to_end(%s)", [record.key])
    return bool(begun)


def called(holds: Collection[LegalHold]) -> dict[UUID, str]:
    """SAR-2026-007: by what people tell records that are no child’s, by the key of the hold."""
    of = {hold.pk: hold.record_key for hold in holds if hold.record_key and hold.child_id is None}
    said = known_by(list(of.values()))
    return {hold: said[record] for hold, record in of.items() if record in said}
