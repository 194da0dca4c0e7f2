"""The copy of each child of the practice school holds every sealed text about that child that their lead may see."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from children.models import ChildUpdate
from safeguarding.accounts.models import School, User
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.dates import full_day
from safeguarding.parts import gather, read_parts, reasons
from safeguarding.parts_missing import about_children
from tests.walls import asking

pytestmark = pytest.mark.django_db
DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Whom a row is about stands in one of these columns, or else on its concern.
OF_CHILD = ("child_id", "child_key", "keep_id", "content_object_id")
# Of these the practice school has no row with a sealed text, or none that its lead may see.
NONE_THERE = {
    "children.photograph",
    "concerns.concernadult",
    "concerns.concerngrant",
    "concerns.escalationletter",
    "concerns.meetingaddition",
    "concerns.outsidenote",
    "concerns.paperform",
    "concerns.patternruling",
}
# Answers to the test of a law are told in the words of its questions. What was shared is told where it stands.
IN_OTHER_WORDS = {
    ("sharing.sharingevent", "answers"),
    ("sharing.shareditem", "text"),
    # The hashes of what came: its entries and documents are told themselves.
    ("received.filereceived", "manifest"),
}
# Nobody has decided it yet, or it led nowhere.
NOT_TOLD = {"sharing.sharingevent": ("draft", "discarded")}


def sealed_fields(model: Any) -> list[str]:
    sealed = [field.name for field in model._meta.concrete_fields if getattr(field, "sealed", False)]
    return [name for name in sealed if (model._meta.label_lower, name) not in IN_OTHER_WORDS]


def told_models() -> list[Any]:
    return [m for m in about_children() if m._meta.label_lower not in reasons() and sealed_fields(m)]


def words(value: Any) -> Iterator[str]:
    """Every text in a sealed value, whatever parts it has; a date is told as pages write it."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from words(one)
    elif value:
        yield full_day(date.fromisoformat(value)) if DATE.fullmatch(value) else value


def expected(lead: User) -> dict[UUID, list[tuple[str, UUID, str, str]]]:
    """By child, each text that the lead may read: model, key of the row, field, words."""
    named: dict[UUID, set[UUID]] = defaultdict(set)
    concerns = set(Concern.objects.visible_to(lead).values_list("pk", flat=True))
    links = ConcernChild.objects.visible_to(lead).exclude(child=None)
    for concern, child in links.values_list("concern_id", "child_id"):
        named[concern].add(child)
    found = defaultdict(list)
    for model in told_models():
        for row in model.objects.visible_to(lead):
            if (concern := getattr(row, "concern_id", None)) and concern not in concerns:
                continue
            if getattr(row, "status", "") in NOT_TOLD.get(model._meta.label_lower, ()):
                continue
            own = next((key for name in OF_CHILD if (key := getattr(row, name, None))), None)
            own = row.pk if isinstance(row, Concern) or own in concerns else own
            whose = named[own or concern] if (own in concerns or own is None) else {own}
            for name in sealed_fields(model):
                for text in words(getattr(row, name)):
                    for child in whose:
                        found[child].append((model._meta.label_lower, row.pk, name, text))
    return found


def test_every_sealed_text_of_each_child_stands_in_a_block_of_its_copy(school: School) -> None:
    """Who told the school what is in the copy for a request alone: a file tells what is true, not how it came so."""
    lead = User.objects.get(username="d.oyebanji")
    asks = SimpleNamespace(user=lead)
    missing, told = [], set()
    with asking(lead, "worker"):
        wanted = expected(lead)
        for child, texts in wanted.items():
            found = gather(partial(visible, asks), [child], beyond_file=True, with_errors=True)
            blocks = {block.record: block for block in found}
            for label, key, name, text in texts:
                block = blocks.get((label, key))
                if block is None or not any(text == one.label or text in one.text for one in block.texts):
                    missing.append((label, name))
                told.add(label)
        updated = ChildUpdate.objects.visible_to(lead).values_list("child_id", flat=True)[0]
        filed = {block.record.label for block in read_parts(asks, [updated], beyond_file=True)}

    assert missing == []
    assert "children.child" in filed and "children.childupdate" not in filed
    assert {m._meta.label_lower for m in told_models()} - told <= NONE_THERE
