"""Who reads a concern about an adult, who is told of it, and what happens where nobody can?

The rule (`permissions.py`) decides who reads. Here it is asked before anything is written, so that nobody writes to no
one.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from safeguarding.accounts.models import Absence, Notice, School, User
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import tell
from safeguarding.adults.capabilities import AdultCapability
from safeguarding.adults.models import ReadingChoice, StaffConcern
from safeguarding.adults.notice_kinds import AdultNotice
from safeguarding.ages import lately
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known, who_sees
from safeguarding.audit.services import record


def heads(school_id: UUID, on: date) -> list[User]:
    """Whoever reads concerns about adults by role: the Headteacher."""
    return list(people_with(AdultCapability.READ_STAFF_CONCERNS, school_id, on))


def chairs(school_id: UUID, on: date) -> list[User]:
    """Whoever reads those about the Headteacher: the chair of governors."""
    return list(people_with(AdultCapability.READ_ABOUT_HEAD, school_id, on))


def is_about_head(school_id: UUID, about: Collection[UUID], on: date) -> bool:
    """Whether one of the adults whom it is about is a Headteacher of the school."""
    return any(head.pk in about for head in heads(school_id, on))


def is_head_away(school_id: UUID, named: Collection[UUID], on: date) -> bool:
    """Whether no Headteacher who might read it is in school on a day: the chair reads it too."""
    free = [head.pk for head in heads(school_id, on) if head.pk not in named]
    away = Absence.objects.filter(user__in=free, starts_on__lte=on, ends_on__gte=on, withdrawn_at=None)
    return set(free) <= set(away.values_list("user_id", flat=True))


def nobody_reads(school_id: UUID, about: Collection[UUID]) -> bool:
    """Whether nobody at the school could read a concern about these adults: then it is not taken (`refusal`)."""
    return not _keys("SELECT rules.left_to_read_adults(%s, %s)", school_id, list(about))


def refusal(school: School) -> str:
    """What somebody is told whose concern nobody could read."""
    return (
        "Nobody at this school can read this in Harbour just now, so it was not sent and nothing was "
        f"saved. {_ring(school)} "
        "Copy or print what you wrote before you leave this page."
    )


def nobody_left(school: School) -> str:
    """What a reader is told who would leave a concern with nobody to read it and nobody to ask for a reader."""
    return (
        "With this adult named, nobody at this school could read the concern and nobody could be asked to "
        "name a reader, so "
        f"nothing was saved. {_ring(school)} Have a chair of governors named under Staff and access, then try again."
    )


def _ring(school: School) -> str:
    choice = current_choice(school.pk)
    lado = "Ring the local authority designated officer (LADO) today and tell them yourself"
    if choice and choice.lado_telephone:
        return f"{lado}: {' '.join(filter(None, (choice.lado_name, choice.lado_telephone)))}."
    if school.social_care_day:
        return f"{lado}: children’s social care puts you through, {school.social_care_day}."
    return f"{lado}: the website of your local authority has the number."


@transaction.atomic
def ask_to_name(school_id: UUID, *, about: Collection[UUID] = (), at: datetime) -> list[User]:
    """Somebody must be named who could read it. Told to those who give roles, and not what it is. Returns who was told.

    Nobody is told whom a concern names that nobody reads, nor whom one is `about` that was not taken.
    """
    left_out = {*about, *known("named_in_unread", school_id)}
    givers = people_with(Capability.MANAGE_ACCESS, school_id, timezone.localdate(at))
    asked = [one for one in givers if one.pk not in left_out]
    tell(
        people=asked,
        school_id=school_id,
        kind=NoticeKind.APPOINT,
        object_type="stand_in",
        object_id=school_id,
        at=at,
    )
    return asked


@transaction.atomic
def ask_where_nobody_reads(*, at: datetime | None = None) -> int:
    """Schools at which an open concern about an adult has lost its last reader: asked once a day. Returns how many
    were.

    Where it names everybody who gives roles, there is nobody to ask.
    """
    at = at or timezone.now()
    asked = Notice.objects.filter(lately("created_at", timedelta(days=1), at), kind=NoticeKind.APPOINT)
    waiting = set(_keys("SELECT rules.schools_without_adults_reader()")) - set(
        asked.values_list("object_id", flat=True)
    )
    found = [school_id for school_id in waiting if ask_to_name(school_id, at=at)]
    for school_id in found:
        record(
            Verb.ASK, object_type="accounts.school", object_id=school_id, school_id=school_id, purpose="who stands in"
        )
    return len(found)


def _keys(statement: str, *given: Any) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        [found] = cursor.fetchone()
    return list(found)


def readers(concern: StaffConcern, *, on: date) -> list[User]:
    """Who is told of something to read in it: of those who see it by role, or receive it, the ones it came to.

    Where the safeguarding lead receives low-level ones, the lead is told; otherwise Headteacher or chair, both where
    the Headteacher is away.
    """
    school_id = concern.school_id
    leads = list(people_with(AdultCapability.RECEIVE_LOW_LEVEL, school_id, on))
    above = [*heads(school_id, on), *chairs(school_id, on)]
    seen = who_sees(concern, {one.pk for one in [*leads, *above]})
    receiving = [one for one in leads if "recipient" in seen.get(one.pk, ())]
    return receiving or [one for one in above if "role" in seen.get(one.pk, ())]


def tell_readers(concern: StaffConcern, *, by: User, at: datetime) -> list[User]:
    """There is something to read for them, but for `by`. Returns who reads it."""
    found = readers(concern, on=timezone.localdate(at))
    tell_of(concern, [one for one in found if one.pk != by.pk], at=at)
    return found


def tell_of(concern: StaffConcern, people: Collection[User], *, at: datetime) -> None:
    """A notice that says that there is something to read, and not what kind of thing."""
    tell(
        people=people,
        school_id=concern.school_id,
        kind=AdultNotice.ADULTS,
        object_type="staff_concern",
        object_id=concern.pk,
        at=at,
    )


def current_choice(school_id: UUID) -> ReadingChoice | None:
    """What the school has chosen last: who receives low-level concerns, how the LADO is reached. None: nothing yet."""
    return ReadingChoice.objects.filter(school=school_id).order_by("-chosen_at", "-pk").first()
