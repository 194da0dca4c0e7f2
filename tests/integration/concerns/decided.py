"""What a lead does with a concern, by its services: decides, gives something to do, closes, names it."""

from datetime import date
from uuid import uuid4

from safeguarding.concerns.models import Concern, OutsideNote
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.deciding import Ruling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.outside.links import make_link
from tests.factories import SCHOOL_DAY

DAY = SCHOOL_DAY.date()
WATCH = Ruling(
    level=1,
    kind="monitor",
    rationale="Settled by lunch.",
    parents_told="yes",
    receipt="watching",
    review_on=date(2026, 12, 1),
)
REFER = Ruling(
    level=4,
    kind="child_protection",
    rationale="Said that he is hit.",
    parents_told="no_risk",
    parents_reason="It could add to the risk.",
    receipt="action_taken",
    new_referral=True,
    recipient="Children’s social care, duty team",
    consent="not_sought",
    consent_reason="It could add to the risk.",
    legal_reason="s47",
)


def decide(concern, by, ruling=WATCH, token=None, at=SCHOOL_DAY):
    return deciding.decide(concern=concern, token=token or uuid4(), seen=concern.revision, ruling=ruling, by=by, at=at)


def close(concern, by, outcome="helped_in_school", reason="Settled.", receipt="in_school"):
    return deciding.close_concern(
        concern=concern, seen=concern.revision, outcome=outcome, reason=reason, receipt=receipt, by=by
    )


def act(concern, by, owner, *, text="Ring the carer", due_on=DAY, token=None, at=SCHOOL_DAY):
    return deciding.add_action(
        concern=concern, token=token or uuid4(), text=text, owner=owner, due_on=due_on, by=by, at=at
    )


def left_from_outside(room, *, at=SCHOOL_DAY):
    """A note of somebody without an account."""
    left = Left(how_soon=1, name="Sam Hill", agency="", contact="", about_child="A boy", facts="He limped.")
    leave_note(link=make_link(school=room.school, by=room.lead, at=at), token=uuid4(), left=left, at=at)
    return OutsideNote.objects.get(school=room.school)


def rename(concern, title, by, seen=None):
    seen = fresh(concern).revision if seen is None else seen
    return deciding.rename_concern(concern=concern, seen=seen, title=title, by=by, at=SCHOOL_DAY)


def fresh(concern):
    return Concern.objects.get(pk=concern.pk)
