"""What has gone outside the demo school, and who has met? A referral that is late, one that was answered, contacts, a
meeting.

Put on concerns of the desk by the services that everybody uses. Ages are in school time, as there; an agency is silent
from its working day on, whichever day the school was open last.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from safeguarding.accounts.models import User
from safeguarding.concerns.models import Agency, Concern, ContactMade, Decision, How, Meeting, Referral
from safeguarding.concerns.services import agencies, meeting
from safeguarding.concerns.services.agencies import Contacted, Sent, Step
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.meeting_days import hold_meeting
from safeguarding.demo.desk import DAY, DECIDED, HOUR
from safeguarding.demo.keys import Keys

_LATE, _ANSWERED, _MET = DECIDED[0].title, DECIDED[1].title, DECIDED[3].title


def lay_agencies(
    decided: Mapping[str, Concern],
    lead: User,
    colleague: User,
    *,
    keys: Keys,
    when: Callable[[timedelta], datetime],
) -> None:
    """All of it. `decided` are the concerns of the desk by their titles; `when(ago)` is so much school time ago."""
    _late(decided[_LATE], lead, keys, when)
    _answered(decided[_ANSWERED], lead, keys, when)
    _met(decided[_MET], lead, colleague, keys, when)


def _late(concern: Concern, lead: User, keys: Keys, when: Callable[[timedelta], datetime]) -> None:
    sent = Sent(
        agency=Agency.SOCIAL_CARE,
        method=How.TELEPHONE,
        team="Children looked after team",
        spoken_to="Dana Whitlock, duty social worker",
        their_reference="FD-22914",
        told="What the carer told us, and that he was asked where he lives. Asked whether Saturday’s contact "
        "goes ahead.",
        sent_at=when(3 * DAY),
    )
    agencies.refer(concern=concern, token=keys.token(), sent=sent, by=lead, at=when(3 * DAY - HOUR))
    made = Contacted(
        kind=ContactMade.With.PARENT,
        how=How.TELEPHONE,
        with_whom="His foster carer",
        said="She rang to say that he ate nothing on Sunday either. Agreed that she rings again if he speaks of it.",
        made_at=when(2 * DAY),
        parents_told=Decision.ParentsTold.NO_RISK,
        parents_reason="His social worker decides what his parents are told.",
    )
    agencies.add_contact(concern=concern, token=keys.token(), made=made, by=lead, at=when(2 * DAY - HOUR))


def _answered(concern: Concern, lead: User, keys: Keys, when: Callable[[timedelta], datetime]) -> None:
    at = when(5 * DAY)
    sent = Sent(
        agency=Agency.HEALTH,
        method=How.FORM,
        team="Health visiting and school nursing",
        told="Two eye appointments missed. Asked for a new one and for help with the journey.",
        sent_at=at,
        answer_by=max(at.date() + timedelta(days=14), when(timedelta()).date()),
    )
    referral = agencies.refer(concern=concern, token=keys.token(), sent=sent, by=lead, at=at + HOUR)
    said = Step(
        text="Has a new appointment, and will go with her and her mother.",
        happened_at=when(2 * DAY),
        method=How.TELEPHONE,
        spoken_to="Imogen Hale, school nurse",
        answer=Referral.Answer.ACCEPTED,
    )
    agencies.step(referral=referral, move="answer", token=keys.token(), said=said, by=lead, at=when(2 * DAY - HOUR))


def _met(concern: Concern, lead: User, colleague: User, keys: Keys, when: Callable[[timedelta], datetime]) -> None:
    at = when(4 * DAY)
    called = Called(
        kind=Meeting.Kind.TEAM_AROUND,
        held_at=at,
        place="Family room",
        others="His mother\nRuth Adeyemi, early help worker",
        apologies="Health visitor",
    )
    made = meeting.call_meeting(
        concern=concern, token=keys.token(), called=called, staff=[lead, colleague], by=lead, at=at - HOUR
    )
    hold_meeting(meeting=made, seen=at, held_at=at, by=lead, at=at)
    decided = meeting.note_decision(
        meeting=made,
        token=keys.token(),
        text="A quiet start to each day, in the library, until Christmas.",
        by=lead,
        at=at,
    )
    meeting.note_decision(meeting=made, token=keys.token(), text="The plan goes on.", by=lead, at=at)
    due = max(at.date() + timedelta(days=14), when(timedelta()).date())
    meeting.give_decision(decision=decided, owner=colleague, due_on=due, by=lead, at=at)
    minutes = (
        "His mother said that the house is fuller since October and that he sleeps on the sofa.\n\n"
        "Ruth Adeyemi offered to go to the housing office with her on Thursday.\n\n"
        "School said that he is calmer on days on which he starts in the library."
    )
    meeting.finish_minutes(meeting=made, seen=0, page=keys.token(), minutes=minutes, by=lead, at=at + HOUR)
