"""Who gets word of what happens to a concern? Those who read it, in their order, and whoever logged it.

Word never widens access: nobody is told of a concern that the rule hides from them. Where the leads may not see one, it
goes down the line to who may: deputy, alternate lead, Headteacher, trust lead, chair of governors.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.notice_kinds import AnyNoticeKind, NoticeKind
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import Staffing, leads_on_duty, staff_of, staffing, tell
from safeguarding.audit.context import door
from safeguarding.audit.protection import who_sees
from safeguarding.concerns.models import Account, Concern, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.notice_rules import spread

# Who stands in, in the order in which they are asked.
STAND_INS = ("alternate_lead", "chair")
# What somebody has to read: a concern, or what was left from outside and is none yet.
ToRead = Concern | OutsideNote


def seers(concern: Concern, *, on: date) -> dict[UUID, list[str]]:
    """Who of the school's people sees the concern on a day, and why: two queries."""
    return who_sees(concern, [one.user.pk for one in staff_of(concern.school_id, on=on)])


def may_be_told(concern: ToRead, people: Sequence[User]) -> list[User]:
    """Those of `people`, in their order, who see the concern."""
    seen = who_sees(concern, [person.pk for person in people]) if people else {}
    return [person for person in people if person.pk in seen]


def reporter_may_be_told(concern: Concern) -> bool:
    """Whether the concern is no secret from its own reporter by now, who may have been named in it later."""
    # By keys: given the concern itself, this row of no table would become its account.
    words = Account(concern_id=concern.pk, school_id=concern.school_id, author_id=concern.logged_by_id)
    if who_sees(words, [concern.logged_by_id]):
        return True
    # It may still be theirs on the page of their own report.
    with door("reporting"):
        return bool(who_sees(words, [concern.logged_by_id]))


def deciders(concern: ToRead, people: Collection[User], *, on: date) -> list[User]:
    """Those of `people`, in their order, who can acknowledge it, decide it and refer it: their role decides, or they
    stand in.

    To see a concern is not enough: somebody who was given it to read could do nothing about a call.
    """
    return _deciders(concern, people, people_with(Capability.DECIDE_CONCERNS, concern.school_id, on))


def _deciders(concern: ToRead, people: Collection[User], by_role: Iterable[User]) -> list[User]:
    decide = {person.pk for person in by_role}
    seen = who_sees(concern, [person.pk for person in people]) if people else {}
    return [one for one in people if one.pk in seen and (one.pk in decide or "standing_in" in seen[one.pk])]


def readers(concern: ToRead, *, on: date, but: Collection[UUID] = ()) -> list[User]:
    """Who is told of something to read in the concern: the first of these that is not empty, of people who can decide
    it.

    Leads and deputies on duty; the alternate lead; whoever else takes calls and is in; a trust lead who is not away;
    whoever takes calls; whoever reads or stands in. `but` are left out, unless nobody else is there. Empty only where
    nobody at the school can decide the concern.
    """
    there = staffing(concern.school_id, on=on)
    groups = _in_line(there)
    everybody = {person.pk: person for group in groups for person in group}
    by_role = there.who_may(Capability.DECIDE_CONCERNS)
    able = {person.pk for person in _deciders(concern, everybody.values(), by_role)}
    lines = [[person for person in group if person.pk in able] for group in groups]
    others = [[person for person in line if person.pk not in but] for line in lines]
    return next((line for line in [*others, *lines] if line), [])


def _in_line(there: Staffing) -> list[list[User]]:
    """Groups of people in the order in which they are asked."""
    alternate, chair = (there.holders_of(key) for key in STAND_INS)
    return [
        there.leads_on_duty(),
        alternate,
        there.on_duty(),
        there.on_duty(Capability.DECIDE_CONCERNS),
        there.who_may(Capability.RECEIVE_CALLS),
        there.who_may(Capability.VIEW_CONCERNS),
        chair,
    ]


def tell_readers(concern: Concern, kind: AnyNoticeKind, *, by: User, at: datetime) -> None:
    """There is something to read for those on duty who see it, and for whom the school’s rules name besides; for `by`,
    who wrote it, only where nobody else is there.
    """
    told = readers(concern, on=timezone.localdate(at), but={by.pk})
    spread(concern, kind, told, by=by, at=at)
    if not told:
        ask_to_appoint(concern.school_id, at=at)


def hand_on(concern: Concern, *, at: datetime) -> None:
    """Somebody sees the concern no longer. Whoever reads it now is told, where the usual readers do not."""
    on = timezone.localdate(at)
    now = readers(concern, on=on)
    usual = {person.pk for person in leads_on_duty(concern.school_id, on=on)}
    if not now:
        ask_to_appoint(concern.school_id, at=at)
    elif not usual & {person.pk for person in now}:
        tell(
            people=now,
            school_id=concern.school_id,
            kind=ConcernNotice.STAND_IN,
            object_type="concern",
            object_id=concern.pk,
            at=at,
        )


def ask_to_appoint(school_id: UUID, *, at: datetime, but: Collection[UUID] = ()) -> None:
    """Nobody at the school may read some concern: whoever gives roles, and the chair, are told that somebody must be
    named.

    It names no concern and no child: those who are told may be the very people from whom it is hidden. `but` are not
    told.
    """
    on = timezone.localdate(at)
    chairs = people_with(Capability.STAND_IN, school_id, on)
    people = [*people_with(Capability.MANAGE_ACCESS, school_id, on), *chairs]
    tell(
        people=[person for person in people if person.pk not in but],
        school_id=school_id,
        kind=NoticeKind.APPOINT,
        object_type="stand_in",
        object_id=school_id,
        at=at,
    )


def tell_reporter(concern: Concern, *, by: User, at: datetime) -> None:
    """There is news for who logged it: read, decided or closed. What it says is the safe phrase, nothing else.

    Nothing for a reporter from whom it is hidden by now, as one who was named in it later.
    """
    reporter = concern.logged_by
    if reporter.pk != by.pk and reporter_may_be_told(concern):
        tell(
            people=[reporter],
            school_id=concern.school_id,
            kind=ConcernNotice.RECEIPT,
            object_type="report",
            object_id=concern.pk,
            at=at,
        )
