"""A school in the middle of a busy week: one of everything that a page can show, made through the services."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from children.models import Child
from children.services import access as child_access
from safeguarding.accounts.models import Absence, User
from safeguarding.accounts.services import add_member, make_team, record_absence
from safeguarding.concerns.models import Category, Concern, ConcernChild, HowSoon
from safeguarding.concerns.services import access, emergency, papers
from safeguarding.concerns.services.deciding import (
    Ruling,
    add_action,
    add_note,
    close_concern,
    decide,
    end_action,
    open_concern,
)
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.outside import links
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.raising import ChildEntry, amend, call_lead
from safeguarding.concerns.services.reference import load_reference
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.services.attendance import bring_in_attendance
from tests import factories, sheets

NAMES = [
    ("Rowan", "Ashdown"),
    ("Skye", "Ashdown"),
    ("Theo", "Lindqvist"),
    ("Zara", "Hussain"),
    # No page may be wider than the screen for a name that has no place to break.
    ("Kofi", "Adu" + "boahen" * 7),
]


@dataclass
class World:
    cast: factories.Staffroom
    concerns: list[Concern]
    names_of_children: list[str]
    absence: Absence
    chair: User


def busy_school() -> World:
    """Six new concerns, one decided with actions, one closed, a call, a draft of two days, an addition, an unnamed
    child.
    """
    load_reference()
    cast = factories.staffroom(password=factories.PASSWORD)
    now = timezone.now()
    children = [
        factories.child(cast.school, *name, by=cast.office, details={"upn": sheets.number(serial)})
        for serial, name in enumerate(NAMES)
    ]
    category = Category.objects.order_by("order").first()
    concerns = [
        factories.concern(
            cast,
            by=cast.teacher if number % 2 else cast.assistant,
            at=now - timedelta(hours=3 * number),
            how_soon=[4, 3, 3, 2, 2, 1][number % 6],
            category=category,
            child_words="“I fell off my bike on Saturday.”",
            children=[
                ChildEntry(role=ConcernChild.Role.WORRIED_ABOUT, child=children[number % 5]),
                ChildEntry(role=ConcernChild.Role.WITNESS, child=children[(number + 1) % 5]),
            ],
            marks={9: "Round bruise, about 2 cm", 14: "Graze, about 3 cm"} if number == 0 else {},
        )
        for number in range(8)
    ]
    factories.concern(
        cast,
        at=now,
        how_soon=HowSoon.THIS_WEEK,
        children=[
            ChildEntry(
                role=ConcernChild.Role.WORRIED_ABOUT,
                kind=ConcernChild.Kind.UNNAMED,
                description="Boy, Year 3, red coat",
            )
        ],
    )
    _decide_and_close(cast, concerns)
    amend(
        account=concerns[1].account, token=uuid4(), text="It was Saturday 21 November.", reason="exact", by=cast.teacher
    )
    call_lead(token=uuid4(), school=cast.school, by=cast.teacher, child=children[0], line="In the library.")
    for author in (cast.teacher, cast.assistant, cast.lead):
        save_draft(token=uuid4(), school_id=cast.school.pk, content={}, author_id=author.pk, at=now - timedelta(days=5))
    absence = record_absence(user=cast.deputy, starts_on=now.date(), ends_on=now.date(), by=cast.lead)
    chair = _access(cast, concerns, children)
    _from_elsewhere(cast, now)
    _attendance(cast, timezone.localdate(now))
    return World(cast, concerns, [surname for _, surname in NAMES], absence, chair)


def _attendance(cast: factories.Staffroom, today: date) -> None:
    """A register of eight weeks of the first child, with something missed of every kind."""
    days = [day for day in (today - timedelta(days=n) for n in range(56)) if day.weekday() < 5]
    missed = dict(enumerate((("I", "O"), ("Y4", "Y4"), ("L", "\\"), ("M", "U"), ("G", "G"))))
    lines = [
        Line(place + 2, sheets.number(0), day.isoformat(), *missed.get(place, ("/", "\\")))
        for place, day in enumerate(days)
    ]
    bring_in_attendance(school=cast.school, lines=lines, digest="0" * 64, token=uuid4(), by=cast.lead)


def _access(cast: factories.Staffroom, concerns: list[Concern], children: list[Child]) -> User:
    """Access of every kind, and the chair of governors, who reads a concern in the place of somebody it is about."""
    last_day = timezone.localdate() + timedelta(days=90)
    chair = factories.member(cast.school, "chair", "Winston", "Dale", password=factories.PASSWORD)
    second_head = factories.member(cast.school, "headteacher", "Ada", "Lowe")
    access.name_subject(concern=concerns[5], user=second_head, by=cast.lead)
    access.grant_concern(
        concern=concerns[4], user=cast.pastoral, reason="Works with her.", last_day=last_day, by=cast.lead
    )
    give = {"reason": "Meets him at the gate every morning.", "last_day": last_day, "by": cast.lead}
    child_access.grant_child(child=children[0], user=cast.pastoral, **give)
    team = make_team(school=cast.school, title="Breakfast club", kind="pastoral", by=cast.lead)
    add_member(team=team, user=cast.pastoral, by=cast.lead)
    child_access.grant_child_to_team(child=children[1], team=team, **give)
    why = "The ambulance is here and asks what he is allergic to. No lead answers."
    child_access.open_emergency_access(child=children[2], reason=why, by=cast.pastoral)
    close = factories.member(cast.school, "midday", "Len", "Hall")
    child_access.declare_conflict(user=close, child=children[3], kind="relative", by=close)
    return chair


def _from_elsewhere(cast: factories.Staffroom, now: datetime) -> None:
    """A note from outside, numbered paper forms, an emergency sheet."""
    link = links.make_link(school=cast.school, by=cast.lead)
    left = Left(
        how_soon=HowSoon.THIS_WEEK,
        name="Sam " + "Hill" * 12,
        agency="Supply teacher",
        contact="07700 900123",
        about_child="A girl in Year 4",
        facts="She asked twice who was at the gate.",
    )
    leave_note(link=link, token=uuid4(), left=left, at=now)
    papers.make_forms(school=cast.school, batch=uuid4(), count=2, place="Office", by=cast.lead)
    emergency.make_sheet(
        school=cast.school,
        token=uuid4(),
        form="print",
        holder="Helen Okafor",
        place="Fire box",
        envelope="S-114",
        facts=emergency.Facts([], [], [], [], []),
        by=cast.lead,
    )


def _decide_and_close(cast: factories.Staffroom, concerns: list[Concern]) -> None:
    ruling = Ruling(level=2, kind="in_school", rationale="Explained.", parents_told="yes", receipt="in_school")
    for concern in concerns[6:]:
        opened = open_concern(concern=concern, by=cast.lead)
        decide(concern=opened, token=uuid4(), seen=opened.revision, ruling=ruling, by=cast.lead)
        today = timezone.localdate()
        action = add_action(
            concern=concern, token=uuid4(), text="Speak to the family", owner=cast.pastoral, due_on=today, by=cast.lead
        )
        add_note(concern=concern, token=uuid4(), text="Spoke to the class teacher.", by=cast.deputy)
    # Late, and with somebody who has no role that acts.
    late = timezone.now() - timedelta(days=2)
    add_action(
        concern=concerns[6],
        token=uuid4(),
        text="Look out for him at the gate in the mornings",
        owner=cast.teacher,
        due_on=timezone.localdate(late),
        by=cast.lead,
        at=late,
    )
    end_action(action=action, move="complete", result="Spoke on the telephone.", by=cast.pastoral)
    last = Concern.objects.get(pk=concerns[7].pk)
    close_concern(
        concern=last,
        seen=last.revision,
        outcome="helped_in_school",
        reason="Settled.",
        receipt="in_school",
        by=cast.lead,
    )
