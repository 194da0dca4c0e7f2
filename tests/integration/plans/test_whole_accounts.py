"""Does the last sentence of every source of a chronology stand on the page and on paper?

Each text has a first sentence, then another child by a mention, and a last one of its own. The other child is nobody's
to read there; and from whom a concern is kept, nothing of it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from children.mentions import marker
from children.models import Child
from children.services.access import declare_conflict
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import agencies, deciding, meeting, pastoral, significant
from safeguarding.concerns.services.agencies import Contacted, Sent, Step
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.police import Noticed, take_notice
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.plans.services.steps import note_step
from tests import earlier, factories
from tests.factories import SCHOOL_DAY
from tests.pdfs import Printed

from .conftest import Place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_printer")]
OTHER = "Hazel"


@dataclass
class Desk:
    """A place, another child, a concern about the two, and the last words that were written."""

    place: Place
    other: Child
    concern: Concern
    last: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Words whose last sentence is of this name alone. The first is long enough for a list to stop there."""
        self.last.append(f"Of {name} this is the last.")
        return f"Written of {name}. With {marker(self.other.pseudonym)} beside. {self.last[-1]}"

    @property
    def lead(self) -> Any:
        return self.place.room.lead

    @property
    def of_concern(self) -> dict[str, Any]:
        return {"concern": self.concern, "token": uuid4(), "by": self.lead, "at": SCHOOL_DAY}

    @property
    def of_child(self) -> dict[str, Any]:
        return {"child": self.place.child, "token": uuid4(), "by": self.lead, "at": SCHOOL_DAY}


@pytest.fixture
def desk(place: Place) -> Desk:
    other = factories.child(place.school, OTHER, "Quillfeather", by=place.room.office)
    about = [ChildEntry("worried_about", place.child), ChildEntry("mentioned", other)]
    made = factories.concern(place.room, children=about, at=SCHOOL_DAY, facts="He came in late.")
    return Desk(place, other, deciding.open_concern(concern=made, by=place.room.lead, at=SCHOOL_DAY))


def added(desk: Desk) -> None:
    about = {"token": uuid4(), "by": desk.place.room.teacher, "at": SCHOOL_DAY}
    amend(account=desk.concern.account, text=desk.text("an addition"), reason="more", **about)


def noted(desk: Desk) -> None:
    deciding.add_note(text=desk.text("a note"), **desk.of_concern)


def action(desk: Desk) -> None:
    due = {"owner": desk.lead, "due_on": SCHOOL_DAY.date()}
    for move in ("complete", "withdraw"):
        made = deciding.add_action(text=desk.text(f"{move} asked"), **due, **desk.of_concern)
        deciding.end_action(action=made, move=move, result=desk.text(move), by=desk.lead, at=SCHOOL_DAY)


def referral(desk: Desk) -> None:
    sent = Sent(
        agency="social_care",
        method="portal",
        told=desk.text("a referral"),
        sent_at=SCHOOL_DAY,
        spoken_to=desk.text("who took it"),
        answer_by=SCHOOL_DAY.date() + timedelta(days=1),
    )
    made = agencies.refer(sent=sent, **desk.of_concern)
    said = Step(text=desk.text("an answer"), happened_at=SCHOOL_DAY, method="email", answer="advice")
    agencies.step(referral=made, move="answer", token=uuid4(), said=said, by=desk.lead, at=SCHOOL_DAY)


def contact(desk: Desk) -> None:
    made = Contacted(
        kind="other",
        how="telephone",
        said=desk.text("a contact"),
        made_at=SCHOOL_DAY,
        parents_told="not_yet",
        parents_reason=desk.text("parents not told"),
        with_whom="A neighbour",
    )
    agencies.add_contact(made=made, **desk.of_concern)


def met(desk: Desk) -> None:
    called = Called(kind="school", held_at=SCHOOL_DAY, others=desk.text("others"), apologies=desk.text("apologies"))
    made = meeting.call_meeting(called=called, staff=[desk.place.room.deputy], **desk.of_concern)
    more = {"meeting": made, "by": desk.lead, "at": SCHOOL_DAY}
    meeting.note_decision(text=desk.text("what was decided"), token=uuid4(), **more)
    meeting.finish_minutes(seen=0, page=uuid4(), minutes=desk.text("minutes"), **more)
    meeting.add_to_minutes(text=desk.text("added to minutes"), token=uuid4(), **more)
    desk.last.append("Tom Aldous, deputy safeguarding lead")


def notice(desk: Desk) -> None:
    noticed = Noticed(
        happened_on=date(2026, 11, 23),
        happened_at=time(22, 10),
        received_at=SCHOOL_DAY,
        force=desk.text("a police notice"),
        said=desk.text("what police said"),
        children=[desk.place.child, desk.other],
    )
    take_notice(token=uuid4(), school=desk.place.school, noticed=noticed, by=desk.lead, at=SCHOOL_DAY)


def by_hand(desk: Desk) -> None:
    happened = significant.Happened(what="call", on=SCHOOL_DAY.date(), text=desk.text("an entry by hand"))
    significant.add_entry(happened=happened, **desk.of_child)


def before(desk: Desk) -> None:
    rows = [earlier.row(7, desk.place.child, details=desk.text("an earlier record"), action=desk.text("done there"))]
    earlier.bring_in(desk.place.school, by=desk.lead, rows=rows)


def care(desk: Desk) -> None:
    on = SCHOOL_DAY.date()
    pastoral.write_note(kind="check_in", happened_on=on, text=desk.text("a pastoral note"), **desk.of_child)
    days = {"starts_on": on, "review_on": on + timedelta(days=20)}
    plan = pastoral.make_plan(aims=desk.text("aims"), **days, **desk.of_child)
    step: dict[str, Any] = {"token": uuid4(), "due_on": on + timedelta(days=3), "by": desk.lead, "at": SCHOOL_DAY}
    pastoral.add_step(plan=plan, what=desk.text("a step"), who=desk.text("who does it"), **step)
    plan.refresh_from_db()
    pastoral.end_plan(plan=plan, seen=plan.revision, outcome=desk.text("an outcome"), by=desk.lead, at=SCHOOL_DAY)


def plans(desk: Desk) -> None:
    plan = desk.place.begin("child_protection", words={"asked": desk.text("what is asked")})
    words = {name: desk.text(name) for name in ("said", "present", "voice", "why_late")}
    group = desk.place.step(plan, "core_group", held_on=date(2026, 10, 29), words=words)
    note_step(step=group, token=uuid4(), text=desk.text("noted since"), by=desk.lead, at=SCHOOL_DAY)


def held(desk: Desk) -> None:
    on = SCHOOL_DAY.date() + timedelta(days=90)
    of: dict[str, Any] = {"school": desk.place.school, "scope": "child", "kind": "police", "review_on": on}
    words = {"reason": desk.text("a hold"), "authority": desk.text("who asked for it")}
    hold = set_hold(**of, **words, **desk.of_child)
    ask_to_lift(hold=hold, seen=0, token=uuid4(), reason=desk.text("lifted"), by=desk.lead)
    hold.refresh_from_db()
    lift_hold(hold=hold, seen=hold.revision, by=desk.place.room.headteacher)


# Each with whether it hangs on a concern.
WRITTEN: list[tuple[Callable[[Desk], None], bool]] = [
    (added, True),
    (noted, True),
    (action, True),
    (referral, True),
    (contact, True),
    (met, True),
    (notice, True),
    (by_hand, False),
    (before, False),
    (care, False),
    (plans, False),
    (held, False),
]


def page_and_paper(client: Client, person: Any, child: Child) -> list[str]:
    """The page and the print as one line each, with spaces as on paper."""
    client.force_login(person)
    page = client.get(reverse("child_chronology", args=[child.pk])).content.decode()
    paper = Printed(client.get(reverse("chronology_paper", args=[child.pk])).content).text
    return [" ".join(page.split()), paper]


@pytest.mark.parametrize(("write", "of_concern"), WRITTEN, ids=[write.__name__ for write, _ in WRITTEN])
def test_the_last_sentence_stands_on_the_page_and_on_paper(
    client: Client, desk: Desk, write: Callable[[Desk], None], of_concern: bool
):
    write(desk)
    assert desk.last
    for text in page_and_paper(client, desk.lead, desk.place.child):
        assert [last for last in desk.last if last not in text] == []
        assert text.count("another child (Year 5)") >= 1
        assert OTHER not in text
        assert desk.other.pseudonym not in text
    # Who has a conflict with the other child sees nothing of a concern that names it, and the rest as before.
    declare_conflict(user=desk.place.room.deputy, child=desk.other, kind="relative", by=desk.place.room.deputy)
    for text in page_and_paper(client, desk.place.room.deputy, desk.place.child):
        there = [last for last in desk.last if last in text]
        assert there == ([] if of_concern else desk.last)
        assert OTHER not in text
