"""The pages of children and imports: who may open them, what they show and hide, and that every look is written down."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from children.facts import Adult, Home, Leaving, Order
from children.models import Child, ContactRestriction, ImportRow, ImportRun
from safeguarding.audit.models import Event
from tests import factories
from tests.sheets import bring_in, look_at, number, row, sheet

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[2] / "data"
ROLES = ("teacher", "assistant", "pastoral", "office", "lead", "deputy", "headteacher")
KEEPERS = {"office", "lead", "deputy", "headteacher"}
ORDER = Order(ContactRestriction.Kind.NO_CONTACT, "No direct contact with the named adult", date(2026, 5, 20))
ENDED = Order(
    ContactRestriction.Kind.AGREEMENT, "Collected by the mother on Fridays", date(2020, 1, 1), date(2020, 7, 1)
)


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def child(cast):
    return factories.child(
        cast.school,
        by=cast.office,
        homes=[Home("9 Curlew Rise", "Hollowmoss", postcode="SK98 9JZ")],
        adults=[
            Adult("Ashdown", "Kerry", "Ms", relationship="Mother", mobile="07700 900001", responsibility=True),
            Adult("Marlow", "Lee", "Mr", relationship="Uncle", order=2, responsibility=False, orders=[ORDER, ENDED]),
        ],
        details={"upn": "C356999926001", "date_of_birth": date(2017, 3, 14)},
    )


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
        cast.school, by=cast.office, homes=[Home("4 Hidden Lane")],
        details={"address_confidential": True, "address_confidential_reason": "Refuge"},
    )  # fmt: skip
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
    assert seen.get(verb="list", actor_id=cast.lead.pk, object_id=None).count == 1
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
        shown += [child.full_name for child in answer.context["rows"]]
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


# --- a file, from the browser


def upload(client, person, name, content=None):
    content = (DATA / name).read_bytes() if content is None else content
    client.force_login(person)
    return client.post(reverse("imports"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def the_run(cast):
    return ImportRun.objects.filter(school=cast.school).latest("uploaded_at")


def test_a_file_is_read_looked_at_and_confirmed(client, cast):
    shown = text(upload(client, cast.office, "sims_pupils.csv"))
    assert "What this file would do" in shown
    assert "Legal surname is missing" in shown
    done = text(client.post(reverse("confirm_import", args=[the_run(cast).pk]), follow=True))
    assert "415 children" in done
    assert "Not taken" in done
    assert Child.objects.filter(school=cast.school).count() == 415


def test_a_decision_is_kept_and_done(client, cast):
    upload(client, cast.office, "sims_pupils.csv")
    run = the_run(cast)
    held = ImportRow.objects.get(run=run, number=110)
    shown = text(client.post(reverse("import_rows", args=[run.pk]), {f"row_{held.pk}": "take"}, follow=True))
    assert "1 decision kept" in shown
    client.post(reverse("confirm_import", args=[run.pk]))
    assert Child.objects.filter(school=cast.school, forename="Saoirse", surname="McGlinchey").count() == 1


def test_a_decision_that_does_not_exist_is_refused_and_nothing_is_lost(client, cast):
    upload(client, cast.office, "sims_pupils.csv")
    run = the_run(cast)
    held = ImportRow.objects.get(run=run, number=110)
    answer = client.post(reverse("import_rows", args=[run.pk]), {f"row_{held.pk}": "destroy"})
    assert answer.status_code == 422
    assert "There is a problem" in text(answer)


def test_grave_changes_can_be_said_yes_to_all_at_once(client, cast):
    bring_in(cast.school, [row(n) for n in range(3)], by=cast.office)
    run = look_at(cast.school, [row(n, responsible="No") for n in range(3)], by=cast.office)
    client.force_login(cast.office)
    client.post(reverse("import_rows", args=[run.pk]), {"all": "take"})
    assert run.rows.filter(decision="take").count() == 3


def test_questions_about_the_whole_file_must_be_ticked(client, cast):
    bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
    run = look_at(cast.school, [row(n) for n in range(30)], by=cast.office)
    client.force_login(cast.office)
    refused = client.post(reverse("confirm_import", args=[run.pk]))
    assert refused.status_code == 422
    assert "Tick that you have looked at who would leave" in text(refused)
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 40
    client.post(reverse("confirm_import", args=[run.pk]), {"leavers": "on"})
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 30


def test_who_would_leave_is_shown_by_name(client, cast):
    bring_in(cast.school, [row(n) for n in range(5)], by=cast.office)
    run = look_at(cast.school, [row(n) for n in range(4)], by=cast.office)
    client.force_login(cast.office)
    assert "Rowan4 AshdownE" in text(client.get(reverse("import_run", args=[run.pk]) + "?show=leave"))


@pytest.mark.parametrize("name", ["ctf_entity_bomb.xml", "csv_empty.csv", "csv_5000_columns.csv"])
def test_a_file_that_cannot_be_used_says_why(client, cast, name):
    shown = text(upload(client, cast.office, name))
    assert "This file cannot be used" in shown
    assert "What is wrong" in shown


def test_markup_in_a_name_is_shown_as_text(client, cast):
    upload(client, cast.office, "bromcom_students.csv")
    run = the_run(cast)
    shown = client.get(reverse("import_run", args=[run.pk]) + "?show=remarks").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert(1)" not in shown


def test_no_file_is_asked_for_again_in_words(client, cast):
    client.force_login(cast.office)
    answer = client.post(reverse("imports"), {})
    assert answer.status_code == 422
    assert "Choose a file" in text(answer)


OWN = b"Number,Family name,Given name,Born,Form\nC356999926001,Ashdown,Rowan,03/14/2017,5B\n"


def test_a_school_says_once_what_its_columns_mean(client, cast):
    shown = text(upload(client, cast.office, "own.csv", OWN))
    assert "What do its columns mean?" in shown
    run = the_run(cast)
    meant = {
        "column_0": "upn",
        "column_1": "surname",
        "column_2": "forename",
        "column_3": "date_of_birth",
        "column_4": "class_name",
    }
    refused = client.post(reverse("import_columns", args=[run.pk]), meant | {"column_0": ""})
    assert "Choose which column holds: UPN" in text(refused)
    doubled = client.post(reverse("import_columns", args=[run.pk]), meant | {"column_4": "surname"})
    assert "Only one column can hold: Legal surname" in text(doubled)
    client.post(reverse("import_columns", args=[run.pk]), meant | {"month_first": "month"})
    assert the_run(cast).rows.get().facts["date_of_birth"] == "2017-03-14"
    assert "What this file would do" in text(upload(client, cast.lead, "own.csv", OWN))


def test_what_one_school_said_is_not_another_s(client, cast):
    upload(client, cast.office, "own.csv", OWN)
    other = factories.staffroom("Other School")
    assert "What do its columns mean?" in text(upload(client, other.office, "own.csv", OWN))


def test_the_list_of_problems_runs_nothing_in_a_spreadsheet(client, cast):
    run = look_at(
        cast.school, [row(1, surname="=1+1", upn=""), row(2, forename="@x", born="31/31/2018")], by=cast.office
    )
    answer = visit(client, cast.office, "import_problems", run.pk)
    assert answer["Content-Disposition"] == 'attachment; filename="problems.csv"'
    cells = [cell for line in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in line]
    assert any("=1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert Event.objects.filter(verb="download", object_id=run.pk).count() == 1


def test_giving_up_leaves_the_list_as_it_was(client, cast):
    run = look_at(cast.school, [row(1)], by=cast.office)
    client.force_login(cast.office)
    client.post(reverse("abandon_import", args=[run.pk]))
    run.refresh_from_db()
    assert (run.status, run.rows.count()) == (ImportRun.Status.ABANDONED, 0)
    assert not Child.objects.filter(school=cast.school).exists()


def test_a_large_file_is_left_to_the_worker_and_its_page_can_be_left(
    client, cast, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("children.services.imports.working.SMALL_FILE", 10)
    monkeypatch.setattr("children.services.imports.working.SMALL_RUN", 0)
    rung = []
    monkeypatch.setattr("children.tasks.work_on_import.apply_async", lambda args, retry: rung.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        shown = text(upload(client, cast.office, "children.csv", sheet([row(1)])))
    assert "This takes a moment" in shown
    assert "Check again" in shown
    assert rung == [(str(the_run(cast).pk),)]


def test_nothing_about_children_is_kept_by_a_browser(client, cast, child):
    assert visit(client, cast.lead, "child_people", child.pk)["Cache-Control"] == "no-store"


def test_the_card_of_a_number_never_issued_is_the_same_page(client, cast, child):
    stranger = factories.staffroom("Other School")
    never = visit(client, stranger.lead, "child_people", "01a21066-9adf-7377-8240-6388152a448d")
    hidden = visit(client, stranger.lead, "child_people", child.pk)
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
    assert strip.sub("", text(never)) == strip.sub("", text(hidden))
    assert number(1) not in text(hidden)
