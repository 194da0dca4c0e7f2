"""Does the world of the matrix hold a canary in every field that must not get out, also of a record type that only
declares itself?

The app `visits` (`tests/visiting.py`) has a page, and its line as `docs/policy.yaml` would have it. Nothing else here
knows of it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.http import require_GET

from safeguarding import row_security
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.audit import protection
from safeguarding.audit.protection import Rule, among, fact
from safeguarding.audit.reading import read_one
from safeguarding.urls import *  # noqa: F403  (its handlers too)
from safeguarding.urls import urlpatterns as own_patterns
from tests.matrix.asking import Matrix, taken_back
from tests.matrix.canaries import DERIVED, Planted, protected_fields
from tests.matrix.ground import RECORDS
from tests.matrix.parts import BY_ROW, PARTS, hangs_on, part_of, parts_of
from tests.matrix.planting import plant
from tests.matrix.policy import Policy, read
from tests.matrix.world import World
from tests.postgres import with_the_clock
from tests.visiting import LABEL, visiting

FIELDS = ("seen", "opened_by", "born_on")
LINE = {
    "door": "anyone",
    "GET": "shown",
    "POST": "closed",
    "of": "home_visit",
    "needs": "concern",
    "shows": ["concern"],
}


@require_GET
@anyone_signed_in
def home_visit(request: HttpRequest, key: UUID) -> HttpResponse:
    """All that the record says."""
    visit = read_one(request, apps.get_model("visits", "HomeVisit"), pk=key)
    return HttpResponse(" ".join(str(getattr(visit, name)) for name in FIELDS))


urlpatterns = [*own_patterns, path("visits/<uuid:key>/", home_visit, name="home_visit")]


@pytest.fixture
def visits(world: World) -> Iterator[type[models.Model]]:
    """The app, in the world that is planted once more since it came; all of it is taken back."""
    planted, keys = world.planted, {record: dict(mine) for record, mine in world.keys.items()}
    try:
        with taken_back(), visiting() as model, override_settings(ROOT_URLCONF=__name__):
            with_the_clock(connection.connection)
            world.planted = Planted()
            plant(world)
            yield model
    finally:
        world.planted, world.keys = planted, keys


@pytest.fixture
def matrix(world: World, visits: Any) -> Matrix:
    said = read().said
    return Matrix(world, Policy({**said, "pages": {"home_visit": LINE}}))


def test_every_protected_field_holds_a_canary(world: World):
    wanted = {(model._meta.label_lower, name) for model, name in protected_fields()}
    assert wanted - world.planted.filled - set(DERIVED) == set()


def test_every_protected_model_is_part_of_a_record():
    seen = {part for line in read().said["sees"] for part in line["parts"]}
    assert {part for model, _ in protected_fields() for part in parts_of(model)} - seen == set()


def test_no_part_is_said_that_is_derived(monkeypatch: pytest.MonkeyPatch):
    """A model whose part is that of the record it hangs on needs no line."""
    for model, _ in protected_fields():
        label = model._meta.label_lower
        if label in BY_ROW:
            continue
        if (said := PARTS.get(label)) is None or hangs_on(model) in (None, School, User):
            continue
        with monkeypatch.context() as patch:
            patch.delitem(PARTS, label)
            assert part_of(model) != said, label


def test_a_new_record_type_is_planted_from_its_declaration(world: World, visits: Any):
    assert {(LABEL, name) for name in FIELDS} <= world.planted.filled
    for record in RECORDS:
        visit = visits._base_manager.get(pk=world.keys[record]["home_visit"])
        assert visit.concern == world.concerns[record]
        assert visit.school == world.school_of(record)
        for name in FIELDS:
            [word] = world.planted.found_in(str(getattr(visit, name)))
            assert world.planted.places[word] == {(record, "concern")}


def test_its_page_answers_as_its_line_says(matrix: Matrix):
    cells = list(matrix.policy.cells(matrix.world.keys))
    assert {cell.record for cell in cells} == set(RECORDS)
    assert {matrix.policy.expected(cell) for cell in cells} == {"shown", "not_there", "sign_in", "closed"}
    with matrix.without_frames():
        told = matrix.wrong(cells)
    assert not told, told


def test_a_rule_that_shows_it_to_a_teacher_is_noticed(matrix: Matrix, visits: Any, monkeypatch: pytest.MonkeyPatch):
    asked = matrix.policy.cells(matrix.world.keys)
    cells = [cell for cell in asked if cell.method == "GET" and cell.person == "teacher"]
    shows = lambda me: Rule(because={"role": among("school_id", fact("schools_of", me))})  # noqa: E731
    monkeypatch.setitem(protection._rules, visits, shows)
    protection.visible_sql.cache_clear()
    protection.sight_sql.cache_clear()
    connection.check_constraints()
    row_security.take_down(connection)
    row_security.put_up(connection)
    with_the_clock(connection.connection)
    told = matrix.wrong(cells)
    for cell in cells:
        assert (f"{cell}: expected not_there, got 200" in told) is (cell.record != "other")
        assert (f"{cell}: shows what it must not: {cell.record}.concern" in told) is (cell.record != "other")


def test_what_shares_a_world_is_dealt_to_one_process(request: pytest.FixtureRequest, worker_id: str):
    """xdist reads the group where it collects: one that is named after that deals each test by itself."""
    assert worker_id == "master" or request.node.nodeid.endswith("@matrix test_world")
