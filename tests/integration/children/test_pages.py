"""The pages of children and imports: who may open them, what they show and hide, and that every look is written
down.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from children.facts import Adult, Home, Leaving
from children.models import ImportRun
from safeguarding.audit.models import Event
from tests import factories
from tests.sheets import bring_in, look_at, number, row

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[2] / "data"
ROLES = ("teacher", "assistant", "pastoral", "office", "lead", "deputy", "headteacher")
KEEPERS = {"office", "lead", "deputy", "headteacher"}


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def child(cast):
    made = factories.child(
        cast.school,
        by=cast.office,
        homes=[Home("9 Curlew Rise", "Hollowmoss", postcode="SK98 9JZ")],
        adults=[
            Adult("Ashdown", "Kerry", "Ms", relationship="Mother", mobile="07700 900001", responsibility=True),
            Adult("Marlow", "Lee", "Mr", relationship="Uncle", order=2, responsibility=False),
        ],
        details={"upn": "C356999926001", "date_of_birth": date(2017, 3, 14)},
    )
    factories.order(made, "No direct contact with the named adult", by=cast.lead, binds="Lee")
    over = {"starts_on": date(2020, 1, 1), "ends_on": date(2020, 7, 1)}
    factories.order(made, "Collected by the mother on Fridays", by=cast.lead, binds="Lee", kind="agreement", **over)
    return made


def visit(client, person, name, *args, **data):
    client.force_login(person)
    if data:
        return client.post(reverse(name, args=args), data)
    return client.get(reverse(name, args=args))


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


# --- who may open what


@pytest.mark.parametrize("name", ["children", "imports"])
def test_lists_are_for_those_who_keep_them(client, cast, name):
    answers = {role: visit(client, getattr(cast, role), name).status_code for role in ROLES}
    assert answers == {role: 200 if role in KEEPERS else 403 for role in ROLES}


def test_a_teacher_finds_cards_but_opens_no_record(client, cast, child):
    found = visit(client, cast.teacher, "find_child", q="rowan")
    assert found.status_code == 200
    assert "Rowan Ashdown" in text(found)
    for name in ("child", "child_people"):
        assert visit(client, cast.teacher, name, child.pk).status_code == 403
    assert visit(client, cast.teacher, "child_address", child.pk, show="1").status_code == 403


def test_a_card_says_nothing_that_is_not_on_it(client, cast, child):
    shown = text(visit(client, cast.teacher, "find_child", q="rowan"))
    for secret in ("C356999926001", "Curlew", "Kerry", "2017", "07700"):
        assert secret not in shown


def test_another_school_s_child_does_not_exist(client, cast, child):
    stranger = factories.staffroom("Other School")
    for name in ("child", "child_people"):
        assert visit(client, stranger.lead, name, child.pk).status_code == 404
    assert visit(client, stranger.lead, "child_address", child.pk, show="1").status_code == 404
    assert "Rowan" not in text(visit(client, stranger.lead, "children"))
    assert "Rowan" not in text(visit(client, stranger.lead, "search_children", q="rowan"))
    assert "Rowan" not in text(visit(client, stranger.lead, "find_child", q="rowan"))


def test_another_school_s_import_does_not_exist(client, cast):
    run = look_at(cast.school, [row(1)], by=cast.office)
    stranger = factories.staffroom("Other School").office
    for name in ("import_run", "import_problems"):
        assert visit(client, stranger, name, run.pk).status_code == 404
    for name in ("confirm_import", "abandon_import", "import_rows", "import_columns"):
        assert visit(client, stranger, name, run.pk, x="1").status_code == 404
    run.refresh_from_db()
    assert run.status == ImportRun.Status.READY


def test_a_name_is_never_asked_for_in_an_address(client, cast):
    for name in ("search_children", "find_child"):
        client.force_login(cast.lead)
        assert client.get(reverse(name)).status_code == 405


# --- what a record shows


def test_people_shows_who_decides_and_what_courts_ordered(client, cast, child):
    shown = text(visit(client, cast.lead, "child_people", child.pk))
    for words in (
        "Ms Kerry Ashdown",
        "Mother",
        "No direct contact with the named adult",
        "9 Curlew Rise",
        "C356999926001",
    ):
        assert words in shown
    assert "Before you act" in shown
    before, _, rest = shown.partition('class="hb-grid')
    assert "No direct contact" in before
    assert "Collected by the mother" not in before
    assert "Collected by the mother" in rest


def test_no_title_names_a_child(client, cast, child):
    shown = text(visit(client, cast.lead, "child_people", child.pk))
    assert f"<title>People, record {child.number} – Harbour</title>" in shown


def test_a_confidential_address_is_shown_only_when_asked_for_and_that_is_recorded(client, cast):
    hidden = factories.child(
        cast.school,
        by=cast.office,
        homes=[Home("4 Hidden Lane")],
        details={"address_confidential": True, "address_confidential_reason": "Refuge"},
    )
    closed = text(visit(client, cast.lead, "child_people", hidden.pk))
    assert "Hidden Lane" not in closed
    assert "Do not tell anybody where this child lives" in closed
    looks = Event.objects.filter(object_id=hidden.pk, purpose="address")
    assert not looks.exists()
    assert "4 Hidden Lane" in text(visit(client, cast.lead, "child_address", hidden.pk, show="1"))
    assert looks.get().actor_id == cast.lead.pk


def test_the_way_to_a_child_leads_to_the_first_tab_of_the_record(client, cast, child):
    answer = visit(client, cast.office, "child", child.pk)
    assert answer.status_code == 302
    assert client.get(answer.url).status_code == 200


def test_every_look_is_written_down(client, cast, child):
    visit(client, cast.lead, "child_people", child.pk)
    visit(client, cast.lead, "children")
    visit(client, cast.lead, "search_children", q="rowan")
    visit(client, cast.teacher, "find_child", q="rowan")
    seen = Event.objects.filter(object_type="children.child", outcome="done")
    assert seen.get(verb="view", object_id=child.pk, actor_id=cast.lead.pk).purpose == "people"
    listed = Event.objects.get(verb="list", actor_id=cast.lead.pk, purpose="children")
    assert (listed.count, listed.shown) == (1, "children.child 1 child")
    assert seen.get(verb="search", actor_id=cast.lead.pk).purpose == "children"
    assert seen.get(verb="search", actor_id=cast.teacher.pk).count == 1


def test_a_search_that_finds_nobody_is_written_down_too(client, cast):
    visit(client, cast.teacher, "find_child", q="nobody at all")
    assert Event.objects.filter(verb="search", actor_id=cast.teacher.pk, count=0).count() == 1


# --- the list


def test_the_list_is_narrowed_by_class_year_and_leaving(client, cast):
    for name, facts in {
        "Anna": {"class_name": "3A", "year_group": 3},
        "Bella": {"class_name": "5B", "year_group": 5},
        "Clara": {"class_name": "", "entered_on": None, "leaving": Leaving(date(2020, 7, 20))},
    }.items():
        factories.child(cast.school, name, "Ashdown", by=cast.office, **facts)

    def names(query):
        client.force_login(cast.office)
        shown = text(client.get(reverse("children") + query))
        return {name for name in ("Anna", "Bella", "Clara") if name in shown}

    assert names("") == {"Anna", "Bella"}
    assert names("?room=3A") == {"Anna"}
    assert names("?year=5") == {"Bella"}
    assert names("?who=left") == {"Clara"}
    assert names("?room=3A&year=5") == set()
    assert names("?room=none-such") == {"Anna", "Bella"}


def test_a_long_list_goes_on_where_it_ended_and_names_nobody_in_its_address(client, cast):
    bring_in(cast.school, [row(n) for n in range(60)], by=cast.office)
    client.force_login(cast.office)
    first = text(client.get(reverse("children")))
    [older] = re.findall(r'href="(\?[^"]*)" rel="next"', first)
    assert "Ashdown" not in older
    second = text(client.get(reverse("children") + older.replace("&amp;", "&")))
    shown = [set(re.findall(r"children/([0-9a-f-]{36})/", page)) for page in (first, second)]
    assert [len(keys) for keys in shown] == [50, 10]
    assert not shown[0] & shown[1]


def test_every_list_of_children_is_in_one_order_page_by_page_whatever_the_letters(client, cast, monkeypatch):
    in_order = [
        "Élan Abel",
        "Amy Åberg",
        "Ben de Souza",
        "Cy Dunn",
        "Dan O’Neill",
        "Eve Onslow",
        "Amy Smith",
        "Al Smith-Jay",
    ]
    rows = [
        row(n, forename=name.split(" ", 1)[0], surname=name.split(" ", 1)[1])
        for n, name in enumerate(reversed(in_order))
    ]
    bring_in(cast.school, rows, by=cast.office)
    monkeypatch.setattr("children.views.finding.PAGE", 3)
    client.force_login(cast.office)
    shown, place = [], "?"
    while place:
        answer = client.get(reverse("children") + place)
        shown += [child.full_name for child, _ in answer.context["rows"]]
        place = answer.context["older"]
    assert shown == in_order

    run = look_at(cast.school, rows[:1], by=cast.office)
    leaving = client.get(reverse("import_run", args=[run.pk]) + "?show=leave").context["leaving"]
    assert [child.full_name for child in leaving] == in_order[:-1]
    found = client.post(reverse("search_children"), {"q": "3A"}).context["found"]
    assert [one.child.full_name for one in found] == in_order


@pytest.mark.parametrize("after", ["x", "0", "01a21066-9adf-7377-8240-6388152a448d"])
def test_a_place_that_is_none_is_the_first_page(client, cast, child, after):
    client.force_login(cast.office)
    assert "Ashdown, Rowan" in text(client.get(reverse("children") + f"?after={after}"))


def test_the_list_takes_as_many_queries_for_fifty_children_as_for_one(client, cast, django_assert_max_num_queries):
    bring_in(cast.school, [row(n) for n in range(55)], by=cast.office)
    client.force_login(cast.office)
    with django_assert_max_num_queries(20):
        client.get(reverse("children"))


# --- what nobody may keep or tell apart


def test_nothing_about_children_is_kept_by_a_browser(client, cast, child):
    assert visit(client, cast.lead, "child_people", child.pk)["Cache-Control"] == "no-store"


def test_the_card_of_a_number_never_issued_is_the_same_page(client, cast, child):
    stranger = factories.staffroom("Other School")
    never = visit(client, stranger.lead, "child_people", "01a21066-9adf-7377-8240-6388152a448d")
    hidden = visit(client, stranger.lead, "child_people", child.pk)
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
    assert strip.sub("", text(never)) == strip.sub("", text(hidden))
    assert number(1) not in text(hidden)
