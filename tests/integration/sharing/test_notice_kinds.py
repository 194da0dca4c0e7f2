"""Does the notice say of each category which kinds of data it holds, where they come from, and what is a choice?"""

import pytest

from safeguarding import personal_data
from safeguarding.personal_data import about_children, category_of, sensitive_in
from sharing.notice.held import SOME, YES, categories, sources
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.noticing import draft_of, words

pytestmark = pytest.mark.django_db

SPECIAL, BOTH = "Personal, special category", "Personal, special category, criminal offence"


def test_each_category_says_which_kinds_of_data_it_holds(place: Place, monkeypatch: pytest.MonkeyPatch):
    found = {category.title: category.kinds for category in categories()}
    assert set(found.values()) == {"Personal", SPECIAL, BOTH}
    for title, kinds in (
        ("Where the child lives", "Personal"),
        ("Consents to sharing, and refusals", "Personal"),
        ("Attendance", SPECIAL),
        ("Education, health and care plan", SPECIAL),
        ("Looked after and leaving care", BOTH),
        ("Notes of concern, and what was decided and done", BOTH),
        ("Notices of the police (Operation Encompass)", BOTH),
    ):
        assert found[title] == kinds
        assert f"{title}: " in words(draft_of(place).sections)
    assert "criminal offence: Some of it: " in words(draft_of(place).sections)
    monkeypatch.delitem(personal_data._sensitive, "Attendance")
    with pytest.raises(KeyError):
        sensitive_in("Attendance")
    assert any("AttendanceDay" in one and "sensitive" in one for one in personal_data.problems())


def test_every_model_about_a_child_is_of_a_category_that_says_so():
    for model in about_children():
        assert sensitive_in(category_of(model)) is not None, model


def test_it_comes_from_where_it_comes_from(place: Place):
    found = {category.title: category.sources for category in categories()}
    assert found["Notices of the police (Operation Encompass)"] == ["the police"]
    assert found["Files from other schools: which came when, and from which school"] == ["other schools"]
    assert "health services" in found["Looked after and leaving care"]
    assert "health services" not in found["Attendance"]
    assert found["Consents to sharing, and refusals"] == ["children and their families"]
    assert {"the police", "other schools", "health services", "children and their families"} <= set(sources())
    for source in sources():
        assert f"How we collect it: {source}\n" in words(draft_of(place).sections)


def test_what_a_family_may_keep_to_itself_is_no_plain_yes():
    found = {category.title: category for category in categories()}
    for title, choice in (
        ("Child protection and social care", "early help is a family’s choice"),
        ("Looked after and leaving care", "a family chooses whether to tell us that a child was looked after before"),
        ("Adoption", "a family need not tell us of an adoption"),
        ("Adults around the child, how they are reached, and orders about them", "further contacts voluntary"),
    ):
        assert found[title].must == SOME
        assert choice in found[title].row[3]
    assert found["Attendance"].must == YES
