"""With the table of events unwritable, is any page served that shows a record? Every address is tried, by three people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from safeguarding.audit.models import Event
from safeguarding.concerns.models import Draft
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories, sheets
from tests.pdfs import Printed

# Stands in every field of the world below that a page may show; nowhere in what Harbour itself says.
CANARY = "zanzibarine"
# Would end the visit, or sign somebody out.
NOT_OPENED = {"account_logout"}


@dataclass
class World:
    people: dict[str, Any]
    keys: list[UUID]


@pytest.fixture
def world(transactional_db: None) -> World:
    cast = factories.staffroom()
    child = factories.child(
        cast.school, f"{CANARY} Rowan", f"{CANARY} Ashdown", by=cast.office, details={"gp": f"{CANARY} Surgery"}
    )
    named = [ChildEntry(role="worried_about", child=child)]
    concern = factories.concern(cast, facts=f"{CANARY}: he was quiet.", child_words=f"{CANARY} said", children=named)
    deciding.open_concern(concern=concern, by=cast.lead)
    action = deciding.add_action(
        concern=concern, token=uuid4(), text=f"{CANARY}: ring home", owner=cast.pastoral, due_on=factories.SCHOOL_DAY.date(),
        by=cast.lead, at=factories.SCHOOL_DAY,
    )  # fmt: skip
    draft = uuid4()
    save_draft(
        token=draft, school_id=cast.school.pk, author_id=cast.teacher.pk, content={"facts": [f"{CANARY}: a draft"]}
    )
    run = sheets.look_at(cast.school, [sheets.row(1, forename=f"{CANARY} Hazel")], by=cast.office)
    people = {"lead": cast.lead, "author": cast.teacher, "office": cast.office}
    return World(people, [child.pk, concern.pk, action.pk, draft, run.pk, concern.children.get().pk])


def addresses(keys: list[UUID], patterns: list[Any] | None = None) -> Iterator[str]:
    """Every address there is, with each key in its place."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(keys, entry.url_patterns)
        elif isinstance(entry, URLPattern) and entry.name and entry.name not in NOT_OPENED:
            wanted = list(entry.pattern.converters)
            if not wanted:
                yield reverse(entry.name)
            elif len(wanted) == 1:
                yield from (reverse(entry.name, kwargs={wanted[0]: key}) for key in keys)


def shows(answer: Any) -> bool:
    """Whether an answer shows a record: its words, or a document made of them."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    is_paper = answer.headers.get("Content-Type") == "application/pdf"
    return CANARY in (Printed(body).text if is_paper else body.decode(errors="replace"))


# Pages that are shown for what is typed into another: no name in an address.
TYPED = {
    "find": {"q": CANARY},
    "search_children": {"q": CANARY},
    "find_child": {"q": CANARY},
    "log_find": {"q": CANARY},
}


def asked(client: Client, keys: list[UUID]) -> Iterator[tuple[str, Any]]:
    for address in addresses(keys):
        yield f"GET {address}", client.get(address)
    for name, typed in TYPED.items():
        yield f"POST {name}", client.post(reverse(name), typed)
    for key in keys:
        yield f"POST child_address {key}", client.post(reverse("child_address", args=[key]))


def test_no_record_is_shown_that_cannot_be_put_on_record(
    world: World, connect: Callable[[str], psycopg.Connection]
) -> None:
    served: dict[str, list[str]] = {}
    clients = {}
    for who, person in world.people.items():
        clients[who] = client = Client(raise_request_exception=False)
        client.force_login(person)
        served[who] = [
            what for what, answer in asked(client, world.keys) if answer.status_code == 200 and shows(answer)
        ]
    names = {what.split()[1].strip("/").split("/")[0] for found in served.values() for what in found}
    assert len(served["lead"]) >= 12 and len(served["author"]) >= 2 and len(served["office"]) >= 4, served
    assert {"concerns", "children", "my-reports"} <= names

    events = Event.objects.count()
    connect("owner").execute("REVOKE INSERT ON audit_event FROM web")
    for who, client in clients.items():
        for what, answer in asked(client, world.keys):
            assert not shows(answer), f"{who}: {what} shows a record"
            if what in served[who]:
                assert answer.status_code in (500, 503), f"{who}: {what} was answered with {answer.status_code}"
    connect("owner").execute("GRANT INSERT ON audit_event TO web")
    assert Event.objects.count() == events
    assert Draft.objects.count() == 1
