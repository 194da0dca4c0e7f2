"""Is the list of concerns narrowed by child, title and days, put in each order, and taken out on record?"""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Category, Concern, HowSoon, SavedFilter
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.concerns.views import concern_list
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import decided, logged, opened
from tests.pages import on_one_line

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = SCHOOL_DAY.date()


def rows_of(answer):
    return [row.concern for row in answer.context["rows"]]


def boxes(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


@pytest.fixture
def mabel(room):
    return factories.child(room.school, "Mabel", "Clough", by=room.office)


def about(room, child, ago=HOUR, **more):
    return logged(room, HowSoon.TODAY, ago, children=[ChildEntry("worried_about", child)], **more)


def titled(room, concern, title):
    now = Concern.objects.get(pk=concern.pk)
    return deciding.rename_concern(concern=now, seen=now.revision, title=title, by=room.lead)


def test_a_name_leads_to_the_concerns_of_the_child_by_key_and_keeps_the_other_codes(lead, room, mabel):
    hers, other = about(room, mabel), logged(room, HowSoon.TODAY, HOUR)
    found = lead.post(reverse("concerns") + "?soon=3", {"who": "mabel"})
    page = on_one_line(found)
    assert "Which child?" in page and "exact name" in page
    assert f'href="{reverse("concerns")}?soon=3&amp;child={mabel.pk}"' in page
    assert set(rows_of(found)) == {hers, other}, "nothing is narrowed before somebody has chosen"
    answer = lead.get(reverse("concerns"), {"soon": 3, "child": mabel.pk})
    assert rows_of(answer) == [hers]
    assert "Mabel Clough" in answer.content.decode() and f'name="child" value="{mabel.pk}"' in on_one_line(answer)
    assert Event.objects.filter(verb=Verb.SEARCH, purpose="name", actor_id=room.lead.pk, count=1).exists()


def test_the_key_of_a_hidden_child_narrows_nothing_as_one_never_issued(client, room, mabel):
    about(room, mabel)
    shown = logged(room, HowSoon.TODAY, HOUR)
    declare_conflict(user=room.deputy, child=mabel, kind="relative", by=room.deputy)
    client.force_login(room.deputy)
    for key in (mabel.pk, "0190a0a0-0000-7000-8000-000000000000", "nonsense"):
        answer = client.get(reverse("concerns"), {"child": key})
        assert rows_of(answer) == [shown]
        assert "Mabel" not in answer.content.decode()


def test_words_of_a_title_narrow_by_post_and_stand_in_no_address(lead, room, mabel):
    first, second = about(room, mabel), about(room, mabel, 2 * HOUR)
    titled(room, first, "Bruise on the left forearm")
    titled(room, second, "Late every Monday")
    about(room, mabel, 3 * HOUR)
    address = reverse("concerns")
    answer = lead.post(address, {"words": "BRUISE fore"})
    assert rows_of(answer) == [first]
    assert "1 that fit" in answer.content.decode()
    page = on_one_line(answer)
    assert "bruise" not in "".join(part.split('"')[0] for part in page.lower().split('href="')[1:])
    assert rows_of(lead.post(address, {"words": "ruise"})) == []
    assert rows_of(lead.post(address + "?level=2", {"words": "late"})) == []
    assert Event.objects.filter(verb=Verb.SEARCH, purpose="titles", actor_id=room.lead.pk).count() == 3


def test_from_and_to_count_both_days_and_what_is_no_day_narrows_nothing(lead, room, mabel):
    made = {days: about(room, mabel, days * DAY) for days in (0, 1, 5)}
    address = reverse("concerns")
    assert rows_of(lead.get(address, boxes("first", TODAY - DAY))) == [made[0], made[1]]
    assert rows_of(lead.get(address, boxes("last", TODAY - DAY))) == [made[1], made[5]]
    between = boxes("first", TODAY - DAY) | boxes("last", TODAY - DAY)
    answer = lead.get(address, between)
    assert rows_of(answer) == [made[1]]
    assert all(f"{name}={value}" in answer.context["kept_query"] for name, value in between.items())
    junk = {"first_day": "99", "first_month": "x", "first_year": "2026"}
    assert len(rows_of(lead.get(address, junk))) == 3


def test_it_stands_in_each_order_from_page_to_page(lead, room, mabel, monkeypatch):
    monkeypatch.setattr("safeguarding.concerns.views.concern_list.PAGE", 2)
    newest, oldest = about(room, mabel), about(room, mabel, 9 * DAY)
    high = decided(opened(about(room, mabel, 2 * DAY), room.lead), room.lead, level=3, review_on=TODAY + 9 * DAY)
    low = decided(opened(about(room, mabel, 3 * DAY), room.lead), room.lead, level=1, review_on=TODAY + 2 * DAY)

    def walked(**codes):
        found, answer = [], lead.get(reverse("concerns"), codes)
        while True:
            found += rows_of(answer)
            if not (older := answer.context["older"]):
                return found
            assert len(rows_of(answer)) == 2 and all(f"{code}=" in older for code in codes)
            answer = lead.get(older)

    assert walked() == [newest, high, low, oldest]
    assert walked(sort="waiting")[:2] == [oldest, newest]
    assert walked(sort="level")[:2] == [high, low]
    assert walked(sort="review")[:2] == [low, high]
    assert walked(status="review") == [low], "nine days ahead is not due yet"
    for order in ("waiting", "level", "review"):
        assert sorted(walked(sort=order), key=lambda c: c.pk) == sorted((newest, oldest, high, low), key=lambda c: c.pk)
    assert lead.get(reverse("concerns"), {"sort": "junk", "before": "junk"}).status_code == 200


def test_what_is_due_for_review_stands_by_its_day(lead, room, mabel):
    days = (5, 1, 3)
    due = {d: decided(opened(about(room, mabel), room.lead), room.lead, review_on=TODAY + d * DAY) for d in days}
    assert rows_of(lead.get(reverse("concerns"), {"status": "review"})) == [due[1], due[3], due[5]]
    assert rows_of(lead.get(reverse("concerns"), {"status": "review", "sort": "level"})) != []


def test_a_column_says_the_kind_and_how_long_it_has_waited(lead, room, mabel):
    plain = about(room, mabel, category=Category.objects.get(pk="NEG"))
    page = on_one_line(lead.get(reverse("concerns")))
    assert (
        f">{plain.reference}</a>" in page and 'data-label="Kind"' in page and "Neglect" in page and "Waiting " in page
    )
    titled(room, plain, "No coat again")
    assert ">No coat again<" in on_one_line(lead.get(reverse("concerns")))


# --- as a file and on paper


def test_the_file_has_what_is_shown_and_each_concern_of_it_is_on_record(lead, room, mabel):
    risky = factories.child(room.school, "=cmd", "Formula", by=room.office)
    shown, other = about(room, risky), about(room, mabel, 2 * HOUR)
    titled(room, shown, "+1 bruise")
    answer = lead.post(reverse("concerns_file") + f"?child={risky.pk}", {"words": "bruise"})
    assert answer["Content-Type"].startswith("text/csv") and "concerns.csv" in answer["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["Reference", shown.reference]
    line = dict(zip(*lines, strict=True))
    assert line["Title"] == "'+1 bruise" and line["Children"].startswith("'=cmd Formula, 5B")
    events = Event.objects.filter(verb=Verb.EXPORT, purpose="list of concerns", actor_id=room.lead.pk)
    assert [event.object_id for event in events] == [shown.pk]
    assert lead.get(reverse("concerns_file")).status_code == 405
    assert other.reference not in answer.content.decode()


def test_the_file_asks_for_a_fresh_factor_and_counts_as_taken_out(lead, room, mabel, settings):
    about(room, mabel)
    settings.MOST_FILES_OUT = (1, 1)
    lead.post(reverse("concerns_file"))
    lead.post(reverse("concerns_file"))
    assert Notice.objects.filter(kind="bulk").exists()
    assert concern_list.concerns_file.needs_fresh_factor


@pytest.mark.parametrize("who", ["teacher", "assistant", "pastoral", "office"])
def test_nobody_else_takes_the_list_out(client, room, who):
    client.force_login(getattr(room, who))
    assert client.post(reverse("concerns_file")).status_code == 403
    assert client.get(reverse("concerns_paper")).status_code == 403


def test_a_filter_that_is_saved_keeps_days_and_order_and_no_child(lead, room, mabel):
    about(room, mabel)
    codes = {"sort": "level", "child": str(mabel.pk)} | {k: str(v) for k, v in boxes("first", TODAY).items()}
    lead.post(reverse("save_filter"), codes | {"token": "0190a0a0-0000-7000-8000-000000000001", "name": "Mine"})
    saved = SavedFilter.objects.get()
    assert saved.chosen == {name: value for name, value in codes.items() if name != "child"}
    page = lead.get(reverse("concerns")).content.decode()
    assert all(f"{name}={value}" in page for name, value in saved.chosen.items())


def test_it_asks_as_often_for_ten_rows_as_for_forty(lead, room, mabel):
    narrowed = ({}, {"sort": "waiting"}, {"sort": "level"}, {"child": mabel.pk})

    def asked(number):
        """How often each page asks, with so many concerns more."""
        for n in range(number):
            about(room, mabel, n * HOUR)
        return [queries_of(codes) for codes in narrowed]

    def queries_of(codes):
        lead.get(reverse("concerns"), codes)
        with CaptureQueriesContext(connection) as found:
            lead.get(reverse("concerns"), codes)
        return codes, len(found)

    assert asked(10) == asked(30)
