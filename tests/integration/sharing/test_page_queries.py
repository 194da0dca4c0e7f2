"""Do the pages of sharing and of the privacy notice ask the database as often about many rows as about ten?"""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.concerns.models import Referral
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from sharing.events.models import Consent, ConsentWording, Recipient, SharedItem, SharingEvent, SharingStep
from sharing.events.services.consents import withdraw_consent
from sharing.events.services.following import Happened
from sharing.events.services.receiving import chase_share
from sharing.events.services.recipients import Facts, add_recipient, end_recipient
from sharing.events.services.wordings import end_wording, save_wording
from sharing.notice.models import PrivacyNotice
from tests import factories
from tests.integration.demo.test_queries import LISTS, MANY_IN_SOAK, RECORDS, TEN, asked
from tests.integration.plans.test_page_queries import more

from .conftest import Place
from .deciding import begun, checked, sent
from .noticing import prepared, published
from .packing import chosen, packed

pytestmark = pytest.mark.django_db
ACCOUNT = "concerns.account"
# A record is chosen from every kind that a child has, and each kind is asked for once. The pack asks for names too.
GATHERED = 119
# The health of the notice looks at all that Harbour holds, and at the seals and keys.
HEALTH = 33


class Growing:
    """A child with one of everything that pages of sharing show, and more of each."""

    def __init__(self, place: Place) -> None:
        self.place, self.numbers, lead = place, count(10_000), place.room.lead
        self.concern = factories.concern(place.room, children=[ChildEntry("worried_about", place.child)])
        self.referral = self._referral()
        self.draft = chosen(place, begun(place, concern=self.concern), {ACCOUNT})
        self.waits = packed(place, ACCOUNT)
        self.gone = sent(place, referral=self.referral)
        again = timezone.localdate() + timedelta(days=3)
        self.gone = chase_share(event=self.gone, token=uuid7(), happened=_rang(), follow_up_on=again, by=lead)
        self.without = self._referral()
        self.consent, self.withdrawn = place.consent(), self._withdrawn()
        self.recipient, self.ended = checked(place), self._ended()
        self.wording = self._old_wording()
        prepared(place)
        self.notice = published(place)

    def _referral(self) -> Referral:
        when = {"sent_at": timezone.now(), "answer_by": timezone.localdate() + timedelta(days=1)}
        said = agencies.Sent("social_care", "telephone", "What she said.", spoken_to="Sam Okafor", **when)
        return agencies.refer(concern=self.concern, token=uuid7(), sent=said, by=self.place.room.lead)

    def _withdrawn(self) -> Consent:
        given = self.place.consent(recipient=self.place.recipient("nhs"))
        how: dict[str, Any] = {"on": timezone.localdate(), "how": "spoken", "said": "She rang."}
        return withdraw_consent(consent=given, by=self.place.room.lead, **how)

    def _ended(self) -> Recipient:
        lead = self.place.room.lead
        facts = Facts(kind="other", name="Lane and Fox", email="post@example.org")
        row = add_recipient(school=self.place.school, token=uuid7(), facts=facts, by=lead)
        return end_recipient(recipient=row, school=self.place.school, seen=row.revision, by=lead)

    def _old_wording(self) -> ConsentWording:
        lead = self.place.room.lead
        row = save_wording(school=self.place.school, token=uuid7(), title="A camp", text="May we?", by=lead)
        return end_wording(wording=row, by=lead)

    def grow(self, number: int) -> None:
        """More of each. What was there stays on the pages: the rest is older."""
        old = {"made_at": lambda n: timezone.now() - timedelta(days=400 + n % 200)}
        event = {"year": lambda n: 2025, "number": self._number, **old}
        bare = {"stored": lambda n: "", "pack_digest": lambda n: "", "pack_of": lambda n: "", "pack_size": lambda n: 0}
        bare |= {"packed_at": lambda n: None, "packed_by_id": lambda n: None, "referral_id": lambda n: None}
        late = {"due_on": lambda n: timezone.localdate() - timedelta(days=1 + n % 30)}
        then = {name: lambda n: timezone.now() - timedelta(days=300) for name in ("decided_at", "sent_at")}
        for row, changed in ((self.draft, late), (self.waits, late), (self.gone, then)):
            more(row, number, **event | bare | changed)
        # Of this decision: records that were taken out again.
        lead = self.place.room.lead.pk
        out = {"taken_out_at": lambda n: timezone.now(), "taken_out_by_id": lambda n: lead}
        for row in (self.draft, self.waits):
            more(row.items.filter(taken_out_at=None).first(), number, **out)
        more(self.gone.steps.order_by("happened_at").first(), number)
        more(self.without, number, sent_at=lambda n: timezone.now() - timedelta(days=300 + n % 200))
        for consent in (self.consent, self.withdrawn):
            more(consent, number, answered_on=lambda n: timezone.localdate() - timedelta(days=300 + n % 200))
        code = {"code": lambda n: ""}
        for recipient in (self.recipient, self.ended):
            more(recipient, number, name=lambda n: f"Team {n}", **code)
        series = {"series": lambda n: uuid7(), "version": lambda n: 1}
        for wording in (self.place.wording, self.wording):
            more(wording, number, **series)
        more(self.notice, number, version=lambda n: next(self.numbers))

    def _number(self, _: int) -> int:
        return next(self.numbers)


def _rang() -> Happened:
    return Happened(timezone.now(), "telephone", "Sam Okafor", "He has not looked yet.")


def pages(there: Growing) -> dict[str, tuple[int, User, str]]:
    """Each page, how many queries it may take, who opens it, and where it is."""
    room, child = there.place.room, [there.place.child.pk]
    lead, head = room.lead, room.headteacher
    return {
        "register": (LISTS, lead, reverse("sharing")),
        "what waits": (LISTS, lead, reverse("sharing") + "?state=waits"),
        "kind": (LISTS, lead, reverse("sharing") + "?kind=social_care&year=2025"),
        "as a file": (LISTS, lead, reverse("sharing_csv")),
        "tab": (RECORDS, lead, reverse("child_sharing", args=child)),
        "begin": (RECORDS, lead, reverse("begin_share", args=child)),
        "call": (RECORDS, lead, reverse("call_outside", args=child)),
        "answer": (RECORDS, lead, reverse("record_consent", args=child)),
        "consent": (RECORDS, lead, reverse("sharing_consent", args=[there.consent.pk])),
        "draft": (RECORDS, lead, reverse("share", args=[there.draft.pk])),
        "decide": (RECORDS, lead, reverse("decide_share", args=[there.draft.pk])),
        "sent": (RECORDS, lead, reverse("share", args=[there.gone.pk])),
        "records": (GATHERED, lead, reverse("share_items", args=[there.draft.pk])),
        "pack": (GATHERED, lead, reverse("share_pack", args=[there.waits.pk])),
        "chronology": (RECORDS, lead, reverse("child_chronology", args=child)),
        "referral": (RECORDS, lead, reverse("referral", args=[there.referral.pk])),
        "recipients": (LISTS, lead, reverse("recipients")),
        "recipient": (LISTS, lead, reverse("recipient", args=[there.recipient.pk])),
        "law": (RECORDS, lead, reverse("sharing_law")),
        "wordings": (LISTS, lead, reverse("consent_wordings")),
        "notice": (HEALTH, head, reverse("notice_settings")),
        "draft of a notice": (HEALTH, head, reverse("notice_draft")),
        "version": (LISTS, head, reverse("notice_version", args=[there.notice.pk])),
        "notice for everybody": (LISTS, head, reverse("privacy_notice", args=[there.place.school.pk])),
        "settings": (HEALTH, head, reverse("settings_home")),
    }


@MANY_IN_SOAK
def test_many_rows_take_as_many_queries_as_ten(client: Client, place: Place, many: int):
    there = Growing(place)
    shown = pages(there)

    def counted() -> dict[str, int]:
        found = {}
        for name, (_, person, address) in shown.items():
            client.force_login(person)
            found[name] = asked(lambda: client.get(address))  # noqa: B023
        return found

    there.grow(TEN)
    few = counted()
    there.grow(many)
    for model in (SharingEvent, SharedItem, SharingStep, Consent, Recipient, ConsentWording, Referral, PrivacyNotice):
        assert model.objects.count() > many, model
    assert counted() == few
    assert {name: number for name, number in few.items() if number > shown[name][0]} == {}
