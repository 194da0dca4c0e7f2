"""Practice schools in bulk: as many rows as asked for, whole, sealed, and as the tables themselves demand."""

from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.db.models import Count, F

from children.models import Child, ChildDetail
from safeguarding.accounts.models import School, User
from safeguarding.concerns.models import Account, Action, Closing, Concern, ConcernChild, Decision
from safeguarding.concerns.services.raising import next_number
from safeguarding.demo import scale
from safeguarding.demo.apart import NotForDemo
from safeguarding.demo.scale import Size, seed_scale
from safeguarding.sealing import crypto
from safeguarding.sealing.fields import Shut
from safeguarding.sealing.models import Wrap
from safeguarding.sealing.services.rows import sealed_fields
from tests import factories
from tests.practice_school import TUESDAY
from tests.walls import as_role

pytestmark = pytest.mark.django_db
SIZE = Size(schools=6, children=60, years=3, concerns=300)


@pytest.fixture
def as_owner(settings, monkeypatch):
    """Demo mode, for a process that is taken for the owner of the tables."""
    settings.DEMO = True
    monkeypatch.setattr(scale, "require_owner", lambda connection: None)


def test_it_makes_what_was_asked_for(as_owner):
    made = seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)

    assert (School.objects.count(), Child.objects.count(), Concern.objects.count()) == (6, 60, 300)
    assert (made.children, made.concerns, made.people) == (60, 300, User.objects.count())
    assert Account.objects.count() == 300
    assert Concern.objects.exclude(children__role="worried_about").count() == 0
    assert Decision.objects.count() == Concern.objects.filter(decided_at__isnull=False).count()
    closed = Concern.objects.filter(status="closed").order_by("pk")
    assert list(closed.values_list("pk", "outcome", "closed_at")) == list(
        Closing.objects.order_by("concern").values_list("concern", "outcome", "closed_at")
    )
    assert Action.objects.exists()
    assert set(Concern.objects.values_list("status", flat=True)) >= {"decided", "closed"}
    assert not Account.objects.filter(facts__regex=r"\{\w+\}").exists()


def test_the_tables_accept_every_row(as_owner):
    seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)

    connection.check_constraints()
    assert ConcernChild.objects.exclude(school=F("concern__school")).count() == 0
    for concern in Concern.objects.all():
        assert concern.id.version == 7
        assert concern.id.int >> 80 == concern.logged_at.timestamp() * 1000


def test_numbers_go_on_where_they_end(as_owner):
    seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)
    school = School.objects.first()
    last = Concern.objects.filter(school=school, year=2026).latest("number").number

    assert next_number(school.pk, 2026) == last + 1


def test_the_last_schools_have_old_concerns_only(as_owner):
    seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)
    newest = {s.slug: s.concerns.latest("logged_at").logged_at for s in School.objects.order_by("slug")}
    recent = [slug for slug, at in newest.items() if at > TUESDAY - timedelta(days=400)]

    assert recent == ["practice-0001", "practice-0002", "practice-0003"]


def test_numbers_of_children_are_invented_and_differ_between_schools(as_owner):
    seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)

    assert all(number[4:8] == "9999" for number in ChildDetail.objects.values_list("upn", flat=True))
    assert not ChildDetail.objects.values("upn").annotate(n=Count("pk")).filter(n__gt=1).exists()


def test_narratives_are_sealed_on_their_way_and_open_for_the_children_they_are_about(as_owner):
    seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)

    for model in (Account, Decision):
        for field in sealed_fields(model):
            values = [bytes(value.sealed) for value in model.objects.values_list(field.attname, flat=True) if value]
            assert all(crypto.record_in(value) for value in values)
    assert all(account.facts and not isinstance(account.facts, Shut) for account in Account.objects.all())
    named = ConcernChild.objects.values_list("concern_id", "child_id")
    wraps = Wrap.objects.filter(record__in=[concern for concern, _ in named])
    assert set(wraps.values_list("record_id", "subject_id")) == set(named)


def test_the_same_seed_makes_the_same_notes(as_owner):
    found = []
    for _ in range(2):
        with transaction.atomic():
            seed_scale(SIZE, now=TUESDAY, seed=3, quiet=True)
            found.append([(a.facts, a.recorded_at) for a in Account.objects.order_by("concern__id")])
            transaction.set_rollback(True)

    assert found[0] == found[1]


def test_a_second_run_changes_nothing(as_owner):
    seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)

    assert seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True).children == 0
    assert Concern.objects.count() == 300


def test_a_run_that_was_cut_off_goes_on(as_owner, monkeypatch):
    made = []

    def cut_off(plan, bar):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(plan.slug)
        return whole(plan, bar)

    whole = scale._one_school
    monkeypatch.setattr(scale, "_one_school", cut_off)
    with pytest.raises(KeyboardInterrupt):
        seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)
    assert School.objects.count() == 2
    monkeypatch.setattr(scale, "_one_school", whole)

    assert seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True).concerns == 200
    assert (School.objects.count(), Child.objects.count(), Concern.objects.count()) == (6, 60, 300)


def test_only_the_owner_and_only_for_practice(settings):
    settings.DEMO = True
    with as_role("web"), pytest.raises(CommandError, match="belong to the role owner"):
        seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)
    factories.school("Saltmarsh Lane Primary School")
    with pytest.raises(NotForDemo, match="real school"):
        seed_scale(SIZE, now=TUESDAY, seed=1, quiet=True)
