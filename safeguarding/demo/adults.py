"""Which concerns about adults has the demo school? One that was read and closed, one that waits, one with the LADO's
day running, one about the Headteacher, for the chair of governors, and one of long ago whose time is over. Invented, in
few and neutral words.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.services import patterns, raising, working
from safeguarding.adults.services.access import choose_recipient
from safeguarding.adults.services.raising import Telling
from safeguarding.adults.services.working import Entry
from safeguarding.audit.context import Acting, acting
from safeguarding.demo.ground import Ground

_HEAD, _TEACHER, _ASSISTANT, _MIDDAY, _OFFICE = "S01", "S18", "S31", "S39", "S09"
_AGENCY = {"name": "Robbie Calverley", "standing": "supply", "employer": "Larkhill Supply Teachers"}


def lay_adults(school: School, ground: Ground) -> None:
    """Five concerns about adults at the main school, the newest this morning."""
    people, now = ground.users, ground.now
    choose_recipient(
        school=school,
        recipient="headteacher",
        lado_name="LADO duty desk",
        lado_telephone="0161 496 0745",
        by=people[_HEAD],
        at=now - timedelta(days=200),
    )
    closed = _raise(
        school,
        "closed",
        people[_MIDDAY],
        now - timedelta(days=40),
        raised_as="low_level",
        user=people[_TEACHER],
        facts="He spoke sharply to a boy in the dinner queue and moved him by the elbow. The boy was not hurt. "
        "Others saw it.",
        context="It was the wet playtime. The hall was loud.",
        done_at_once="I took the boy to another table.",
    )
    _read_and_close(closed, people[_HEAD], now - timedelta(days=39))
    _raise(
        school,
        "self",
        people[_ASSISTANT],
        now - timedelta(hours=3),
        raised_as="low_level",
        about_raiser=True,
        facts="I drove a child home on my own after the club because nobody came. I rang the office, and nobody "
        "answered. I know "
        "that two adults should be in the car.",
    )
    _with_the_lado(school, ground)
    _over(school, ground)
    _raise(
        school,
        "head",
        people[_OFFICE],
        now - timedelta(days=1),
        raised_as="unsure",
        user=people[_HEAD],
        facts="She asked me to leave a visitor’s check for another day, and he was with children until then.",
        wish_unnamed=True,
    )


def _raise(school: School, story: str, by: User, at: datetime, **telling: Any) -> StaffConcern:
    # The same school again has the same references.
    token = uuid5(NAMESPACE_URL, f"harbour demo {story}")
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        words = raising.raise_staff_concern(token=token, school=school, telling=Telling(**telling), by=by, at=at)
    return StaffConcern.objects.get(pk=words.staff_concern_id)


def _read_and_close(concern: StaffConcern, head: User, at: datetime) -> None:
    with acting(Acting(user_id=head.pk, school_id=concern.school_id)):
        now = working.open_staff_concern(concern=concern, by=head, at=at)
        why = "Not as the code of conduct asks. No child was harmed, and nothing like it is known."
        now = working.assess(
            concern=now, token=_token(now, 1), seen=now.revision, threshold="low_level", reason=why, by=head, at=at
        )
        told = Entry(
            "told",
            "Spoke with him the same day. He was sorry, and knew at once what to do next time.",
            timezone.localdate(at),
        )
        working.add_entry(concern=now, token=_token(now, 2), entry=told, by=head, at=at)
        seen = patterns.together(now, lambda model: model.objects.visible_to(head))  # type: ignore[attr-defined]
        patterns.look_together(
            concern=now,
            token=_token(now, 3),
            seen=seen,
            found="no_pattern",
            reason="it is the first about him.",
            by=head,
            at=at,
        )
        now.refresh_from_db()
        now = working.record_outcome(
            concern=now,
            token=_token(now, 4),
            seen=now.revision,
            outcome="spoken",
            reason="Expectations made clear. The deputy is in the hall for the next two weeks.",
            by=head,
            at=at,
        )
        working.close_staff_concern(
            concern=now,
            token=_token(now, 5),
            seen=now.revision,
            reason="Nothing further has come in.",
            by=head,
            at=at + timedelta(days=14),
        )


def _with_the_lado(school: School, ground: Ground) -> None:
    """Raised yesterday as harm, read and assessed: what the LADO is to be told waits for today."""
    head, at = ground.users[_HEAD], ground.now - timedelta(hours=20)
    concern = _raise(
        school,
        "harm",
        ground.users["S21"],
        at,
        raised_as="harm",
        told_on=timezone.localdate(at),
        **_AGENCY,
        facts="Two girls told me that he had held one of them by the wrist and would not let go. Her wrist was red.",
        children="Both are in 4B. I have logged what each of them said as a concern about the child.",
    )
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        now = working.open_staff_concern(concern=concern, by=head, at=at + timedelta(minutes=20))
        now = working.assess(
            concern=now,
            token=_token(now, 1),
            seen=now.revision,
            threshold="harm",
            reason="He may have harmed a child. Not for school to look into before the LADO has advised.",
            by=head,
            at=at + timedelta(minutes=30),
        )
        kept = Entry("interim", "He does not work here until the LADO has advised.", timezone.localdate(at))
        working.add_entry(concern=now, token=_token(now, 2), entry=kept, by=head, at=at + timedelta(minutes=40))


def _over(school: School, ground: Ground) -> None:
    """Raised fourteen months ago against a visitor, found to be malicious and closed: its time is over."""
    head, at = ground.users[_HEAD], ground.now - timedelta(days=430)
    facts = "She said that he had pushed a boy in the car park. The film of the car park was asked for the same day."
    who = {"name": "Corin Ashby", "standing": "visitor"}
    concern = _raise(school, "over", ground.users[_OFFICE], at, raised_as="harm", facts=facts, **who)
    day = timezone.localdate(at)
    entries = (
        Entry("lado", "Look at the film first, then ring again.", day, who="LADO duty desk"),
        Entry("police", "The film shows that nothing happened.", day, ruling="considered"),
        Entry("dbs", "There is nothing to refer.", day, ruling="considered"),
        Entry("removed", "It was never in a personnel record: he does not work here.", day),
    )
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        now = working.open_staff_concern(concern=concern, by=head, at=at)
        why = "A child may have been pushed."
        now = working.assess(
            concern=now, token=_token(now, 1), seen=now.revision, threshold="harm", reason=why, by=head, at=at
        )
        for number, entry in enumerate(entries, start=2):
            working.add_entry(concern=now, token=_token(now, number), entry=entry, by=head, at=at)
        now.refresh_from_db()
        at += timedelta(days=6)
        why = "The film shows that he was not there. She has said since that she made it up."
        now = working.record_outcome(
            concern=now, token=_token(now, 6), seen=now.revision, outcome="malicious", reason=why, by=head, at=at
        )
        why = "The LADO agrees. Nothing more is to be done."
        working.close_staff_concern(concern=now, token=_token(now, 7), seen=now.revision, reason=why, by=head, at=at)


def over(school: School) -> StaffConcern:
    """The one whose time is over."""
    return StaffConcern.objects.get(school=school, outcome="malicious")


def _token(concern: StaffConcern, number: int) -> UUID:
    return uuid5(concern.pk, str(number))
