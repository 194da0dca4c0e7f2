"""Who acted for the lead of the demo school, who is told of what there, and what pastoral staff have written."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import School
from safeguarding.accounts.services import acting
from safeguarding.audit.context import Acting
from safeguarding.audit.context import acting as acting_as
from safeguarding.concerns.models import HowSoon, Level, NoticeRule, PastoralNote
from safeguarding.concerns.services import notice_rules, pastoral
from safeguarding.demo.days import Days
from safeguarding.demo.ground import Ground
from safeguarding.keys import uuid7

_LEAD, _HEAD, _DEPUTY, _PASTORAL = "S02", "S01", "S03", "S07"
# School days before that of the desk: the lead was away for a week, not long ago.
_FROM, _UNTIL = 15, 11
# The pastoral lead was given access to this child (`standing.py`).
_CHILD = "P0150"
_NOTES = (
    (
        9,
        PastoralNote.Kind.CHECK_IN,
        "Came in by the side door again. Had toast and helped to set out the chairs. Said that the new "
        "after-school club is “all right”.",
    ),
    (
        4,
        PastoralNote.Kind.FAMILY,
        "Rang his foster carer. He sleeps better since the lamp stays on. She asks for a word on Friday "
        "when a contact has been moved, so that she can tell him herself.",
    ),
)
_AIMS = (
    "He starts the day calmly and is in class by nine. He knows who to go to, and goes, before it gets too "
    "much for him."
)
_STEPS = (
    (-6, "Meet him at the side door every morning", "Pastoral lead", True),
    (12, "A card that he can lay on the table when he needs five minutes outside", "Class teacher", False),
    (20, "Talk with him and his carer about how the mornings go", "Pastoral lead and foster carer", False),
)


def _school_day(days: Days, day: date, distance: int) -> date:
    """So many school days after a day, or before it."""
    step = timedelta(days=1 if distance > 0 else -1)
    while distance:
        day += step
        distance -= step.days if days.calendar.is_school_day(day) else 0
    return day


def away(days: Days, now: datetime) -> tuple[str, date, date]:
    """Who was away, from when until when."""
    today = timezone.localdate(days.last_open(now))
    return _LEAD, _school_day(days, today, -_FROM), _school_day(days, today, -_UNTIL)


def lay_time_away(school: School, ground: Ground) -> None:
    """The lead was away for a week, and the deputy acted. Laid before what was logged and decided meanwhile."""
    if ground.away is None:
        return
    key, first, last = ground.away
    people = ground.users
    acting.name_acting(
        school=school,
        away=[people[key]],
        acting=people[_DEPUTY],
        ends_on=last,
        by=people[_HEAD],
        at=datetime.combine(first, time(8, 5), LONDON),
    )
    acting.keep_up(at=datetime.combine(last + timedelta(days=1), time(6), LONDON))


def lay_rules(school: School, ground: Ground) -> None:
    """What holds without a rule, written down, and two rules more."""
    W, T = NoticeRule.What, NoticeRule.When
    for facts in (
        notice_rules.Facts(W.NEW_CONCERN, T.AT_ONCE),
        notice_rules.Facts(W.ADDED, T.AT_ONCE),
        notice_rules.Facts(W.REOPENED, T.AT_ONCE),
        notice_rules.Facts(W.NEW_CONCERN, T.AT_ONCE, role_key="headteacher", soon_from=HowSoon.RIGHT_NOW),
        notice_rules.Facts(W.DECIDED, T.DIGEST, role_key="headteacher", level_from=max(Level)),
    ):
        notice_rules.make_rule(school=school, token=uuid7(), facts=facts, by=ground.users[_HEAD], at=ground.now)


def lay_pastoral(ground: Ground) -> None:
    """Two notes and a plan of support, by the pastoral lead."""
    by, today = ground.users[_PASTORAL], timezone.localdate(ground.now)
    child = Child.objects.get(pk=ground.children[_CHILD])
    with acting_as(Acting(user_id=by.pk, school_id=ground.school_id)):
        for ago, kind, text in _NOTES:
            day = _school_day(ground.days, today, -ago)
            pastoral.write_note(
                child=child,
                token=uuid7(),
                kind=kind,
                happened_on=day,
                text=text,
                by=by,
                at=datetime.combine(day, time(15, 20), LONDON),
            )
        began = _school_day(ground.days, today, -8)
        at = datetime.combine(began, time(15, 40), LONDON)
        plan = pastoral.make_plan(
            child=child,
            token=uuid7(),
            aims=_AIMS,
            starts_on=began,
            review_on=_school_day(ground.days, today, 15),
            by=by,
            at=at,
        )
        for due, what, who, done in _STEPS:
            step = pastoral.add_step(
                plan=plan, token=uuid7(), what=what, who=who, due_on=_school_day(ground.days, today, due), by=by, at=at
            )
            if done:
                pastoral.finish_step(step=step, by=by, at=at + timedelta(days=1))
