"""Whom is a concern about an adult about, whom else does it involve, and which children does it touch?"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure_works_at
from safeguarding.adults.models import AdultNamed, StaffConcern, StaffConcernChild
from safeguarding.adults.permissions import ensure_decides
from safeguarding.adults.services.routing import ask_to_name, is_about_head, nobody_left, readers, tell_of
from safeguarding.adults.services.working import lock
from safeguarding.adults.subjects import keep_for
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

Part = AdultNamed.Part


@transaction.atomic
def name_adult(
    *,
    concern: StaffConcern,
    part: str,
    by: User,
    user: User | None = None,
    standing: str = "",
    name: str = "",
    employer: str = "",
    at: datetime | None = None,
) -> AdultNamed:
    """It is about this adult, or involves this adult too. A colleague with an account sees nothing of it from now on.

    The same again changes nothing; with a standing or an employer that was not known it takes the place of what was
    said before. Whoever reads it in place of somebody who may not any more is told; where nobody is left, those who
    give roles are asked to name somebody. Raises `BadInput` where it names each of them: then nobody would be left to
    ask.
    """
    at, on = at or timezone.now(), timezone.localdate(at)
    ensure_decides(by, concern)
    now = lock(concern)
    if part not in Part or (standing and standing not in AdultNamed.Standing):
        raise BadInput("Choose what the adult is here, and what part they had.")
    if user is not None:
        ensure_works_at(user, now.school_id, on)
    elif not name.strip():
        raise BadInput("Choose a colleague, or write the name.")
    employer = employer.strip()
    if there := _same(now, part, user, name):
        if standing in ("", there.standing) and employer in ("", there.employer):
            return there
        standing, employer = standing or there.standing, employer or there.employer
        there.withdrawn_at, there.withdrawn_by = at, by
        there.save(update_fields=["withdrawn_at", "withdrawn_by"])
    before = {one.pk for one in readers(now, on=on)}
    if user is not None and part == Part.ABOUT:
        keep_for(now.pk, [user.pk], now.school_id)
    named = AdultNamed(
        staff_concern=now,
        school_id=now.school_id,
        part=part,
        standing=standing or AdultNamed.Standing.STAFF,
        user=user,
        name="" if user else name.strip(),
        employer=employer,
        named_at=at,
        named_by=by,
    )
    # Together with what follows from it: whoever names themselves sees the concern no longer.
    _route(now, about=named, on=on)
    AdultNamed.objects.bulk_create([named])
    record(Verb.DECLARE, now, by=by, purpose=part)
    _hand_on(now, before, at=at)
    return named


@transaction.atomic
def withdraw_adult(*, named: AdultNamed, by: User, at: datetime | None = None) -> AdultNamed:
    """It is not about this adult after all, or does not involve them. Never the last whom it is about: name the right
    one first.

    Whoever reads it again by this is told.
    """
    at, concern = at or timezone.now(), named.staff_concern
    ensure_decides(by, concern)
    now = lock(concern)
    locked = AdultNamed.objects.select_for_update(of=("self",)).get(pk=named.pk)
    if locked.withdrawn_at is not None:
        raise OutOfTurn("This has been withdrawn already.")
    about = AdultNamed.objects.filter(staff_concern=now, part=Part.ABOUT, withdrawn_at=None).exclude(pk=locked.pk)
    if locked.part == Part.ABOUT and not about.exists():
        raise OutOfTurn("A concern is always about somebody. Name the right adult first, then withdraw this one.")
    before = {one.pk for one in readers(now, on=timezone.localdate(at))}
    # Before what follows from it: whoever read it in place of the one who was named sees it no longer.
    now.revision += 1
    now.save(update_fields=["revision"])
    locked.withdrawn_at, locked.withdrawn_by = at, by
    locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(Verb.WITHDRAW, now, by=by, purpose="adult")
    _hand_on(now, before, at=at)
    return locked


def _same(concern: StaffConcern, part: str, user: User | None, name: str) -> AdultNamed | None:
    there = AdultNamed.objects.filter(staff_concern=concern, withdrawn_at=None)
    if user is not None:
        found = there.filter(user=user).first()
        if found is not None and found.part != part:
            raise OutOfTurn(f"{user.full_name} is named already. Withdraw that first.")
        return found
    return next((one for one in there.filter(user=None, part=part) if one.name == name.strip()), None)


def _route(concern: StaffConcern, *, about: AdultNamed, on: object) -> None:
    """Whether it is about the Headteacher now; once it was, the chair goes on reading it."""
    user = about.user_id
    if (
        about.part == Part.ABOUT
        and user
        and is_about_head(concern.school_id, {user}, timezone.localdate(about.named_at))
    ):
        concern.about_head = True
    concern.revision += 1
    concern.save(update_fields=["about_head", "revision"])


def _hand_on(concern: StaffConcern, before: set[UUID], *, at: datetime) -> None:
    now = readers(concern, on=timezone.localdate(at))
    tell_of(concern, [one for one in now if one.pk not in before], at=at)
    if now or concern.status == StaffConcern.Status.CLOSED:
        return
    if not ask_to_name(concern.school_id, at=at):
        raise BadInput(nobody_left(concern.school))


@transaction.atomic
def link_child(*, concern: StaffConcern, child: Child, by: User, at: datetime | None = None) -> StaffConcernChild:
    """It touches this child. The child's record shows nothing of it. The same again changes nothing."""
    ensure_decides(by, concern)
    if child.school_id != concern.school_id or not may_view(by, child):
        raise NotAllowed("Only a child of this school that you may see can be linked.")
    now = lock(concern)
    if there := StaffConcernChild.objects.filter(staff_concern=now, child=child, withdrawn_at=None).first():
        return there
    linked = StaffConcernChild(
        staff_concern=now, school_id=now.school_id, child=child, linked_at=at or timezone.now(), linked_by=by
    )
    linked.save(force_insert=True)
    now.revision += 1
    now.save(update_fields=["revision"])
    record(Verb.LINK, now, by=by)
    return linked


@transaction.atomic
def unlink_child(*, linked: StaffConcernChild, by: User, at: datetime | None = None) -> StaffConcernChild:
    """It does not touch this child after all."""
    ensure_decides(by, linked.staff_concern)
    now = lock(linked.staff_concern)
    held = StaffConcernChild.objects.select_for_update(of=("self",)).get(pk=linked.pk)
    if held.withdrawn_at is not None:
        raise OutOfTurn("This child has been taken out already.")
    held.withdrawn_at, held.withdrawn_by = at or timezone.now(), by
    held.save(update_fields=["withdrawn_at", "withdrawn_by"])
    now.revision += 1
    now.save(update_fields=["revision"])
    record(Verb.WITHDRAW, now, by=by, purpose="child")
    return held


def write_down(children: Collection[UUID]) -> None:
    """Who the children were whose records end: a concern about an adult is kept longer, and must say of whom it is."""
    links = StaffConcernChild.objects.filter(child__in=children, withdrawn_at=None)
    for linked in links.select_related("child", "child__detail"):
        born = linked.child.detail.date_of_birth if hasattr(linked.child, "detail") else None
        linked.child_was = linked.child.full_name + (f", born {full_day(born)}" if born else "")
        linked.save(update_fields=["child_was"])
