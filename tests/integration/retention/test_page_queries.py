"""Do the pages of retention ask the database as often about many rows as about ten?"""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from children.models import Child, Photograph
from children.services.filing import put_photograph
from retention.models import (
    Decision,
    DestructionItem,
    DestructionList,
    ItemReason,
    LegalHold,
    Mark,
    RetentionDate,
    RetentionRule,
    Statement,
    Tombstone,
)
from retention.services.destroying import destroy_due
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.schedule import adopt_rule, agree_rule, propose_rule, start_rules
from retention.services.statements import mark, withdraw
from safeguarding.accounts.models import User
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS
from safeguarding.uploads.services.keeping import Upload
from tests.integration.demo.test_queries import LISTS, MANY_IN_SOAK, RECORDS, TEN, asked
from tests.integration.plans.test_page_queries import more
from tests.integration.uploads.corpus import picture

from .conftest import Office, as_destroyer, days_ago, time_was_looked_at, wait_is_over

pytestmark = pytest.mark.django_db(databases=["default", KEYS])


class Growing:
    """A school with one of everything that pages of retention show, and more of each."""

    def __init__(self, place: Office) -> None:
        self.place, self.numbers = place, count(10_000)
        self.gone, self.due, self.told, self.left = (place.leaver(name) for name in ("Ida", "Ola", "Una", "Eva"))
        place.due(self.gone, self.due, self.told)
        self.withdrawn = withdraw(statement=Statement.objects.get(child=self.told), by=place.room.lead)
        place.last_school(self.told, at=days_ago(80))
        for applies in (True, False):
            marked = {"reason": "Read.", "by": place.room.lead, "at": days_ago(80)}
            mark(child=self.told, token=uuid7(), applies=applies, **marked)
        self.photograph = put_photograph(
            child=self.told, token=uuid7(), upload=Upload("a.jpg", picture()), by=place.room.office
        )
        place.approve(place.sent(self.gone))
        wait_is_over()
        time_was_looked_at()
        with as_destroyer():
            assert destroy_due() == 1
        self.done = DestructionList.objects.get()
        self.open = place.on_list(self.told)
        self.item = self.open.items.get()
        place.decide(self.item)
        self.hold, self.lifted = self._hold(), self._lifted()
        self.rule = self._superseded()

    def _hold(self) -> LegalHold:
        given = {"scope": "child", "kind": "police", "reason": "They asked.", "child": self.told}
        until = date.today() + timedelta(days=90)
        return set_hold(school=self.place.school, token=uuid7(), review_on=until, by=self.place.room.lead, **given)

    def _lifted(self) -> LegalHold:
        hold, room = self._hold(), self.place.room
        hold = ask_to_lift(hold=hold, seen=hold.revision, token=uuid7(), reason="They wrote.", by=room.lead)
        return lift_hold(hold=hold, seen=hold.revision, by=room.headteacher)

    def _superseded(self) -> RetentionRule:
        """A version of R02 that held before the one that holds now; and a change of R07 that waits for both."""
        given = {"years": 30, "days": None, "basis": "Claims.", "source": "The insurer"}
        of = {"school": self.place.school, "by": self.place.room.lead}
        propose_rule(token=uuid7(), code="R07", **given, **of)
        rule = propose_rule(token=uuid7(), code="R05", at=days_ago(70), **given, **of)
        adopt_rule(rule=rule, at=days_ago(69), **of)
        agree_rule(school=self.place.school, rule=rule, by=self.place.officer, at=days_ago(68))
        with transaction.atomic():
            start_rules(self.place.school.pk, date.today())
        return RetentionRule.objects.get(school=self.place.school, code="R05", version=1)

    def grow(self, number: int) -> None:
        """More of each. What was there stays on the pages: the rest is due later, or older."""
        self._more_due(number)
        self._more_carried_out(number)
        more(self.hold, number, number=self._number)
        more(self.lifted, number, number=self._number, lift_token=lambda n: uuid7())
        more(self.rule, number, version=self._number)
        old = days_ago(400)
        more(self.withdrawn, number, stated_at=lambda n: old)
        more(Mark.objects.exclude(ended_at=None).earliest("marked_at"), number, marked_at=lambda n: old)
        over = {
            "ended_at": lambda n: old,
            "ended_by_id": lambda n: self.place.room.office.pk,
            "ending": lambda n: "mistake",
        }
        stored = {"stored": lambda n: f"{n % 100:02}/{uuid7().hex}"}
        more(self.photograph, number, added_at=lambda n: old, **over, **stored)
        more(ItemReason.objects.filter(item=self.item).first(), number, said_at=lambda n: old)
        more(Decision.objects.filter(item=self.item).first(), number, decided_at=lambda n: old)

    def _number(self, _: int) -> int:
        return next(self.numbers)

    def _more_due(self, number: int) -> None:
        for child in (self.due, self.left):
            keys = [uuid7() for _ in range(number)]
            aside = {"number": self._number, "pseudonym": lambda n: uuid7().hex[-10:]}
            more(child, number, id=keys.__getitem__, **aside)
            kept = RetentionDate.objects.get(record_key=child.pk)
            facts = {"child_id": keys.__getitem__, "record_key": keys.__getitem__}
            later = [kept.due_on + timedelta(days=1 + n % 200) for n in range(number)]
            more(kept, number, due_on=later.__getitem__, **facts)

    def _more_carried_out(self, number: int) -> None:
        lists, items = ([uuid7() for _ in range(number)] for _ in range(2))
        records = [uuid7() for _ in range(number)]
        item = DestructionItem.objects.get(on_list=self.done)
        more(self.done, number, id=lists.__getitem__, number=self._number, made_at=lambda n: days_ago(300))
        more(item, number, id=items.__getitem__, on_list_id=lists.__getitem__, record_key=records.__getitem__)
        more(item.run, number, item_id=items.__getitem__)
        more(Tombstone.objects.get(item=item), number, item_id=items.__getitem__)


def pages(there: Growing) -> dict[str, tuple[int, User, str]]:
    """Each page, how many queries it may take, who opens it, and where it is."""
    room, officer = there.place.room, there.place.officer
    done, held = [there.done.pk], [there.hold.pk]
    return {
        "home": (LISTS, room.lead, reverse("retention")),
        "home in numbers": (LISTS, officer, reverse("retention")),
        "left": (LISTS, room.lead, reverse("retention_left")),
        "holds": (LISTS, room.lead, reverse("holds")),
        "register": (LISTS, room.lead, reverse("destruction_register")),
        "schedule": (LISTS, room.lead, reverse("retention_schedule")),
        # It works out what the rules would do, to be decided on.
        "what waits": (RECORDS, room.headteacher, reverse("retention_schedule_all")),
        "rule": (RECORDS, room.lead, reverse("retention_rule", args=[there.rule.pk])),
        "list": (RECORDS, room.lead, reverse("destruction_list", args=[there.open.pk])),
        "record of a list": (RECORDS, room.lead, reverse("destruction_item", args=[there.item.pk])),
        "certificate": (RECORDS, officer, reverse("destruction_certificate", args=done)),
        "hold": (RECORDS, room.lead, reverse("legal_hold", args=held)),
        "tab": (RECORDS, room.lead, reverse("child_retention", args=[there.told.pk])),
    }


@MANY_IN_SOAK
def test_many_rows_take_as_many_queries_as_ten(client: Client, place: Office, settings: Any, tmp_path: Any, many: int):
    settings.ANCHOR_FOLDER = tmp_path / "anchors"
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
    for model in (Child, RetentionDate, Tombstone, LegalHold, Statement, Photograph, Decision):
        assert model.objects.count() > many, model
    assert counted() == few
    assert {name: number for name, number in few.items() if number > shown[name][0]} == {}
