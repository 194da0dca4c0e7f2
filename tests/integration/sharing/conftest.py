"""A school with its people, a child with a mother who has parental responsibility, a wording and an address book."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from children.facts import Adult
from children.models import Child, Contact
from safeguarding.accounts.models import User
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.keys import uuid7
from sharing.events.models import Consent, ConsentWording, Recipient
from sharing.events.services.consents import Answered, record_consent
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from tests import factories
from tests.factories import Staffroom

ASKED_ON = date(2026, 10, 5)


@dataclass
class Place:
    """A staffroom, a child and her mother, and a wording under which the school asks."""

    room: Staffroom
    child: Child
    mother: Contact
    wording: ConsentWording
    alternate: User
    chair: User

    @property
    def school(self) -> Any:
        return self.room.school

    def recipient(self, code: str = "school_nurse") -> Recipient:
        """One that Harbour brings."""
        return Recipient.objects.get(school=None, code=code)

    def said(self, **other: Any) -> Answered:
        """The mother gave consent on a form."""
        given = {
            "wording": self.wording,
            "recipient": self.recipient(),
            "answer": "given",
            "capacity": "parent",
            "how": "form",
            "answered_on": ASKED_ON,
            "adult": self.mother,
        }
        return Answered(**given | other)

    def consent(self, *, by: User | None = None, **other: Any) -> Consent:
        return record_consent(child=self.child, token=uuid7(), said=self.said(**other), by=by or self.room.lead)


@pytest.fixture
def place() -> Place:
    return make_place()


def make_place() -> Place:
    """The same for a test that has a server of its own."""
    load_editions()
    load_law()
    room = factories.staffroom()
    adults = [
        Adult(surname="Ashdown", forename="Kerry", relationship="Mother", responsibility=True),
        Adult(surname="Ashdown", forename="Pat", relationship="Aunt"),
    ]
    child = factories.child(room.school, by=room.office, adults=adults)
    wording = save_wording(
        school=room.school,
        token=uuid7(),
        title="Telling the school nurse",
        text="We would like to tell the school nurse what you have told us.",
        by=room.lead,
    )
    return Place(
        room,
        child,
        Contact.objects.get(forename="Kerry"),
        wording,
        alternate=factories.member(room.school, "alternate_lead", "Alma", "Reed"),
        chair=factories.member(room.school, "chair", "Ines", "Falk"),
    )
