"""The measurement measures what it says: the people and pages exist, queries are counted, a page that fails or is over
its budget is named.
"""

import json

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern, EarlierBatch
from safeguarding.demo import scale
from safeguarding.demo.scale import Size, seed_scale
from safeguarding.demo.seeding import seed_demo
from tests.benchmarks import cast, measure
from tests.benchmarks import pages as measured_pages
from tests.benchmarks import settings as bench_settings
from tests.benchmarks.pages import Budget, pages
from tests.integration.retention.leaving import signed_in_as
from tests.practice_school import TUESDAY, few_notes

pytestmark = [pytest.mark.django_db, pytest.mark.soak(part="school")]


@pytest.fixture
def practice(settings, monkeypatch):
    """A few practice schools, and the addresses of the measurement."""
    settings.DEMO = True
    settings.ROOT_URLCONF = bench_settings.ROOT_URLCONF
    settings.FLOOR_MIDDLEWARE = bench_settings.FLOOR_MIDDLEWARE
    settings.INSTALLED_APPS = bench_settings.INSTALLED_APPS
    monkeypatch.setattr(scale, "require_owner", lambda connection: None)
    monkeypatch.setattr(measure, "ROUNDS", 7)
    # As Django's own test client does: the connection of a test outlives its requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    seed_scale(Size(schools=6, children=120, years=3, concerns=600), now=TUESDAY, seed=1, quiet=True)
    cast.make_cast()
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_everybody_who_asks_is_there(practice, monkeypatch):
    few_notes(monkeypatch)
    seed_demo(now=TUESDAY)
    cast.make_cast()

    assert User.objects.filter(username__in=cast.PEOPLE).count() == len(cast.PEOPLE)
    assert {name for page in pages(cast.Records.find()) for name in page.who} <= set(cast.PEOPLE)


def test_an_empty_page_stays_within_its_queries(practice, tmp_path, capsys):
    call_command("bench_pages", only="empty page", out=tmp_path / "bench.json")
    report = json.loads((tmp_path / "bench.json").read_text())

    assert {row["who"] for row in report["pages"]} == {
        "teacher",
        "teacher with nothing",
        "lead",
        "lead of every school",
    }
    assert all(2 < row["queries"] <= 6 for row in report["pages"])
    assert all(row["ratio"] > 1 for row in report["pages"])
    for row in report["pages"]:
        whole = row["web_cpu_ms"] + row["database_cpu_ms"]
        assert row["web_cpu_ms"] > 0 and row["a_second"] == pytest.approx(1000 / whole, rel=0.2)
    assert report["size"]["concerns"] == 600
    assert "empty page" in capsys.readouterr().out


def test_saving_is_measured_by_saving(practice, tmp_path):
    before = Concern.objects.get(pk=cast.Records.find().waiting).revision

    call_command("bench_pages", only="save a", out=tmp_path / "bench.json")

    assert all("failed" not in row for row in json.loads((tmp_path / "bench.json").read_text())["pages"])
    assert Concern.objects.get(pk=cast.Records.find().waiting).revision > before


@pytest.mark.parametrize(("most", "named"), [(Budget(10**6, 10**6), False), (Budget(0.1, 10**6), True)])
def test_a_page_over_its_budget_is_named_with_the_budget(practice, tmp_path, capsys, monkeypatch, most, named):
    monkeypatch.setattr(measured_pages, "PAGE", most)
    call_command("bench_pages", only="my actions", out=tmp_path / "bench.json")
    printed = capsys.readouterr().out

    for row in json.loads((tmp_path / "bench.json").read_text())["pages"]:
        assert row["unit"] == "E"
        assert bool(row["over"]) is named
        assert (f"my actions, {row['who']}: {row['ratio']:.1f} of 0.1 E" in printed) is named
    assert ("No page is over its budget." in printed) is not named


def test_a_file_of_children_is_measured_and_taken_back(practice, settings, tmp_path, capsys):
    settings.ROLE = "worker"
    before = Child.objects.count()
    call_command("bench_imports", children=[500], out=tmp_path / "bench.json")
    [row] = json.loads((tmp_path / "bench.json").read_text())["imports"]

    assert row["children"] == 500
    assert row["ratio"] > 1
    assert Child.objects.count() == before
    assert "the same again" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("command", "sizes"), [("bench_imports", {"children": [60]}), ("bench_earlier", {"incidents": 66, "pdfs": 33})]
)
def test_the_worker_measures_imports_with_its_own_rights(settings, tmp_path, command, sizes):
    cast.make_schools_for_imports()
    settings.INSTALLED_APPS = bench_settings.INSTALLED_APPS
    settings.ROLE, before = "worker", Child.objects.count()
    with signed_in_as("worker"):
        call_command(command, **sizes, out=tmp_path / "bench.json")

    assert Child.objects.count() == before == cast.CHILDREN
    assert not EarlierBatch.objects.exists()
    assert len(json.loads((tmp_path / "bench.json").read_text())) == 1


def test_a_page_that_refuses_is_not_a_fast_page(practice):
    floor_handler, handler = measure.handlers()
    teacher = User.objects.get(username=cast.TEACHER)
    browser, floor = measure.Browser(teacher, handler), measure.Browser(teacher, floor_handler)

    def nothing() -> measure.Answer:
        return floor.ask("/bench/floor/")

    for address, status in (("/today/", "403"), ("/", "302")):
        with pytest.raises(measure.Unanswered, match=status):
            measure.measure(browser, nothing, lambda b, given, address=address: b.ask(address), lambda b: None)


def test_a_page_deep_in_a_list_is_another_page_than_its_first(practice):
    _, handler = measure.handlers()
    browser = measure.Browser(User.objects.get(username=cast.LEAD), handler)
    [deep] = [page for page in pages(cast.Records.find()) if page.what == "concerns, deep"]

    assert deep.ask(browser, deep.prepare(browser)).body != browser.ask("/concerns/").body
