"""The list of kinds of concern: there after every migration, brought up to date without losing what old records point
to.
"""

from datetime import date

import pytest

from safeguarding.audit.models import Event
from safeguarding.concerns.models import Category, Concern, Subcategory
from safeguarding.concerns.services.kinds import give_kinds
from safeguarding.concerns.services.reference import load_reference, valid_on
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def test_the_list_is_there_and_loading_it_again_changes_nothing():
    before = Category.objects.count(), Subcategory.objects.count(), Event.objects.count()

    assert load_reference() == 0
    assert (Category.objects.count(), Subcategory.objects.count(), Event.objects.count()) == before
    assert before[0] == 25


def test_a_changed_row_is_put_right_and_an_old_one_stays():
    Category.objects.filter(code="NEG").update(guidance="Something else")
    old = Subcategory.objects.create(category_id="NEG", name="A word no longer used", order=99, valid_to=TODAY)

    assert load_reference() == 1
    assert Category.objects.get(code="NEG").guidance.startswith("Note what you saw")
    assert Subcategory.objects.filter(pk=old.pk).exists()
    assert Event.objects.latest("at").purpose == "reference list"


def test_a_worry_about_an_adult_is_never_offered_and_everything_else_is():
    offered = set(Category.objects.filter(valid_on(TODAY)).values_list("code", flat=True))

    assert "STF" not in offered
    assert len(offered) == 24
    assert "speak to the Headteacher" in Category.objects.get(code="STF").guidance


def test_guidance_is_two_short_sentences():
    for category in Category.objects.all():
        assert category.guidance.count(". ") == 1, category.code
        assert len(category.guidance) <= 260, category.code


def test_a_list_is_given_its_kinds_without_a_query_but_for_one_that_is_new(django_assert_num_queries):
    room = factories.staffroom()
    old, new = (Concern.objects.get(pk=factories.concern(room).pk) for _ in range(2))
    old.category_id = new.category_id = "NEG"
    give_kinds([old])
    with django_assert_num_queries(0):
        give_kinds([old, new])
    assert old.category == Category.objects.get(pk="NEG")
    later = Subcategory.objects.create(category_id="NEG", name="A word of next year", order=99)
    new.subcategory_id = later.pk
    give_kinds([old, new])
    assert (old.category.pk, old.subcategory, new.subcategory) == ("NEG", None, later)
