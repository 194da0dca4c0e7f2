"""What do referrals, contacts, meetings and duties in person put into a child's chronology?"""

from collections.abc import Mapping
from uuid import UUID

from safeguarding.accounts.titles import Titles, inside
from safeguarding.chronicling import on_concern
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.models import ContactMade, Duty, Meeting, PoliceNotice, Referral, ReferralStep
from safeguarding.http import Request

from .concern import first_sentence
from .full import in_full
from .met import told_of_meetings
from .rows import rows_of

# That it was called off stays on record.
_MET: dict[str, str] = {Meeting.State.CALLED_OFF: "Meeting called off"}
_referrals = rows_of(Referral, "sent_by")
_steps = rows_of(ReferralStep, "by", beside=("referral",))
_contacts = rows_of(ContactMade, "author")
_meetings = rows_of(Meeting, "called_by")
_duties = rows_of(Duty, "ended_by")
_notices = rows_of(PoliceNotice, "concern__logged_by", "key_adult")


def _tell_referred(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: Entry(
            at=one.sent_at,
            title=f"Referred: {inside(one.get_agency_display())}",
            sentence=first_sentence(one.told),
            source=f"referred by {titles.of(one.sent_by, one.sent_at)}",
            icon="flag",
            tone="plan",
            concern_id=one.concern_id,
            substance=in_full(
                ("", one.told),
                ("Team or office", one.team),
                ("Who took it", one.spoken_to),
                ("Their reference", one.their_reference),
            ),
        )
        for one in _referrals(request, when)
    }


def _tell_step(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: Entry(
            at=one.happened_at,
            title=f"{one.referral.get_agency_display()}: "
            + inside(one.get_answer_display() if one.answer else one.get_kind_display()),
            sentence=first_sentence(one.text),
            source=f"recorded by {titles.of(one.by, one.happened_at)}",
            icon="tick" if one.kind == ReferralStep.Kind.ANSWERED else "note",
            tone="plan",
            concern_id=one.concern_id,
            substance=in_full(("", one.text), ("Spoken to", one.spoken_to)),
        )
        for one in _steps(request, when)
    }


def _tell_contact(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: Entry(
            at=one.made_at,
            title=f"Contact: {one.with_whom}",
            sentence=first_sentence(one.said),
            source=f"contact of {titles.of(one.author, one.made_at)}",
            icon="people",
            concern_id=one.concern_id,
            substance=in_full(("", one.said), ("Why parents have not been told", one.parents_reason)),
        )
        for one in _contacts(request, when)
    }


def _tell_meeting(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    meetings = _meetings(request, when)
    whole = told_of_meetings(request, meetings, titles)
    return {
        one.pk: Entry(
            at=one.held_at,
            title=f"{_MET.get(one.state, 'Meeting')}: {inside(one.title)}",
            sentence=first_sentence(one.minutes),
            source=f"called by {titles.of(one.called_by, one.held_at)}",
            icon="people",
            tone="plan",
            concern_id=one.concern_id,
            link=one.get_absolute_url(),
            substance=whole[one.pk],
        )
        for one in meetings
    }


def _tell_duty(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    said = {
        Duty.Ended.REPORTED: "Reported to the police in person",
        Duty.Ended.SUSPECTED: "Not reported to the police in person: suspected, not known",
        Duty.Ended.SET_ASIDE: "A report to the police in person is set aside",
    }
    return {
        one.pk: Entry(
            at=when[one.pk],
            title=said[Duty.Ended(one.how_ended)],
            sentence=f"Police reference {one.police_reference}" if one.police_reference else first_sentence(one.reason),
            source=f"said by {titles.of(one.ended_by, when[one.pk])}",
            icon="flag",
            tone="plan",
            concern_id=one.concern_id,
            substance=in_full(("Police reference", one.police_reference), ("", one.reason)),
        )
        for one in _duties(request, when)
    }


def _tell_notice(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: Entry(
            at=one.received_at,
            title="Police notice of domestic abuse",
            sentence=f"Key adult: {one.key_adult.full_name}" if one.key_adult else "The key adult is not decided yet",
            source=f"taken down by {titles.of(one.concern.logged_by, one.concern.logged_at)}",
            icon="flag",
            tone="plan",
            concern_id=one.concern_id,
            substance=in_full(
                ("From", one.force),
                ("Their reference", one.their_reference),
                ("Key adult", one.key_adult.full_name if one.key_adult else "not decided yet"),
                ("Support", one.get_support_display() if one.support else ""),
            ),
        )
        for one in _notices(request, when)
    }


# Duties of which somebody has said what was done, by when that was.
_DONE = on_concern("concerns.duty", "coalesce(n.reported_at, n.ended_at)", "n.ended_at IS NOT NULL")

WORK = (
    Source("referred", "outside", _tell_referred, on_concern("concerns.referral", "n.sent_at")),
    Source("referral_steps", "outside", _tell_step, on_concern("concerns.referralstep", "n.happened_at")),
    Source("contacts", "outside", _tell_contact, on_concern("concerns.contactmade", "n.made_at")),
    Source("meetings", "meetings", _tell_meeting, on_concern("concerns.meeting", "n.held_at")),
    Source("duties", "outside", _tell_duty, _DONE),
    Source("police_notices", "outside", _tell_notice, on_concern("concerns.policenotice", "n.received_at")),
)
