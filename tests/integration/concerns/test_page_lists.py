"""The lists of a page are one event, and those who may know who has looked learn no less by it, and no more."""

from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from children.models import Child
from safeguarding import middleware
from safeguarding.accounts.services.looked import Asked, events_about, events_at, in_words
from safeguarding.audit.context import Acting, acting, tell_database
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.page_lists import PageList, from_text, kept_apart, one_list_event, record_list
from safeguarding.concerns.services import deciding
from safeguarding.exceptions import OutOfTurn
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import decided, opened
from tests.walls import as_role

pytestmark = pytest.mark.django_db
CONCERNS = PageList("concerns.concern", 3, "concern")


@pytest.fixture
def desk(room, concern):
    """A concern that waits, one that was decided, with something to do, and the child they name."""
    ready = decided(opened(concern, room.lead), room.lead, review_on=SCHOOL_DAY.date())
    due = {"due_on": SCHOOL_DAY.date(), "at": SCHOOL_DAY}
    deciding.add_action(concern=ready, token=uuid4(), text="Ring home.", owner=room.lead, by=room.lead, **due)
    return Child.objects.get(concern_roles__concern=concern)


def lists_of(user):
    return Event.objects.filter(verb=Verb.LIST, actor_id=user.pk, object_id=None)


def test_today_is_one_event_with_the_number_of_each_list(lead, room, desk):
    lead.get(reverse("today"))
    event = lists_of(room.lead).get()
    assert (event.purpose, event.object_type, event.school_id) == ("today", "", room.school.pk)
    lists = from_text(event.shown)
    assert {PageList("concerns.concern", 1, "concern"), PageList("concerns.action", 1, "action")} <= set(lists)
    assert event.count == sum(one.number for one in lists)
    assert str(desk.pk) not in event.shown


def test_who_has_looked_and_the_log_say_the_same_as_of_lists_by_themselves(lead, room, desk, monkeypatch):
    day = SCHOOL_DAY.date()
    pages = [reverse(name) for name in ("today", "concerns", "my_actions", "inbox", "children", "patterns")]
    pages += [reverse(name, args=[desk.pk]) for name in ("child_concerns", "child_people")]

    def said():
        found = {}
        for asked in (Asked(), Asked(in_passing=False), Asked(verb="list"), Asked(child=desk.pk)):
            log = events_at(room.school.pk, asked, today=day, about=[desk.pk] if asked.child else None)
            for place, events in {"log": log, "child": events_about([desk.pk], asked, today=day)}.items():
                lines = in_words(events.filter(actor_id=room.lead.pk), in_passing=asked.in_passing)
                found[place, asked] = Counter(replace(line, at=SCHOOL_DAY) for line in lines)
        return found

    def look():
        before = said()
        for page in pages:
            assert lead.get(page).status_code == 200
        return {place: lines - before[place] for place, lines in said().items()}

    look()
    together = look()
    written = lists_of(room.lead).count()
    monkeypatch.setattr(middleware, "one_list_event", lambda page: nullcontext())
    assert look() == together
    assert together["log", Asked(in_passing=False)] < together["log", Asked()]
    assert together["child", Asked()]
    assert lists_of(room.lead).count() - written > written / 2, "lists by themselves are more events"


def test_what_is_kept_apart_is_an_event_of_its_own(room):
    apart = sorted(kind if "." in kind[:-1] else f"{kind}staffconcern" for kind in kept_apart())
    who = Acting(user_id=room.lead.pk, school_id=room.school.pk)
    with transaction.atomic(), acting(who):
        tell_database(who)
        # As the role that answers pages.
        with as_role("web"), one_list_event(lambda: "today"):
            for kind in ("concerns.concern", *apart, "concerns.concern"):
                record_list(PageList(kind, 3, kind.partition(".")[2]))
    assert len(apart) > 9
    assert sorted(lists_of(room.lead).exclude(object_type="").values_list("object_type", "shown")) == [
        (kind, "") for kind in apart
    ]
    event = lists_of(room.lead).get(object_type="")
    assert (from_text(event.shown), event.count) == ([CONCERNS, CONCERNS], 6)


def test_a_page_that_breaks_leaves_no_list_and_one_without_lists_none(room):
    with acting(Acting(user_id=room.lead.pk, school_id=room.school.pk)) as who:
        with pytest.raises(OutOfTurn), one_list_event(lambda: "today"):
            record_list(CONCERNS)
            raise OutOfTurn("It has changed.")
        with one_list_event(lambda: "today"):
            pass
        assert not lists_of(room.lead).exists()
        # What is done as somebody else meanwhile stands in their name, not in that of the page.
        with one_list_event(lambda: "today"), acting(Acting(user_id=room.deputy.pk, school_id=who.school_id)):
            record_list(CONCERNS)
    assert not lists_of(room.lead).exists()
    assert lists_of(room.deputy).get().object_type == "concerns.concern"


@pytest.mark.parametrize(
    "one", [CONCERNS, PageList("", 0, "inbox"), PageList("", 0, ""), PageList("a.b", 2, "due, and lists")]
)
def test_a_list_is_read_as_it_was_written(room, one):
    with acting(Acting(user_id=room.lead.pk)), one_list_event(lambda: "today"):
        record_list(one)
        record_list(CONCERNS)
    assert from_text(lists_of(room.lead).get().shown) == [one, CONCERNS]
