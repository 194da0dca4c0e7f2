"""Do pages, papers and the search ask the database as often about a thousand rows as about ten?

They come as those of a practice school do: a page whose queries grow with them would be found by no handful of rows.
From day to day a hundred are enough for that; `make soak` asks of a thousand.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns import chronology
from safeguarding.concerns.models import Amendment, Category, Concern, ConcernNote
from safeguarding.concerns.services import chronology_on_paper, deciding, significant
from safeguarding.concerns.services.patterns import add_usual_rules
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.demo.copying import Copies
from safeguarding.demo.days import Days
from safeguarding.demo.history import History, Person, Place
from safeguarding.printing import client as printer
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import decided, logged, opened

pytestmark = pytest.mark.django_db
TEN = 10
MANY_IN_SOAK = pytest.mark.parametrize("many", [100, pytest.param(1000, marks=pytest.mark.soak(part="school"))])
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A list asks once what all its concerns wait for. A chronology asks which meetings about concerns are dates of plans. A
# family has to be found first. A meeting gathers what stands on the chronology and on the page "People", what happened
# that nobody marked, how much else did, and whose names stay: the adults of links, orders and responsibility.
LISTS, RECORDS, FAMILY, MEETING, SEARCH = 13, 27, 31, 50, 45


def ten_concerns(room, child):
    """Of every kind that a list or a chronology shows: waiting and decided, with and without a record, with something
    to do.
    """
    about, kind = [ChildEntry("worried_about", child)], Category.objects.get(code="NEG")
    marks = {"marks_seen": True, "marks": {9: "A bruise."}}
    logged(room, 2, HOUR, children=about, child_words="There was none.", **marks)
    for number in range(1, TEN):
        children = [*about, ChildEntry("witness", None, "unsure", "A boy in a red coat")] if number == 1 else about
        concern = logged(room, 2, (number + 1) * HOUR, children=children, category=kind)
        if number % 2 == 0:
            ready = decided(opened(concern, room.lead), room.lead, review_on=SCHOOL_DAY.date())
            due = {"due_on": SCHOOL_DAY.date(), "at": SCHOOL_DAY}
            action = {"concern": ready, "token": uuid4(), "text": "Ring home.", "owner": room.lead, "by": room.lead}
            ended = deciding.add_action(**action, **due)
            deciding.end_action(action=ended, move="complete", result="Rang.", by=room.lead, at=SCHOOL_DAY)
            deciding.add_action(**action | {"token": uuid4()}, **due)
            deciding.add_note(concern=ready, token=uuid4(), text="Rang home.", by=room.lead, at=SCHOOL_DAY)
            amend(account=ready.account, token=uuid4(), text="At ten.", reason="more", by=room.teacher, at=SCHOOL_DAY)
    deciding.close_concern(
        concern=decided(opened(concern, room.lead), room.lead),
        seen=3,
        outcome="unfounded",
        reason="He is settled.",
        receipt="in_school",
        by=room.lead,
        at=SCHOOL_DAY,
    )


@transaction.atomic
def more(room, child, concern, many):
    """Concerns of the school, all about one child, and notes and additions of one concern."""
    people = [
        Person(user.pk, role, user.title, user.first_name, user.last_name)
        for role, user in (("teacher", room.teacher), ("lead", room.lead))
    ]
    days = Days(SCHOOL_DAY.date())
    place = Place(room.school.pk, people, [(child.pk, child.full_name)], days)
    # Long ago: the newest entries of the chronology, of every kind, are those that were there before.
    first, last = (days.today - number * DAY for number in (600, 200))
    history = History(place, first, last, Random(1))
    history.numbers = dict.fromkeys((2025, 2026), 2 * TEN)
    copies = Copies()
    for rows in history.concerns(many):
        copies.add(rows)
    copies.write()
    of = {"concern_id": concern.pk, "school_id": room.school.pk, "text": "Then."}
    bulk.insert(ConcernNote, (of | {"author_id": room.lead.pk, "token": uuid4()} for _ in range(many)))
    of |= {"account_id": concern.account.pk, "author_id": room.teacher.pk, "reason": "more"}
    bulk.insert(Amendment, (of | {"token": uuid4()} for _ in range(many)))
    record(Verb.CREATE, object_type=Concern._meta.label_lower, school_id=room.school.pk, count=many, purpose="test")


def asked(ask: Callable) -> int:
    """The queries of a page that somebody has opened before, of both databases.

    Without those of the test's own transaction, and what now and then is written after the page: when the session was
    seen.
    """
    assert ask().status_code == 200
    with ExitStack() as stack:
        captured = [stack.enter_context(CaptureQueriesContext(connection)) for connection in connections.all()]
        assert ask().status_code == 200
    beside = ("SAVEPOINT", "RELEASE", 'UPDATE "usersessions_usersession"')
    return sum(not query["sql"].startswith(beside) for each in captured for query in each)


@MANY_IN_SOAK
def test_many_rows_take_as_many_queries_as_ten(client, monkeypatch, many):
    # A page is laid out on paper without the database; and as many entries as this are read by the worker.
    monkeypatch.setattr(printer, "make", lambda *asked, **how: printer.Said("done", 1, pdf=b"%PDF"))
    monkeypatch.setattr(chronology_on_paper, "AT_ONCE", 100 * many)
    room = factories.staffroom()
    child = factories.child(room.school, by=room.office)
    ten_concerns(room, child)
    factories.link_siblings(one=child, other=factories.child(room.school, "Skye", by=room.office), by=room.office)
    add_usual_rules(school=room.school, token=uuid4(), by=room.lead)
    for entry in chronology.read(SimpleNamespace(user=room.lead), child, size=TEN).entries:
        significant.pin(
            child=child, entry=entry, seen=None, token=uuid4(), analysis="Again.", by=room.lead, at=SCHOOL_DAY
        )
    concern = logged(room, 2, HOUR, facts="He was late.")
    lists = {
        "all": "",
        "waiting": "?status=waiting",
        "kind": "?category=NEG",
        "year": "?year=5",
        "role": "?role=teacher",
    }
    pages = {
        **{name: (LISTS, room.lead, reverse("concerns") + query) for name, query in lists.items()},
        "my actions": (LISTS, room.lead, reverse("my_actions")),
        "my reports": (LISTS, room.teacher, reverse("my_reports")),
        **{
            name: (RECORDS, room.lead, reverse(name, args=[child.pk]))
            for name in (
                "child_chronology",
                "child_people",
                "child_concerns",
                "chronology_paper",
                "chronology_print",
            )
        },
        **{name: (FAMILY, room.lead, reverse(name, args=[child.pk])) for name in ("family_chronology", "family_paper")},
        "narrowed": (RECORDS, room.lead, reverse("child_chronology", args=[child.pk]) + "?significant=on&category=NEG"),
        "accounts alone": (RECORDS, room.lead, reverse("child_chronology", args=[child.pk]) + "?type=concerns"),
        "patterns": (RECORDS, room.lead, reverse("patterns")),
        "brief_page": (MEETING, room.lead, reverse("brief_page", args=[child.pk])),
        "brief_paper": (MEETING, room.lead, reverse("brief_paper", args=[child.pk])),
        "concern_paper": (RECORDS, room.lead, reverse("concern_paper", args=[concern.pk])),
        "report_paper": (RECORDS, room.teacher, reverse("report_paper", args=[concern.pk])),
        # One for each kind of words that is searched.
        "search": (SEARCH, room.lead, reverse("find_words")),
    }

    def counted():
        found = {}
        for name, (_, person, address) in pages.items():
            client.force_login(person)
            send = client.post if name == "search" else client.get
            found[name] = asked(lambda: send(address, {"q": "xylophone"} if name == "search" else None))  # noqa: B023
        return found

    few = counted()
    more(room, child, concern, many)
    assert counted() == few
    assert {name: n for name, n in few.items() if n > pages[name][0]} == {}
