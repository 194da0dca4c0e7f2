"""Do the lists of safeguarding leads show what is there, in the order that matters, and say so when nothing is?"""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.concerns.models import Concern, HowSoon
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry, amend, call_lead
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import decided, logged, opened

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def shown(page):
    """References in the order of the page, once each."""
    return list(dict.fromkeys(re.findall(r"C-\d{4}-\d{4}", page.content.decode())))


def queries_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# --- today


def test_the_queue_is_by_how_soon_then_unread_then_longest_waiting(lead, room):
    record = logged(room, HowSoon.FOR_THE_RECORD, 60 * HOUR)
    week_new = logged(room, HowSoon.THIS_WEEK, 1 * HOUR)
    week_read = opened(logged(room, HowSoon.THIS_WEEK, 50 * HOUR), room.deputy)
    today_late = logged(room, HowSoon.TODAY, 1 * HOUR)
    today_early = logged(room, HowSoon.TODAY, 2 * HOUR)
    now = logged(room, HowSoon.RIGHT_NOW, HOUR / 2)
    decided(opened(logged(room, HowSoon.RIGHT_NOW, 3 * HOUR), room.lead), room.lead)
    expected = [now, today_early, today_late, week_new, week_read, record]
    page = lead.get(reverse("today"))
    assert [row.concern for row in page.context["rows"]] == expected
    assert shown(page)[:6] == [concern.reference for concern in expected]


def test_a_row_says_how_long_it_waited_where_it_stands_and_about_whom(lead, room):
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office, class_name="5B")
    skye = factories.child(room.school, "Skye", "Ashdown", by=room.office, class_name="3J")
    # Friday at three in the afternoon to Tuesday at ten: an hour, a day and two hours of school.
    friday = SCHOOL_DAY - timedelta(days=3, hours=19)
    concern = logged(
        room,
        HowSoon.TODAY,
        SCHOOL_DAY - friday,
        children=[
            ChildEntry("witness", skye),
            ChildEntry("worried_about", rowan),
            ChildEntry("mentioned", kind="unnamed", description="A boy"),
        ],
    )
    row = lead.get(reverse("today")).context["rows"][0]
    assert (row.concern, row.child.child_id, row.others) == (concern, rowan.pk, 2)
    assert (row.waited, row.in_school) == ("3 days 19 hr", "1 school day of it")
    content = lead.get(reverse("today")).content.decode()
    assert "Rowan Ashdown" in content
    assert "5B\N{NO-BREAK SPACE}+\N{NO-BREAK SPACE}2" in content
    assert "Jon Beckett" in content


def test_states_of_a_row(lead, room):
    new = logged(room, HowSoon.TODAY, HOUR)
    mine = opened(logged(room, HowSoon.TODAY, HOUR), room.lead)
    theirs = opened(logged(room, HowSoon.TODAY, HOUR), room.deputy)
    added = opened(logged(room, HowSoon.TODAY, HOUR), room.lead)
    amend(account=added.account, token=uuid4(), text="Monday.", reason="exact", by=room.teacher, at=SCHOOL_DAY)
    called = call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY - HOUR)
    writing = opened(call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY - HOUR), room.lead)
    rows = {row.concern.pk: (row.state, row.is_unread) for row in lead.get(reverse("today")).context["rows"]}
    assert rows == {
        new.pk: ("Unread", True),
        mine.pk: ("Opened by you", False),
        theirs.pk: ("Opened by Tom", False),
        added.pk: ("Added to", False),
        called.pk: ("Unread", True),
        writing.pk: ("Being written", False),
    }


def reopened(room, by, *, ago):
    """A concern of last year that was closed, and opened again `ago`."""
    at, token = SCHOOL_DAY - ago, uuid4()
    concern = decided(opened(logged(room, HowSoon.TODAY, timedelta(days=400)), room.lead), room.lead)
    deciding.close_concern(
        concern=concern,
        seen=concern.revision,
        outcome="unfounded",
        reason="Settled.",
        receipt="in_school",
        by=room.lead,
    )
    for _ in range(2):
        concern = deciding.reopen_concern(concern=concern, token=token, reason="It goes on.", by=by, at=at)
    return concern


def test_what_is_opened_again_waits_from_then_on_and_says_so_until_it_is_decided(lead, room):
    earlier = opened(logged(room, HowSoon.TODAY, 3 * HOUR), room.lead)
    again = reopened(room, room.deputy, ago=HOUR)
    later = opened(logged(room, HowSoon.TODAY, HOUR / 2), room.lead)
    page = lead.get(reverse("today"))
    rows = page.context["rows"]
    assert [(row.concern, row.waited, row.state) for row in rows] == [
        (earlier, "3 hr", "Opened by you"),
        (again, "1 hr", "Opened again"),
        (later, "30 min", "Opened by you"),
    ]
    steps = {step["label"]: step for step in lead.get(reverse("concern", args=[again.pk])).context["steps"]}
    assert (steps["Decision"]["sub"], steps["Decision"]["state"]) == ("opened again today, 9am", "now")
    decided(Concern.objects.get(pk=again.pk), room.lead)
    steps = {step["label"]: step for step in lead.get(reverse("concern", args=[again.pk])).context["steps"]}
    assert (steps["Decision"]["sub"], steps["Decision"]["state"]) == ("today, 10am, you", "done")


def test_leads_on_duty_are_told_once_of_what_is_opened_again_but_for_who_opened_it(room):
    again = reopened(room, room.deputy, ago=HOUR)
    told = Notice.objects.filter(kind=ConcernNotice.REOPENED)
    assert list(told.values_list("user", "object_id", "created_at")) == [(room.lead.pk, again.pk, SCHOOL_DAY - HOUR)]
    opened(again, room.lead)
    assert told.filter(opened_at=None).count() == 0


def test_ten_are_shown_and_all_are_one_click_away(lead, room):
    child = factories.child(room.school, by=room.office)
    for number in range(14):
        logged(room, HowSoon.THIS_WEEK, number * HOUR, children=[ChildEntry("worried_about", child)])
    page = lead.get(reverse("today"))
    assert len(page.context["rows"]) == 10
    assert '<a href="?all=yes">See all 14</a>' in page.content.decode()
    everything = lead.get(reverse("today") + "?all=yes")
    assert len(everything.context["rows"]) == 14
    assert "See all" not in everything.content.decode()


def test_an_empty_queue_says_since_when_and_shows_one_way_on(lead, room):
    page = lead.get(reverse("today")).content.decode()
    assert "Nothing waiting" in page
    assert "The review of access is due this term" in page.partition('id="mine"')[2]
    assert "Nothing to do" not in page
    assert "The last concern was read" not in page
    decided(opened(logged(room, HowSoon.TODAY, 2 * HOUR), room.lead, SCHOOL_DAY - HOUR), room.lead)
    page = lead.get(reverse("today")).content.decode()
    assert "The last concern was read today, 9am." in page
    assert reverse("concerns") in page


def test_what_was_added_since_a_concern_was_decided_is_on_today_until_somebody_opens_it(lead, room):
    concern = decided(opened(logged(room, HowSoon.TODAY, HOUR), room.lead), room.lead)
    amend(
        account=concern.account, token=uuid4(), text="It happened again.", reason="more", by=room.teacher, at=SCHOOL_DAY
    )
    assert [row.concern for row in lead.get(reverse("today")).context["news"]] == [concern]
    lead.get(reverse("concern", args=[concern.pk]))
    assert lead.get(reverse("today")).context["news"] == []


def test_reviews_show_a_week_before_their_day_and_until_they_are_decided_again(lead, room):
    day = SCHOOL_DAY.date()
    due = {}
    for days in (8, 7, 0):
        due[days] = decided(
            opened(logged(room, HowSoon.TODAY, HOUR), room.lead), room.lead, review_on=day + timedelta(days=days)
        )
    assert [row.concern for row in lead.get(reverse("today")).context["reviews"]] == [due[0], due[7]]
    with time_machine.travel(SCHOOL_DAY + timedelta(days=2), tick=False):
        lead.force_login(room.lead)
        rows = lead.get(reverse("today")).context["reviews"]
        assert [(row.concern, row.is_review_late) for row in rows] == [(due[0], True), (due[7], False), (due[8], False)]


def test_a_few_of_what_has_news_or_is_due_are_shown_and_all_are_one_click_away(lead, room):
    panels = {"news": "news", "reviews": "review"}

    def fill(number):
        child = factories.child(room.school, by=room.office)
        for _ in range(number):
            report = logged(room, HowSoon.TODAY, HOUR, children=[ChildEntry("worried_about", child)])
            concern = decided(opened(report, room.lead), room.lead, review_on=SCHOOL_DAY.date())
            amend(account=concern.account, token=uuid4(), text="More.", reason="more", by=room.teacher, at=SCHOOL_DAY)

    fill(3)
    page = lead.get(reverse("today"))
    for panel in panels:
        assert (len(page.context[panel]), page.context["all"][panel]) == (3, {"count": 3, "number": "3", "more": False})
    assert "See all" not in page.content.decode()
    fill(6)
    page = lead.get(reverse("today"))
    decided(opened(logged(room, HowSoon.TODAY, HOUR), room.lead), room.lead, kind="in_school", review_on=None)
    for panel, code in panels.items():
        assert (len(page.context[panel]), page.context["all"][panel]) == (3, {"count": 9, "number": "9", "more": True})
        link = f"{reverse('concerns')}?status={code}"
        assert f'<a href="{link}">See all 9</a>' in page.content.decode(), panel
        assert len(lead.get(link).context["rows"]) == 9, panel


def test_my_actions_are_mine_soonest_first_and_say_when_they_are_late(lead, room):
    concern = opened(logged(room, HowSoon.TODAY, HOUR), room.lead)
    for text, owner, days in (
        ("Later", room.lead, 3),
        ("Late", room.lead, -2),
        ("Now", room.lead, 0),
        ("Hers", room.deputy, 0),
    ):
        deciding.add_action(
            concern=concern,
            token=uuid4(),
            text=text,
            owner=owner,
            due_on=SCHOOL_DAY.date() + timedelta(days=days),
            by=room.deputy,
            at=SCHOOL_DAY + timedelta(days=min(days, 0)),
        )
    page = lead.get(reverse("today"))
    assert [(todo.action.text, todo.mark) for todo in page.context["actions"]] == [
        ("Late", "2 days late"),
        ("Now", "Today"),
    ]
    # The panel counts other things to do as well: its way on names no second number.
    assert f'<a href="{reverse("my_actions")}">All actions</a>' in page.content.decode()
    whole = lead.get(reverse("my_actions")).content.decode()
    assert whole.index("Late") < whole.index("Now") < whole.index("Later<") and "Hers" not in whole


def test_what_happened_at_another_school_is_on_no_list(lead, room):
    other = factories.staffroom("Gorse Hill Academy")
    theirs = factories.concern(other, at=SCHOOL_DAY)
    for page in ("today", "concerns"):
        assert theirs.reference not in shown(lead.get(reverse(page)))


def test_a_page_asks_as_often_for_twenty_rows_as_for_two(lead, room):
    addresses = {page: reverse(page) + "?all=yes" for page in ("today", "concerns", "my_actions")}

    def fill(number):
        for _ in range(number):
            concern = logged(room, HowSoon.TODAY, HOUR)
            due = {"due_on": SCHOOL_DAY.date(), "at": SCHOOL_DAY}
            deciding.add_action(concern=concern, token=uuid4(), text="Ring", owner=room.lead, by=room.deputy, **due)
            news = decided(opened(logged(room, HowSoon.TODAY, HOUR), room.lead), room.lead, review_on=SCHOOL_DAY.date())
            amend(account=news.account, token=uuid4(), text="More.", reason="more", by=room.teacher, at=SCHOOL_DAY)

    def asked():
        return {page: queries_of(lead, address) for page, address in addresses.items()}

    fill(2)
    for address in addresses.values():
        lead.get(address)
    few = asked()
    fill(10)
    for page, many in asked().items():
        # One more for each list that fills its place: it is counted.
        assert many <= few[page] + {"today": 4}.get(page, 1), page
        # Two of them are the savepoint around a request in a test, two the door to unsent drafts, one what waits of
        # access, one whether a new start at signing in is to be told of, one the dates of plans that are late, one the
        # lists of destruction that wait, four what waits of sharing and of files to and from other schools, one the
        # requests about data that are late or due, one whether calls are passed on, one what protects a child and
        # nobody has confirmed, four what happens this week and which children that is about, one what has to go outside
        # the school, three the decisions of plans of which nobody has said what follows, one the meetings that are
        # dates of plans, one the children who are still missing.
        assert many <= 42, page


def test_what_must_be_known_of_a_child_stands_in_the_queue_and_on_the_concern(lead, room):
    care = {"details": {"in_care": True, "address_confidential": True}}
    eesa = factories.child(room.school, "Eesa", "Iqbal", by=room.office, **care)
    zara = factories.child(room.school, "Zara", "Hussain", by=room.office)
    plain = logged(room, HowSoon.TODAY, HOUR, children=[ChildEntry("worried_about", zara)])
    assert "hb-badge" not in lead.get(reverse("today")).content.decode()
    assert "hb-badge" not in lead.get(reverse("concern", args=[plain.pk])).content.decode()
    looked_after = logged(room, HowSoon.TODAY, HOUR, children=[ChildEntry("worried_about", eesa)])
    for address in (reverse("today"), reverse("concern", args=[looked_after.pk])):
        page = lead.get(address).content.decode()
        assert "Looked after" in page
        assert "Address confidential" in page


# --- the tab of a child's record


def test_the_concerns_of_a_child_say_in_which_role_and_nothing_of_other_children(lead, room):
    rowan, skye = (factories.child(room.school, name, "Ashdown", by=room.office) for name in ("Rowan", "Skye"))
    first = logged(room, HowSoon.TODAY, 2 * HOUR, children=[ChildEntry("worried_about", rowan)])
    second = logged(
        room, HowSoon.TODAY, HOUR, children=[ChildEntry("worried_about", skye), ChildEntry("witness", rowan)]
    )
    logged(room, HowSoon.TODAY, HOUR, children=[ChildEntry("worried_about", skye)])
    page = lead.get(reverse("child_concerns", args=[rowan.pk]))
    rows = page.context["rows"]
    assert [(row.concern, row.child.role, row.others) for row in rows] == [
        (second, "witness", 1),
        (first, "worried_about", 0),
    ]
    assert "Skye" not in page.content.decode()
    assert {"text": "Concerns", "url": reverse("child_concerns", args=[rowan.pk]), "current": True} in page.context[
        "tabs"
    ]


def test_a_child_whom_no_concern_names_says_so(lead, room):
    child = factories.child(room.school, by=room.office)
    page = lead.get(reverse("child_concerns", args=[child.pk])).content.decode()
    assert "No concern names or mentions this child" in page


# --- navigation


def test_the_navigation_counts_what_nobody_has_read(lead, room):
    logged(room, HowSoon.TODAY, HOUR)
    opened(logged(room, HowSoon.TODAY, HOUR), room.deputy)
    nav = {item["text"]: item for item in lead.get(reverse("today")).context["harbour"]["nav"]}
    assert (nav["Concerns"]["count"], nav["Concerns"]["hot"], nav["Today"]["current"]) == ("1", True, True)
    assert "Actions" not in nav


def test_who_acts_without_reading_concerns_has_actions_instead(client, room):
    client.force_login(room.pastoral)
    nav = [item["text"] for item in client.get(reverse("my_actions")).context["harbour"]["nav"]]
    assert "Actions" in nav
    assert not {"Today", "Concerns"} & set(nav)
