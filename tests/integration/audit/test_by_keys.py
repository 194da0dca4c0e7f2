"""A question that pages ask of other keys each time: the same rows as the query set it is written from, for whoever
asks.
"""

from collections import Counter
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F

from safeguarding.accounts.titles import with_names
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Concern, ConcernNote
from safeguarding.concerns.permissions import of_concern_seen
from safeguarding.concerns.services.deciding import add_note, open_concern
from tests import factories
from tests.walls import asking as asked_by

pytestmark = pytest.mark.django_db


def asking(user):
    return SimpleNamespace(user=user)


def plans_made():
    """How often the server has planned what this connection prepared about concerns, and how often it took a plan that
    it had kept.
    """
    asked = "SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements WHERE statement LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(asked, ['%FROM "concerns_concern"%'])
        anew, kept = cursor.fetchone()
    return Counter(anew=int(anew or 0), kept=int(kept or 0))


def noted(cast, text):
    concern = open_concern(concern=factories.concern(cast), by=cast.lead)
    return add_note(concern=concern, token=uuid4(), text=text, by=cast.lead)


def test_whoever_asks_gets_their_own_rows_of_the_keys_that_they_give(cast, django_assert_num_queries):
    concerns = ByKeys(lambda asked: visible(asked, Concern).filter(asked.of()))
    one, other, third = (factories.concern(cast) for _ in range(3))
    elsewhere = factories.staffroom("Gorse Hill Academy")
    theirs = factories.concern(elsewhere)
    asked = [one.pk, other.pk, theirs.pk]
    for person, expected in ((cast.lead, {one, other}), (cast.office, set()), (elsewhere.lead, {theirs})):
        with django_assert_num_queries(1):
            found = concerns(asking(person), asked)
        assert set(found) == expected == set(visible(asking(person), Concern).filter(pk__in=asked))
    assert concerns(asking(cast.lead), [third.pk]) == [third]


def test_nothing_is_asked_for_no_keys_nor_for_somebody_who_has_left(cast, django_assert_num_queries):
    concerns = ByKeys(lambda asked: visible(asked, Concern).filter(asked.of()))
    concern = factories.concern(cast)
    assert concerns(asking(cast.lead), [concern.pk])
    cast.lead.is_active = False
    with django_assert_num_queries(0):
        assert concerns(asking(cast.lead), [concern.pk]) == []
        assert concerns(asking(cast.teacher), []) == []


def test_people_facts_and_order_come_as_from_any_query_set(cast, django_assert_num_queries):
    notes = [noted(cast, text) for text in ("He was on time.", "She rang back.")]
    written = ByKeys(
        lambda asked: with_names(
            visible(asked, ConcernNote)
            .filter(asked.of("concern_id"))
            .annotate(opens=of_concern_seen(ConcernNote, asked.user), of=F("concern_id"))
            .order_by("-added_at", "-pk"),
            "author",
        )
    )
    with django_assert_num_queries(1):
        found = written(asking(cast.lead), [note.concern_id for note in notes])
        assert [(note, note.author.full_name, note.opens, note.of) for note in found] == [
            (note, cast.lead.full_name, True, note.concern_id) for note in reversed(notes)
        ]
    assert [note.text for note in found] == ["She rang back.", "He was on time."]


def test_columns_alone_come_as_rows(cast):
    numbers = ByKeys(lambda asked: visible(asked, Concern).filter(asked.of()).values_list("year", "number"))
    concern = factories.concern(cast)
    assert numbers(asking(cast.lead), [concern.pk]) == [(concern.year, concern.number)]
    assert numbers(asking(cast.office), [concern.pk]) == []


def test_what_the_database_has_prepared_it_still_asks_of_each_person(cast):
    elsewhere = factories.staffroom("Gorse Hill Academy")
    one, theirs = factories.concern(cast), factories.concern(elsewhere)
    # As who forgot the first wall would ask it: row security alone stands before it.
    bare = ByKeys(lambda asked: Concern.objects.filter(asked.of()))
    before = plans_made()
    for _ in range(8):
        for person, expected in ((cast.lead, [one]), (cast.office, []), (elsewhere.lead, [theirs])):
            with asked_by(person):
                assert bare(asking(person), [one.pk, theirs.pk]) == expected
    assert plans_made() - before == Counter(kept=24)


def test_only_what_is_found_by_its_keys_is_prepared(cast):
    factories.concern(cast)
    before = plans_made()
    for _ in range(8):
        assert len(visible(asking(cast.lead), Concern)) == 1
    assert plans_made() == before
