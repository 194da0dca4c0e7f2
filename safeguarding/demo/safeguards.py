"""What protects children of the demo school? Orders of courts, addresses that nobody may be told, who decides.

Recorded by the office and confirmed by a lead; one order was discharged, one was written down wrongly, one still waits.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from children.models import Child, ContactLink, ContactRestriction
from children.services import safeguards
from children.services.safeguards import AddressFacts, OrderFacts, ResponsibilityFacts
from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting
from safeguarding.dates import start_of
from safeguarding.demo import desk, source
from safeguarding.demo.ground import Ground

_LEAD, _OFFICE = "S02", "S09"
K = ContactRestriction.Kind
# Orders that keep somebody from the gate, and that keep them from hearing of the child.
_NOT_COLLECT = (K.NON_MOLESTATION, K.NO_CONTACT)
_NOT_TOLD = (K.NON_MOLESTATION,)
# By the child of the data: what nobody has confirmed yet, what ended before its day, what was written down wrongly.
_WAITS, _DISCHARGED, _WRONG = "P0237", "P0028", "P0461"
# A mother whose certificate somebody saw; and for how long addresses have been confidential.
_DECIDES, _SINCE = "P0366", timedelta(days=120)
_SEEN = "The sealed order, brought to the office and read there."


def lay_safeguards(school: School, ground: Ground) -> None:
    """Each is recorded on the day after it was made."""
    cards = Child.objects.in_bulk(ground.children.values())
    for entry in source.children():
        child = cards[ground.children[entry["id"]]]
        for order in entry.get("court_orders", ()):
            made = _facts(child, entry, order, ground)
            _lay(school, ground, entry["id"], child, made)
        if entry.get("do_not_disclose_address"):
            _lay(school, ground, entry["id"], child, _secret(ground))
        if entry["id"] == _DECIDES:
            _lay(school, ground, entry["id"], child, _mother(child))
        if entry["id"] == desk.DOCUMENT_CHILD:
            # The order that is among the child's files is known to those who look under People, too.
            made = OrderFacts(
                kind=K.OTHER,
                terms=desk.DOCUMENT_SAYS,
                starts_on=ground.days.today - desk.DOCUMENT_AGO,
                told_by="document",
                evidence="The copy that the social worker sent, which is among the files.",
            )
            _lay(school, ground, entry["id"], child, made)


def _facts(child: Child, entry: source.Entry, order: source.Entry, ground: Ground) -> OrderFacts:
    days = ground.days
    named = next((a for a in entry["adults"] if a["id"] == order.get("restricted_contact_id")), None)
    links = ContactLink.objects.filter(child=child).select_related("contact")
    adult = links.get(contact__forename=named["forename"], contact__surname=named["surname"]) if named else None
    return OrderFacts(
        kind=order["type"],
        terms=order["detail"],
        starts_on=min(days.of(order["made"]) or days.today, days.today),
        ends_on=days.of(order["expires"]),
        contact=adult.contact if adult else None,
        may_not_collect=adult is not None and order["type"] in _NOT_COLLECT,
        may_not_be_told=adult is not None and order["type"] in _NOT_TOLD,
        told_by="document",
        evidence=_SEEN,
    )


def _secret(ground: Ground) -> AddressFacts:
    return AddressFacts(
        reason="The school has been asked not to give this address to anybody.",
        starts_on=ground.days.today - _SINCE,
        told_by="family",
    )


def _mother(child: Child) -> ResponsibilityFacts:
    mother = ContactLink.objects.select_related("contact").get(child=child, relationship="Mother").contact
    seen = "The birth certificate, shown at the office."
    return ResponsibilityFacts(contact=mother, held=True, basis="mother", told_by="document", evidence=seen)


def _lay(school: School, ground: Ground, key: str, child: Child, facts: Any) -> None:
    lead, office = ground.users[_LEAD], ground.users[_OFFICE]
    at = _after(facts, ground)
    wrong = replace(facts, kind=K.PROHIBITED_STEPS) if key == _WRONG else facts
    with acting(Acting(user_id=office.pk, school_id=school.pk)):
        made = safeguards.record_safeguard(child=child, token=uuid4(), facts=wrong, by=office, at=at)
    if key == _WAITS:
        return
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        safeguards.confirm(row=made, by=lead, at=at + timedelta(hours=1))
        if key == _WRONG:
            why = "Entered as a prohibited steps order. The order itself says specific issue: it was read again."
            safeguards.correct(row=made, token=uuid4(), reason=why, right=facts, by=lead, at=at + timedelta(hours=2))
        if key == _DISCHARGED and isinstance(facts, OrderFacts) and facts.ends_on is not None:
            last = facts.ends_on - timedelta(days=20)
            why = "The court discharged it at a hearing. The mother showed the new order to the office."
            safeguards.end(row=made, last_day=last, reason=why, by=lead, at=max(at, start_of(last)))


def _after(facts: Any, ground: Ground) -> datetime:
    """The morning after it was made, or an hour ago."""
    day = (facts.starts_on or timezone.localdate(ground.now)) + timedelta(days=1)
    return min(start_of(day) + timedelta(hours=9), ground.now - timedelta(hours=3))
