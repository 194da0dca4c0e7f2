"""What has the demo school decided about its lists, and what was logged there by mistake?

One proposed, one confirmed.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.models import Category, Concern, ConcernChild, HowSoon
from safeguarding.concerns.services import error, own_kinds
from safeguarding.concerns.services.agencies import times
from safeguarding.concerns.services.deciding import open_concern
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, Report, raise_concern
from safeguarding.demo.ground import Ground

_HEAD, _LEAD, _DEPUTY = "S01", "S02", "S03"
# Of the data: who logged it, about whom, and what.
_TEST = ("S28", "P0322", "This is only a test to see whether the form works on the new tablets.")
_TWICE = (
    "S24",
    "P0110",
    "Was tired at registration and put her head on the table during phonics. Had eaten breakfast.",
)
_WHY_TEST = "Jodie Pilling tried the form on the new tablets during the training. She has told me so."
_SAW_TEST = "Asked her as well. Nothing had happened to the child."
_WHY_TWICE = (
    "The same as the concern of the class teacher that morning: she pressed send on her telephone and on the computer."
)
_KIND = (
    "River, canal and quarry",
    "Write where the water was, who was with the child, and whether anybody knew where they were.",
)
_NO_MORE = "POS"
_POLICE = "Agreed with the neighbourhood police team, September 2026"


def lay_mistakes(school: School, ground: Ground) -> None:
    """A test that two people have marked as entered in error, and one logged twice of which the second person has to
    say something.
    """
    lead, deputy = ground.users[_LEAD], ground.users[_DEPUTY]
    test = _logged(school, ground, _TEST, ground.now - timedelta(days=6, hours=2))
    at = ground.now - timedelta(days=5)
    entry = _proposed(test, "test", _WHY_TEST, by=lead, at=at)
    with acting(Acting(user_id=deputy.pk, school_id=school.pk)):
        seen = Concern.objects.get(pk=test.pk).revision
        error.answer(entry=entry, seen=seen, confirms=True, reason=_SAW_TEST, by=deputy, at=at + timedelta(hours=2))
    twice = _logged(school, ground, _TWICE, ground.now - timedelta(days=1, hours=3))
    _proposed(twice, "duplicate", _WHY_TWICE, by=deputy, at=ground.now - timedelta(hours=1))


def _logged(school: School, ground: Ground, said: tuple[str, str, str], at: datetime) -> Concern:
    key, child, facts = said
    card = Child.objects.get(pk=ground.children[child])
    report = Report(
        how_soon=HowSoon.FOR_THE_RECORD,
        children=[ChildEntry(role=ConcernChild.Role.WORRIED_ABOUT, child=card)],
        account=AccountFacts(facts=facts, observed_on=at.date()),
        category=Category.objects.get(code="BEH"),
    )
    made = raise_concern(token=uuid4(), school=school, report=report, by=ground.users[key], at=at)
    lead = ground.users[_LEAD]
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        return open_concern(concern=made, by=lead, at=at + timedelta(minutes=20))


def _proposed(concern: Concern, mistake: str, why: str, *, by: User, at: datetime) -> error.EnteredInError:
    with acting(Acting(user_id=by.pk, school_id=concern.school_id)):
        seen = Concern.objects.get(pk=concern.pk).revision
        return error.propose(concern=concern, seen=seen, token=uuid4(), mistake=mistake, reason=why, by=by, at=at)


def lay_choices(school: School, ground: Ground) -> None:
    """A kind of its own, one that it offers no more, and a time agreed with the police."""
    head, at = ground.users[_HEAD], ground.now - timedelta(days=40)
    name, guidance = _KIND
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        own_kinds.add_kind(school=school, token=uuid4(), name=name, guidance=guidance, by=head, at=at)
        own_kinds.offer_kind(school=school, code=_NO_MORE, offered=False, by=head, at=at)
        times.set_time(
            school=school,
            token=uuid4(),
            agency="police",
            answer_days=2,
            escalate_days=5,
            source=_POLICE,
            by=head,
            at=at,
        )
