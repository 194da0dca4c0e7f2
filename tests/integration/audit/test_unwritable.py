"""With the table of events unwritable, is any page served that shows a record?

Every address is tried, by a lead and by who logged the concern, with the key of what `docs/policy.yaml` says it is
of.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from safeguarding.audit.models import Event
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories, sheets
from tests.matrix.asking import refusals_without_frame
from tests.matrix.policy import kinds_of, read
from tests.pdfs import Printed

# Stands in every field of the world below that a page may show; nowhere in what Harbour itself says.
CANARY = "zanzibarine"
POLICY = read()
# Would end the visit, or sign somebody out.
NOT_OPENED = {"account_logout"}


@dataclass
class World:
    people: list[Any]
    # By the words of `docs/policy.yaml`.
    keys: dict[str, UUID]


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
        concern=concern,
        token=uuid4(),
        text=f"{CANARY}: ring home",
        owner=cast.pastoral,
        due_on=factories.SCHOOL_DAY.date(),
        by=cast.lead,
        at=factories.SCHOOL_DAY,
    )
    draft = uuid4()
    save_draft(
        token=draft, school_id=cast.school.pk, author_id=cast.teacher.pk, content={"facts": [f"{CANARY}: a draft"]}
    )
    run = sheets.look_at(cast.school, [sheets.row(1, forename=f"{CANARY} Hazel")], by=cast.office)
    # A lead opens what the office opens, too.
    keys = {"child": child.pk, "concern": concern.pk, "action": action.pk, "draft": draft, "run": run.pk}
    return World([cast.lead, cast.teacher], {**keys, "described": concern.children.get().pk})


def addresses(keys: dict[str, UUID], patterns: list[Any] | None = None) -> Iterator[str]:
    """Every address there is, with the key of what it is of in its place; where the policy knows none, with each."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(keys, entry.url_patterns)
        elif isinstance(entry, URLPattern) and entry.name and entry.name not in NOT_OPENED:
            wanted = list(entry.pattern.converters)
            if not wanted:
                yield reverse(entry.name)
            elif len(wanted) == 1:
                kinds = kinds_of(POLICY.pages.get(entry.name, {}))
                fitting = [key for kind, key in keys.items() if kind in kinds or not kinds]
                yield from (reverse(entry.name, kwargs={wanted[0]: key}) for key in fitting)


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

# At least these are found to show a record; whatever comes is found as well.
SHOWING = {
    "action",
    "actions_adrift",
    "child_address",
    "child_changes",
    "child_chronology",
    "child_concerns",
    "child_people",
    "children",
    "chronology_paper",
    "concern",
    "concern_paper",
    "concerns",
    "find",
    "find_child",
    "import_run",
    "log_find",
    "log_resume",
    "report",
    "report_paper",
    "search_children",
    "today",
}


def requests(keys: dict[str, UUID]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, address and what is sent: every page, and those that a form asks for."""
    for address in addresses(keys):
        yield "GET", address, {}
    for name, typed in TYPED.items():
        yield "POST", reverse(name), typed
    yield "POST", reverse("child_address", args=[keys["child"]]), {}


def ask(client: Client, method: str, address: str, sent: dict[str, str]) -> Any:
    return client.generic(method, address) if method == "GET" else client.post(address, sent)


def test_no_record_is_shown_that_cannot_be_put_on_record(
    world: World, connect: Callable[[str], psycopg.Connection]
) -> None:
    served: list[tuple[Client, tuple[str, str, dict[str, str]]]] = []
    for person in world.people:
        client = Client(raise_request_exception=False)
        client.force_login(person)
        # Of a refusal it matters only that it is one.
        with refusals_without_frame():
            answers = ((one, ask(client, *one)) for one in requests(world.keys))
            served += [(client, one) for one, answer in answers if answer.status_code == 200 and shows(answer)]
    names = {resolve(address).view_name for _, (_, address, _) in served}
    assert names >= SHOWING, "a page of the list below shows nothing in this world"

    events = Event.objects.count()
    connect("owner").execute("REVOKE INSERT ON audit_event FROM web, owner")
    for client, one in served:
        answer = ask(client, *one)
        assert answer.status_code == 503, one
        assert not shows(answer), one
    connect("owner").execute("GRANT INSERT ON audit_event TO web, owner")
    assert Event.objects.count() == events
