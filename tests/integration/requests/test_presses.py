"""How often do preparer and approver press, and how many pages do they load, for an ordinary answer of 78 items?

The case is laid as one that was taken to its end by hand: four concerns, 22 dates of a plan, three adults with a record
each of contact, link and responsibility, two files; staff in nearly all of them, a neighbour in six, four sentences
that are cut by hand, one contact that is withheld. Everything is sent from the forms of the pages, without scripts. A
link, a tick, a choice, a field that is typed and a button are a press each; every page that is shown is a page.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RightsRequest
from sharing.requests.services.earlier_reasons import earlier_reasons
from tests import factories
from tests.matrix.filling import forms_of

from .answers import CHECKS
from .cases import file_of
from .desk import OTHERS, Desk, K, desk, signed_in

pytestmark = pytest.mark.django_db
WHY = {"exemption": "other_people", "why": "She would be recognised."}
WHY |= {f"other_people-{key}": words for key, words in OTHERS.items()}
STAFF, NEIGHBOUR, CUT = "Daniel Oyebanji", "Denise Pope", "Her brother hit her friend at the gate."
LATE = ("once", "twice", "seldom", "often", "today", "yesterday", "mostly", "never", "again", "perhaps", "now", "then")
OF_A_CONCERN = (
    "concern",
    "concernchild",
    "amendment",
    "concernnote",
    "decision",
    "action",
    "question",
    "contactmade",
    "closing",
)


@dataclass
class Reader:
    """Somebody at the pages, with the page before them, and what they have pressed and loaded."""

    client: Client
    presses: int = 0
    pages: int = 0
    page: Any = field(default=None)

    def follow(self, address: str) -> None:
        self.page = self.client.get(address)
        assert self.page.status_code == 200, address
        self.presses += 1
        self.pages += 1

    def press(self, control: str, value: str = "", **typed: Any) -> None:
        """Fill in the form that has this control, with this value if one is said, and press its button."""
        shown = forms_of(self.page.content.decode())
        form = next(one for one in shown if control in one.controls and (not value or one.values(control) == [value]))
        form.put(typed)
        self.page = self.client.post(form.action or self.page.request["PATH_INFO"], form.sent(), follow=True)
        self.presses += 1 + sum(len(one) if isinstance(one, list) else 1 for one in typed.values())
        self.pages += 1


def items(at: Desk) -> Iterator[RequestItem]:
    """The 78 items, in the order in which they are gathered."""
    for kind in ("child", "childdetail", "othername", "enrolment", "classepisode", "household"):
        yield at.item(f"By {STAFF}.", source=f"children.{kind}", source_key=uuid7())
    for _ in range(3):
        for kind in ("contact", "contactlink", "parentalresponsibility"):
            yield at.item(f"By {STAFF}.", source=f"children.{kind}", source_key=uuid7())
    for number in range(4):
        of = {"concern_key": uuid7()}
        for place, kind in enumerate(OF_A_CONCERN):
            # Of its own in each: what is withheld here, and stands elsewhere, would be asked there.
            late = f"It was {LATE[number]}, after {LATE[place]}, late."
            words = f"By {STAFF}. {CUT} {late}" if place == 1 else f"By {STAFF}. {late}"
            words += f" {NEIGHBOUR} rang." if place == 2 or (place == 3 and number < 2) else ""
            title = f"Concern C-2026-003{number}" if place == 0 else f"{kind}, C-2026-003{number}"
            yield at.item(words, source=f"concerns.{kind}", source_key=uuid7(), title=title, **of)
    yield at.item(f"By {STAFF}.", source="plans.episode", source_key=uuid7(), title="Plan")
    for day in range(22):
        words = "10 December 2026." if day < 9 else f"10 December 2026. By {STAFF}."
        yield at.item(words, source="plans.step", source_key=uuid7(), title="Date of a plan")
    yield at.item("Term.", source="plans.attendanceday", source_key=uuid7(), title="Attendance, autumn 2026")
    yield at.item("Asthma.", source="children.healthnote", source_key=uuid7(), title="Health")
    for words in ("", f" {NEIGHBOUR} rang."):
        made = at.item(f"By {STAFF}.{words}", source="concerns.attachment", source_key=uuid7())
        file_of(made)
        yield made


@pytest.fixture
def at() -> Desk:
    made = desk()
    RightsRequest._base_manager.filter(pk=made.case.pk).update(gathering="done", authority="parental")
    laid = list(items(made))
    assert len(laid) == 78
    for words, kind, label in ((STAFF, K.STAFF, "Staff B"), (NEIGHBOUR, K.ADULT, "Adult C")):
        made.person(words, *(one for one in laid if words in one.content["blocks"][0]["text"]), kind=kind, label=label)
    return made


def page_of(one: RequestItem) -> str:
    return reverse("request_item", args=[one.pk])


def left(at: Desk) -> list[RequestItem]:
    return list(RequestItem._base_manager.filter(case=at.case, decided="").order_by("number"))


def prepare(at: Desk) -> Reader:
    """The lead decides on people, cuts, withholds, gives what is left, and says that it is prepared."""
    me, case, laid = Reader(signed_in(at.lead)), [at.case.pk], left(at)
    me.follow(reverse("request", args=case))
    me.press("order_binds", **CHECKS)
    me.follow(reverse("request_items", args=case))
    me.follow(reverse("request_people", args=case))
    me.press("do", "staff")
    neighbour = next(one for one in me.page.context["lines"] if one.first.name == NEIGHBOUR)
    me.press("do", "people", person=neighbour.value, deed="replace", **WHY)
    # The reason is given once, and then taken again.
    [key] = earlier_reasons(at.case, at.lead)
    for one in laid:
        text = one.content["blocks"][0]["text"]
        if CUT in text:
            me.follow(page_of(one))
            me.press("do", "mark", at=f"0:{text.index(CUT)}:{text.index('It was')}", deed="out", again=key)
            me.press("do", "decide", decided="part")
    me.follow(f"{reverse('request_items', args=case)}?show=undecided")
    withheld = next(one for one in laid if one.source == "concerns.contactmade")
    while f'value="{withheld.pk}"' not in me.page.content.decode():
        me.follow(me.page.context["older"])
    me.press("shown", item=str(withheld.pk), decided="withheld", again=key)
    give_the_rest(at, me)
    me.follow(reverse("request_approval", args=case))
    assert not me.page.context["missing"], me.page.context["missing"]
    me.press("deed", "prepare")
    return me


def give_the_rest(at: Desk, me: Reader) -> None:
    """All that is shown, group by group, in full; what is cut is decided in part on its own page, as files are."""
    undecided = f"{reverse('request_items', args=[at.case.pk])}?show=undecided"
    while groups := [one for one in me.page.context["groups"] if one.ticks]:
        single = [str(row.item.pk) for one in groups if one.ticks == 1 for row in one.rows if row.may_tick]
        me.press("shown", all=[f"group:{one.key}" for one in groups if one.ticks > 1], item=single, decided="full")
        cut = [row.item for one in me.page.context["groups"] for row in one.rows if row.problem]
        for one in cut:
            me.follow(page_of(one))
            me.press("do", "decide", decided="part")
        if cut:
            me.follow(undecided)
    for one in left(at):
        me.follow(page_of(one))
        me.press("do", "decide", decided="part" if NEIGHBOUR in one.content["blocks"][0]["text"] else "full")


def approve(at: Desk) -> Reader:
    """The data protection officer reads what was decided, opens the files among it, and approves."""
    me, case = Reader(signed_in(at.dpo)), [at.case.pk]
    me.follow(reverse("request_approval", args=case))
    for one in me.page.context["looked"]:
        if one.item.source == "concerns.attachment":
            me.follow(page_of(one.item))
    me.follow(reverse("request_decided", args=case))
    while me.page.context.get("groups") is not None and me.page.context["unseen"]:
        me.press("seen")
    assert me.page.context["waiting"] == []
    me.press("deed", "approve")
    # The code of the second factor, which a browser that has just signed in is not asked for, with its button.
    me.presses, me.pages = me.presses + 2, me.pages + 1
    return me


def test_an_ordinary_answer_is_an_afternoon(at: Desk) -> None:
    prepares = prepare(at)
    case = RightsRequest._base_manager.get(pk=at.case.pk)
    assert case.status == "prepared"
    assert {one.decided for one in case.items.all()} == {"full", "part", "withheld"}
    approves = approve(at)
    assert RightsRequest._base_manager.get(pk=at.case.pk).status == "approved"
    assert prepares.presses <= 200 and prepares.pages <= 45
    assert approves.presses <= 40 and approves.pages <= 15


def test_four_hundred_items_ask_no_more_questions_than_few(at: Desk) -> None:
    few = asked(at)
    while RequestItem._base_manager.filter(case=at.case).count() < 400:
        list(items(at))
    assert asked(at) == few


def asked(at: Desk) -> dict[tuple[str, Any], int]:
    """How many questions each page of the case asks the database, of who prepares it and of who approves it."""
    RightsRequest._base_manager.filter(pk=at.case.pk).update(
        status="prepared", prepared_by=at.lead, prepared_at=factories.SCHOOL_DAY
    )
    found = {}
    pages = {at.lead: ("request", "request_items", "request_people"), at.dpo: ("request_approval", "request_decided")}
    for person, names in pages.items():
        me = signed_in(person)
        for name in names:
            with CaptureQueriesContext(connection) as questions:
                assert me.get(reverse(name, args=[at.case.pk])).status_code == 200
            found[name, person] = len(questions)
    return found
