"""What do referrals, contacts, meetings and duties in person put into a child's chronology?"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from safeguarding.accounts.titles import Titles, inside
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry
from safeguarding.concerns.models import ContactMade, Duty, Meeting, PoliceNotice, Referral, ReferralStep
from safeguarding.http import Request

from .concern import first_sentence
from .told import OfConcerns, from_concerns


def _of(model: type[Any], moment: str) -> OfConcerns:
    """The rows of a model for some concerns, by when they happened."""

    def rows(request: Request, concerns: Iterable[UUID]) -> QuerySet[Any]:
        return visible(request, model).filter(concern__in=concerns).annotate(moment=F(moment))

    return rows


def _tell_referred(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, Referral).filter(pk__in=keys).select_related("concern", "sent_by")
    return {
        one.pk: Entry(
            at=one.sent_at,
            title=f"Referred: {inside(one.get_agency_display())}",
            sentence=first_sentence(one.told),
            source=f"referred by {titles.of(one.sent_by, one.sent_at)}",
            icon="flag",
            tone="plan",
            reference=one.concern.reference,
            concern_id=one.concern_id,
        )
        for one in rows
    }


def _tell_step(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, ReferralStep).filter(pk__in=keys).select_related("concern", "referral", "by")
    return {
        one.pk: Entry(
            at=one.happened_at,
            title=f"{one.referral.get_agency_display()}: "
            + inside(one.get_answer_display() if one.answer else one.get_kind_display()),
            sentence=first_sentence(one.text),
            source=f"recorded by {titles.of(one.by, one.happened_at)}",
            icon="tick" if one.kind == ReferralStep.Kind.ANSWERED else "note",
            tone="plan",
            reference=one.concern.reference,
            concern_id=one.concern_id,
        )
        for one in rows
    }


def _tell_contact(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, ContactMade).filter(pk__in=keys).select_related("concern", "author")
    return {
        one.pk: Entry(
            at=one.made_at,
            title=f"Contact: {one.with_whom}",
            sentence=first_sentence(one.said),
            source=f"contact of {titles.of(one.author, one.made_at)}",
            icon="people",
            reference=one.concern.reference,
            concern_id=one.concern_id,
        )
        for one in rows
    }


def _tell_meeting(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, Meeting).filter(pk__in=keys).select_related("concern", "called_by")
    return {
        one.pk: Entry(
            at=one.held_at,
            title=f"Meeting: {inside(one.get_kind_display())}",
            sentence=first_sentence(one.minutes),
            source=f"called by {titles.of(one.called_by, one.held_at)}",
            icon="people",
            tone="plan",
            reference=one.concern.reference,
            concern_id=one.concern_id,
            link=one.get_absolute_url(),
        )
        for one in rows
    }


def _ended(request: Request) -> QuerySet[Any]:
    """Duties of which somebody has said what was done, by when that was."""
    return visible(request, Duty).filter(ended_at__isnull=False).annotate(moment=Coalesce("reported_at", "ended_at"))


def _done(request: Request, concerns: Iterable[UUID]) -> QuerySet[Any]:
    return _ended(request).filter(concern__in=concerns)


def _tell_duty(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = _ended(request).filter(pk__in=keys).select_related("concern", "ended_by")
    said = {
        Duty.Ended.REPORTED: "Reported to the police in person",
        Duty.Ended.SUSPECTED: "Not reported to the police in person: suspected, not known",
        Duty.Ended.SET_ASIDE: "A report to the police in person is set aside",
    }
    return {
        one.pk: Entry(
            at=one.moment,
            title=said[Duty.Ended(one.how_ended)],
            sentence=f"Police reference {one.police_reference}" if one.police_reference else first_sentence(one.reason),
            source=f"said by {titles.of(one.ended_by, one.moment)}",
            icon="flag",
            tone="plan",
            reference=one.concern.reference,
            concern_id=one.concern_id,
        )
        for one in rows
    }


def _tell_notice(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = (
        visible(request, PoliceNotice).filter(pk__in=keys).select_related("concern", "concern__logged_by", "key_adult")
    )
    return {
        one.pk: Entry(
            at=one.received_at,
            title="Police notice of domestic abuse",
            sentence=f"Key adult: {one.key_adult.full_name}" if one.key_adult else "The key adult is not decided yet",
            source=f"taken down by {titles.of(one.concern.logged_by, one.concern.logged_at)}",
            icon="flag",
            tone="plan",
            reference=one.concern.reference,
            concern_id=one.concern_id,
        )
        for one in rows
    }


WORK = (
    from_concerns("referred", "outside", _of(Referral, "sent_at"), _tell_referred, "concern"),
    from_concerns("referral_steps", "outside", _of(ReferralStep, "happened_at"), _tell_step, "concern"),
    from_concerns("contacts", "outside", _of(ContactMade, "made_at"), _tell_contact, "concern"),
    from_concerns("meetings", "meetings", _of(Meeting, "held_at"), _tell_meeting, "concern"),
    from_concerns("duties", "outside", _done, _tell_duty, "concern"),
    from_concerns("police_notices", "outside", _of(PoliceNotice, "received_at"), _tell_notice, "concern"),
)
