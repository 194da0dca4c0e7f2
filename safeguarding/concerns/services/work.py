"""What belongs to a concern beside its words and decisions: referrals, contacts and meetings.

And which agencies owe an answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, Model, OuterRef, QuerySet, Value, When

from children.models import Contact, ContactLink
from safeguarding import dates
from safeguarding.concerns.models import (
    Concern,
    ConcernAdult,
    ConcernChild,
    ContactMade,
    Decision,
    Duty,
    Meeting,
    PoliceNotice,
    Referral,
    ReferralStep,
)
from safeguarding.concerns.services.whole import See
from safeguarding.once import once

R = Referral.Status


@dataclass(frozen=True)
class ReferralRow:
    """A referral as a list shows it. `words` say how late the answer is."""

    referral: Referral
    is_late: bool
    words: str = ""


@dataclass(frozen=True)
class Work:
    """Newest first, but for referrals: those that wait come before the others."""

    referrals: Sequence[ReferralRow]
    contacts: Sequence[ContactMade]
    meetings: Sequence[Meeting]
    adults: Sequence[ConcernAdult]

    @property
    def met(self) -> list[Meeting]:
        """Those that were held, or are to be: not called off."""
        return [one for one in self.meetings if one.state != Meeting.State.CALLED_OFF]

    @property
    def waiting(self) -> int:
        return sum(row.referral.status == R.WAITING for row in self.referrals)

    @property
    def late(self) -> bool:
        return any(row.is_late for row in self.referrals)


def work_of(concern: Concern, see: See, *, today: date) -> Work:
    """One query says which kinds there are, and one fetches each of those: most concerns have none of them."""
    there = kinds_there(concern, see)
    waits_first = Case(When(status=R.WAITING, then=Value(0)), default=Value(1), output_field=IntegerField())
    referrals = see(Referral).filter(concern=concern).select_related("sent_by")
    contacts = see(ContactMade).filter(concern=concern).select_related("author")
    meetings = see(Meeting).filter(concern=concern).select_related("finished_by")
    return Work(
        referrals=rows(referrals.order_by(waits_first, "-sent_at", "-pk"), today=today) if Referral in there else [],
        contacts=list(contacts.order_by("-made_at", "-pk")) if ContactMade in there else [],
        meetings=list(meetings.order_by("-held_at", "-pk")) if Meeting in there else [],
        adults=adults_named(concern, see) if ConcernAdult in there else [],
    )


def adults_named(concern: Concern, see: See) -> list[ConcernAdult]:
    """The adults whom a concern names now, of whom the reader may see the record, in the order in which they were
    named.
    """
    rows = named_now(see).filter(concern=concern, adult__in=see(Contact))
    return list(rows.select_related("adult", "named_by").order_by("named_at", "pk"))


def named_now(see: See) -> QuerySet[ConcernAdult]:
    """Of all concerns, that they name an adult: not taken back, and on the record of a child who is in the concern.

    With a child who was linked by mistake the adults of that child leave the concern too.
    """
    links = see(ContactLink).filter(contact=OuterRef(OuterRef("adult")))
    of_a_child = see(ConcernChild).filter(concern=OuterRef("concern"), child__in=links.values("child"))
    return see(ConcernAdult).filter(Exists(of_a_child), taken_back_at=None)


def kinds_there(concern: Concern, see: See) -> set[type[Model]]:
    """Of what most concerns have none of, which kinds this one has: one query, once a page."""
    models: tuple[type[Model], ...] = (Referral, ContactMade, Meeting, Duty, PoliceNotice, ConcernAdult)

    def found() -> set[type[Model]]:
        first, *others = (
            see(model).filter(concern=concern).order_by().values_list(Value(place, IntegerField()))[:1]
            for place, model in enumerate(models)
        )
        return {models[place] for (place,) in first.union(*others, all=True)}

    return once(("kinds there", concern.pk), found)


def rows(referrals: Iterable[Referral], *, today: date) -> list[ReferralRow]:
    """Referrals as a list shows them."""
    return [
        ReferralRow(
            one,
            late := one.is_late(today),
            f"{dates.counted((today - one.answer_by).days, 'day')} late" if late else "",
        )
        for one in referrals
    ]


def owed(referrals: QuerySet[Referral], school_id: UUID) -> QuerySet[Referral]:
    """Referrals of a school that wait for an answer, soonest first."""
    return referrals.filter(school_id=school_id, status=R.WAITING).select_related("concern").order_by("answer_by", "pk")


def unanswered(referrals: QuerySet[Referral], school_id: UUID, *, today: date) -> QuerySet[Referral]:
    """Of these, those whose day to answer has passed."""
    return owed(referrals, school_id).filter(answer_by__lt=today)


def steps_of(concern: Concern, see: See) -> dict[UUID, list[ReferralStep]]:
    """What happened with each referral of a concern, in order: for paper."""
    found: dict[UUID, list[ReferralStep]] = {}
    for one in see(ReferralStep).filter(concern=concern).select_related("by").order_by("happened_at", "pk"):
        found.setdefault(one.referral_id, []).append(one)
    return found


def say_steps(decisions: Sequence[Decision]) -> None:
    """Give each decision, the newest first, as `stepped` whether it put the level up or down from the one before."""
    for now, before in pairwise(decisions):
        if now.level != before.level:
            way = "up" if now.level > before.level else "down"
            now.stepped = f"Stepped {way} from {before.get_level_display()}"
