"""What the tests of a chronology share: a concern, its whole story, and the chronology as a person reads it."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Narrowed
from safeguarding.concerns.services import significant
from safeguarding.concerns.services.agencies import Contacted, add_contact
from safeguarding.concerns.services.deciding import (
    Ruling,
    add_action,
    add_note,
    close_concern,
    decide,
    end_action,
    open_concern,
)
from safeguarding.concerns.services.meeting import Called, call_meeting
from safeguarding.concerns.services.raising import ChildEntry, amend
from tests import factories
from tests.factories import SCHOOL_DAY


def about(cast, child, role="worried_about", *, at=SCHOOL_DAY, **report):
    return factories.concern(cast, at=at, children=[ChildEntry(role=role, child=child)], **report)


EVERYTHING = Narrowed()


def read(person, child, narrowed=EVERYTHING, **how):
    return chronology.read(SimpleNamespace(user=person), child, narrowed, **how)


def by_hand(person, child, *, at=SCHOOL_DAY, text="The earlier school rang.", **more):
    """An entry that somebody adds by hand."""
    happened = significant.Happened(what="call", on=at.date(), text=text, **more.pop("known", {}))
    return significant.add_entry(child=child, token=uuid4(), happened=happened, by=person, at=at, **more)


def pinned(person, child, place, analysis="", **more):
    """That somebody says that an entry is significant, as on its page: read first, then pinned."""
    entry = chronology.find(SimpleNamespace(user=person), child, *place)
    seen = entry.pin.pk if entry.pin else None
    return significant.pin(child=child, entry=entry, token=uuid4(), seen=seen, analysis=analysis, by=person, **more)


def whole_story(cast, child, at=SCHOOL_DAY, pace=timedelta(hours=1)):
    """A concern from the first word to the last, `pace` between each step."""
    moments = (at + n * pace for n in range(1, 20))
    concern = about(cast, child, at=at, facts="He came in late. He said little.")
    concern = open_concern(concern=concern, by=cast.lead, at=next(moments))
    amend(
        account=concern.account,
        token=uuid4(),
        text="It was five past nine.",
        reason="exact",
        by=cast.teacher,
        at=next(moments),
    )
    add_note(concern=concern, token=uuid4(), text="Rang home.", by=cast.deputy, at=next(moments))
    action = add_action(
        concern=concern,
        token=uuid4(),
        text="Meet him at the gate.",
        owner=cast.pastoral,
        due_on=at.date(),
        by=cast.lead,
        at=at,
    )
    end_action(action=action, move="complete", result="Met him all week.", by=cast.pastoral, at=next(moments))
    concern.refresh_from_db()
    ruling = Ruling(
        level=2, kind="in_school", rationale="Second time. Watch it.", parents_told="yes", receipt="watching"
    )
    decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=cast.lead, at=next(moments))
    concern.refresh_from_db()
    return close_concern(
        concern=concern,
        seen=concern.revision,
        outcome="unfounded",
        reason="He is settled.",
        receipt="in_school",
        by=cast.lead,
        at=next(moments),
    )


def beside(cast, child):
    """A concern about the child, with what stands beside its words: a contact and a meeting."""
    concern = about(cast, child)
    made = Contacted(
        kind="agency",
        agency="health",
        with_whom="Dana Whitlock, school nurse",
        how="telephone",
        said="She will see him.",
        made_at=SCHOOL_DAY,
        parents_told="yes",
    )
    add_contact(concern=concern, token=uuid4(), made=made, by=cast.lead, at=SCHOOL_DAY)
    called = Called(kind="school", held_at=SCHOOL_DAY)
    call_meeting(concern=concern, token=uuid4(), called=called, staff=[cast.lead], by=cast.lead, at=SCHOOL_DAY)
    return concern
