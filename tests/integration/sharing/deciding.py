"""How does a test come to a decision to share, and to one that was sent?"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from safeguarding.keys import uuid7
from sharing.events.models import LegalReason, Recipient, SharingEvent
from sharing.events.services.checking import Said
from sharing.events.services.deciding import begin_share, decide_share
from sharing.events.services.following import Happened
from sharing.events.services.law import laws_on
from sharing.events.services.recipients import Facts, check_recipient, correct_recipient
from sharing.events.services.sending import record_sent
from tests.integration.sharing.conftest import Place

NOW: Any = timezone.now
# To every question of every test something that can be taken.
ANSWERS = {
    "no_consent": "prejudice",
    "relevant": "She may be hurt again.",
    "enquiry": "The enquiry of 3 November, led by Sam Okafor.",
    "officer": "DC Rowe, 4411",
    "crime_reference": "06C1/12345",
    "necessity": "To find who hurt her.",
    "call_back": "yes",
    "order": "Manchester, MA26, 2 November",
    "order_says": "The pastoral file.",
    "need": "To plan help.",
}


# What a draft is begun with, beside what is said in it.
ABOUT = ("concern", "referral", "also", "token", "at")


def reason(code: str = "ca1989_47") -> LegalReason:
    return laws_on(timezone.localdate())[code]


def checked(place: Place, code: str = "social_care") -> Recipient:
    """One of the address book, of which somebody has checked how it is reached."""
    own = Recipient.objects.filter(school=place.school, code=code).first()
    if own is not None and own.is_checked:
        return own
    row, by = own or place.recipient(code), place.room.lead
    facts = Facts(kind=row.kind, name=row.name, email="team@example.org")
    row = correct_recipient(recipient=row, school=place.school, seen=row.revision, facts=facts, by=by)
    return check_recipient(
        recipient=row, school=place.school, seen=row.revision, how="call_back", on=timezone.localdate(), by=by
    )


def said(place: Place, **other: Any) -> Said:
    """A decision that lacks nothing."""
    given = {
        "recipient": place.recipient("social_care"),
        "person": "Sam Okafor, social worker",
        "asked": "request",
        "purpose": "The enquiry about the bruise.",
        "reason": reason(),
        "answers": ANSWERS,
        "consent_stands": "not_asked",
        "consent_why": "It would warn who hurt her.",
        "content": "The account of 3 November and attendance since September.",
        "necessity": "They decide today whether she goes home.",
        "harm": "She may be hurt again; being asked may upset her.",
        "child_told": "before",
        "parents_told": "no",
        "not_told_why": "It would put her at risk.",
        "advice": "none",
        "decision": "all",
    }
    return Said(**given | other)


def begun(place: Place, *, by: Any = None, **other: Any) -> SharingEvent:
    about = {name: other.pop(name) for name in ABOUT if name in other}
    about.setdefault("token", uuid7())
    return begin_share(child=place.child, said=said(place, **other), by=by or place.room.lead, **about)


def decided(place: Place, *, by: Any = None, **other: Any) -> SharingEvent:
    event = begun(place, by=by, **other)
    other = {name: value for name, value in other.items() if name not in ABOUT}
    return decide_share(event=event, seen=event.revision, said=said(place, **other), by=by or place.room.lead)


def happened(at: datetime | None = None, **other: Any) -> Happened:
    given = {"method": "email", "person": "Sam Okafor", "text": "Asked by telephone."}
    return Happened(**{"at": at or NOW()} | given | other)


def sent(place: Place, *, by: Any = None, **other: Any) -> SharingEvent:
    recipient = other.pop("recipient", None) or checked(place)
    event = decided(place, by=by, recipient=recipient, **other)
    return record_sent(event=event, token=uuid7(), happened=happened(), by=by or place.room.lead)
