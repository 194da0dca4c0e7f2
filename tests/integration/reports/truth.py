"""A school with concerns at chosen moments, and what each of them is: the truth that figures are compared with."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from children.models import Child
from children.services import access as child_access
from safeguarding.accounts.models import User
from safeguarding.accounts.services import add_closure, add_term
from safeguarding.concerns.models import Category
from safeguarding.concerns.services import access, agencies, deciding
from safeguarding.concerns.services.agencies import Sent, Step
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY, Staffroom
from tests.integration.concerns.decided import WATCH, fresh

TODAY = SCHOOL_DAY.date()
TERMS = (
    (date(2025, 9, 3), date(2025, 10, 24)),
    (date(2025, 11, 3), date(2025, 12, 19)),
    (date(2026, 1, 5), date(2026, 2, 13)),
    (date(2026, 2, 23), date(2026, 3, 27)),
    (date(2026, 4, 13), date(2026, 7, 21)),
    (date(2026, 9, 3), date(2026, 10, 23)),
    (date(2026, 11, 2), date(2026, 12, 18)),
)
CLOSED = date(2026, 11, 20)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


def before(month: int, day: int, hour: int) -> datetime:
    """A moment of the year before."""
    return datetime(2025, month, day, hour, tzinfo=LONDON)


@dataclass
class Told:
    """One concern as it was laid: what a figure has to say of it, without the database."""

    logged: datetime
    read: datetime | None = None
    decided: datetime | None = None
    kind: str = "NEG"
    level: int | None = None
    closed: datetime | None = None
    reopened: datetime | None = None
    place: str = ""
    seen_on: date | None = None
    seen_at: time | None = None
    year: int = 5
    children: int = 1
    is_restricted: bool = False
    is_hidden: bool = False
    record: Any = field(default=None, compare=False)

    @property
    def is_open(self) -> bool:
        return self.closed is None or self.reopened is not None

    def was_open(self, moment: datetime) -> bool:
        shut = self.closed and self.closed <= moment and (self.reopened is None or self.reopened > moment)
        return self.logged <= moment and not shut

    @property
    def counts_for(self) -> date:
        """The school day for which it counts, day by day."""
        day = self.logged.date() + timedelta(days=self.logged.time() >= time(16))
        while not is_school_day(day):
            day += timedelta(days=1)
        return day

    def in_time(self, done: datetime | None, days: int) -> bool | None:
        """Whether it was done within so many school days; None where that cannot be said yet."""
        last = self.counts_for
        for _ in range(days):
            last += timedelta(days=1)
            while not is_school_day(last):
                last += timedelta(days=1)
        end = datetime.combine(last + timedelta(days=1), time(), LONDON)
        if done is not None and done < end:
            return True
        return False if end <= SCHOOL_DAY else None


def is_school_day(day: date) -> bool:
    return day.weekday() < 5 and day != CLOSED and any(first <= day <= last for first, last in TERMS)


def concerns() -> list[Told]:
    """Read the same day and later, after hours, over a holiday and a closed day, this year and the last."""
    return [
        Told(before(9, 10, 9), before(9, 10, 10), before(9, 11, 10), closed=before(10, 1, 9)),
        Told(before(11, 18, 9), before(11, 18, 10), before(11, 19, 9), closed=before(12, 1, 9)),
        Told(
            before(11, 4, 9), before(11, 4, 10), before(11, 6, 9),
            closed=before(11, 10, 9), reopened=at(1, 12, 9), kind="PHY",
        ),
        Told(at(9, 8, 11), at(9, 8, 12), at(9, 9, 9), level=2, closed=at(9, 21, 9), place="playground"),
        Told(at(9, 8, 16), at(9, 9, 8, 30), at(9, 10, 15), level=1, place="playground", seen_on=date(2026, 9, 8)),
        Told(at(9, 9, 10), at(9, 10, 9), at(9, 11, 9), level=1, kind="PHY", seen_at=time(12, 10), is_restricted=True),
        Told(at(10, 23, 17), at(11, 2, 9), at(11, 3, 12), level=3, kind="PHY", children=2),
        Told(at(10, 28, 9), at(11, 2, 15), None, kind="BEH", place="home", seen_on=date(2026, 10, 25), is_hidden=True),
        Told(at(11, 12, 9), at(11, 12, 9, 30), at(11, 16, 9), level=2, place="playground", year=2),
        Told(at(11, 19, 15), at(11, 23, 9), at(11, 23, 10), level=1, kind="BEH", year=2),
        Told(at(11, 19, 16), at(11, 23, 23, 50), None, kind="BEH"),
        Told(at(11, 23, 9), at(11, 23, 10), None, place="corridor", seen_on=date(2026, 11, 23), seen_at=time(9)),
        Told(at(11, 23, 9, 30), None, None),
        Told(at(11, 23, 16, 30), None, None),
        Told(at(11, 24, 8, 30), None, None, year=2),
    ]  # fmt: skip


@dataclass
class Truth:
    """The school, its concerns, and who looks."""

    room: Staffroom
    told: list[Told]
    parent: User
    child: Child
    young: Child
    sister: Child
    hidden: Child
    late_action: Any = None
    done_action: Any = None
    silent: Any = None
    chased: Any = None

    @property
    def viewers(self) -> dict[str, User]:
        return {
            "lead": self.room.lead,
            "deputy": self.room.deputy,
            "parent": self.parent,
            "headteacher": self.room.headteacher,
        }

    def seen_by(self, name: str) -> list[Told]:
        hides = {"deputy": "is_restricted", "parent": "is_hidden"}.get(name)
        return [one for one in self.told if not (hides and getattr(one, hides))]


def lay() -> Truth:
    """All of it, by the services, each at its own moment."""
    room = factories.staffroom()
    for first, last in TERMS:
        add_term(school=room.school, name=f"From {first}", starts_on=first, ends_on=last)
    add_closure(school=room.school, on=CLOSED, reason="Training day")
    parent = factories.member(room.school, "lead", "Pat", "Quill")
    child, young, sister, hidden = (
        factories.child(room.school, name, "Ashdown", by=room.office, year_group=year)
        for name, year in (("Rowan", 5), ("Kit", 2), ("Wren", 5), ("Lark", 5))
    )
    child_access.declare_conflict(user=parent, child=hidden, kind="own_child", by=parent)
    truth = Truth(room, concerns(), parent, child, young, sister, hidden)
    for one in truth.told:
        _lay(truth, one)
    _work(truth)
    return truth


def _lay(truth: Truth, one: Told) -> None:
    room = truth.room
    first = truth.hidden if one.is_hidden else truth.young if one.year == 2 else truth.child
    children = [first, truth.sister][: one.children]
    concern = factories.concern(
        room,
        at=one.logged,
        category=Category.objects.get(code=one.kind),
        children=[ChildEntry("worried_about", each) for each in children],
        place=one.place,
        observed_on=one.seen_on,
        observed_at=one.seen_at,
    )
    if one.read:
        concern = deciding.open_concern(concern=concern, by=room.lead, at=one.read)
    if one.decided:
        level = one.level or 1
        one.level = level
        ruling = {**vars(WATCH), "level": level, "review_on": max(one.decided.date(), TODAY)}
        if level > 2:
            ruling["not_referred"] = "Help at school is enough."
        deciding.decide(
            concern=concern, token=uuid4(), seen=concern.revision, ruling=deciding.Ruling(**ruling), by=room.lead,
            at=one.decided,
        )  # fmt: skip
        concern = fresh(concern)
    if one.closed:
        concern = deciding.close_concern(
            concern=concern, seen=concern.revision, outcome="helped_in_school", reason="Settled.", receipt="in_school",
            by=room.lead, at=one.closed,
        )  # fmt: skip
    if one.reopened:
        deciding.reopen_concern(concern=concern, token=uuid4(), reason="Again.", by=room.lead, at=one.reopened)
    if one.is_restricted:
        access.restrict_concern(concern=fresh(concern), by=room.lead)
    one.record = fresh(concern)


def _work(truth: Truth) -> None:
    """On a concern that everybody sees: an action that is late, one done in time, a silent agency and a chased one."""
    room, concern = truth.room, truth.told[8].record

    def action(due_on: date) -> Any:
        return deciding.add_action(
            concern=concern, token=uuid4(), text="Ring home", owner=room.deputy, due_on=due_on, by=room.lead,
            at=at(11, 16, 10),
        )  # fmt: skip

    truth.late_action, truth.done_action = action(date(2026, 11, 17)), action(date(2026, 11, 18))
    deciding.end_action(
        action=truth.done_action, move="complete", result="Rang.", by=room.lead, at=at(11, 18, 12)
    )  # fmt: skip

    def refer(answer_by: date) -> Any:
        sent = Sent(
            agency="health", method="telephone", told="Two missed visits.", sent_at=at(11, 16, 11), answer_by=answer_by
        )
        return agencies.refer(concern=concern, token=uuid4(), sent=sent, by=room.lead, at=at(11, 16, 11))

    truth.silent, truth.chased = refer(date(2026, 11, 17)), refer(date(2026, 11, 18))
    asked = Step(text="They will ring.", happened_at=at(11, 19, 9), method="telephone", answer_by=date(2026, 12, 1))
    agencies.step(referral=truth.chased, move="chase", token=uuid4(), said=asked, by=room.lead, at=at(11, 19, 9))
