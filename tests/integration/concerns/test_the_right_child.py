"""Is a child who was found by less than the name asked about before a concern names it, and is nothing typed lost?"""

import pytest
from django.urls import reverse

from safeguarding.concerns.forms.deciding import LinkForm
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services.raising import ChildEntry
from tests.factories import child, concern, staffroom
from tests.pages import on_one_line

from .log_page import LOG, opened, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
QUESTION = "Is this the child you mean?"


@pytest.fixture
def cast():
    return staffroom()


@pytest.fixture
def exact(cast):
    return child(cast.school, "Eesa", "Iqbal", by=cast.office)


@pytest.fixture
def middle(cast):
    return child(cast.school, "Bilal", "Chaudhry", class_name="3A", details={"middle_names": "Eesa"}, by=cast.office)


def test_the_form_asks_about_a_middle_name_and_adds_the_exact_one_at_once(cast, exact, middle):
    client = signed_in(cast.teacher)
    address, form = opened(client)
    typed = {**form, "facts": "He was quiet.", "q": "eesa", "observed_at": "nonsense"}
    listed = on_one_line(client.post(LOG, {**typed, "find": ""}, follow=True))
    assert f'name="add" value="{exact.pk}"' in listed and f'name="ask" value="{middle.pk}"' in listed
    assert listed.index(str(exact.pk)) < listed.index(str(middle.pk))
    assert "exact name" in listed and "another of this child’s names" in listed and "middle name" not in listed
    asked = client.post(LOG, {**typed, "ask": str(middle.pk)}, follow=True)
    page = on_one_line(asked)
    assert asked.redirect_chain[-1][0] == f"{address}?find=1&ask={middle.pk}#found"
    assert QUESTION in page and "He was quiet." in page and 'value="eesa"' in page
    assert not asked.context["form"].children
    assert f'name="add" value="{middle.pk}"' in page and f'value="{exact.pk}"' not in page
    again = on_one_line(client.post(LOG, {**typed, "find": "find"}, follow=True))
    assert QUESTION not in again and f'name="ask" value="{middle.pk}"' in again
    added = client.post(LOG, {**typed, "add": str(middle.pk)}, follow=True)
    assert [row.child for row in added.context["form"].children] == [middle]
    assert "He was quiet." in added.content.decode()


def test_the_question_about_a_child_whom_the_words_do_not_find_is_not_put(cast, exact, middle):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    page = client.post(LOG, {**form, "q": "iqbal", "ask": str(middle.pk)}, follow=True).content.decode()
    assert QUESTION not in page and "Bilal" not in page
    assert client.post(LOG, {**form, "q": "iqbal", "ask": "nonsense"}, follow=True).status_code == 200


def test_the_list_that_a_script_shows_asks_too(cast, exact, middle):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    page = client.post(reverse("log_find"), {"q": "eesa", "key": form["key"]}).content.decode()
    assert f'name="add" value="{exact.pk}"' in page and f'name="ask" value="{middle.pk}"' in page


def test_a_call_keeps_its_line_while_it_is_asked(cast, exact, middle):
    client, address = signed_in(cast.teacher), reverse("call_lead")
    form = {"key": client.get(address).context["form"].initial["key"], "q": "eesa", "line": "He has run off"}
    page = client.post(address, form | {"ask": str(middle.pk)}).content.decode()
    assert QUESTION in page and 'value="He has run off"' in page
    page = client.post(address, form | {"add": str(middle.pk)}).content.decode()
    assert QUESTION not in page and 'value="He has run off"' in page and "Bilal Chaudhry" in page
    assert not Concern.objects.exists()


def test_a_police_notice_asks_and_keeps_what_was_typed(cast, exact, middle):
    client, address = signed_in(cast.office), reverse("take_police_notice")
    form = {"key": client.get(address).context["key"], "q": "eesa", "said": "Officers came."}
    page = client.post(address, form | {"ask": str(middle.pk)}).content.decode()
    assert QUESTION in page and "Officers came." in page and "middle name Eesa" in page
    page = client.post(address, form | {"add": str(middle.pk)}).content.decode()
    assert QUESTION not in page and "Officers came." in page and f'name="who" value="{middle.pk}"' in page


def test_a_described_child_is_linked_after_the_question_only(cast, exact, middle):
    entry = ChildEntry(role="worried_about", kind=ConcernChild.Kind.UNNAMED, description="boy, red coat")
    named = concern(cast, children=[entry]).children.get()
    client, address = signed_in(cast.lead), reverse("link_child", args=[named.pk])
    choice = next(iter(LinkForm.base_fields))
    page = client.post(address, {"q": "eesa"}).content.decode()
    assert f'name="{choice}" value="{exact.pk}"' in page and f'name="ask" value="{middle.pk}"' in page
    page = client.post(address, {"q": "eesa", "ask": str(middle.pk)}).content.decode()
    assert QUESTION in page and f'name="{choice}" value="{middle.pk}"' in page
    named.refresh_from_db()
    assert named.child is None
    client.post(address, {"q": "eesa", choice: str(middle.pk)})
    named.refresh_from_db()
    assert named.child == middle
