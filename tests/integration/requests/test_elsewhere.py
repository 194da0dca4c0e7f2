"""What do records of others say of a child, and who reads it once it is gathered?"""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from children.mentions import marker
from children.services.access import declare_conflict
from safeguarding.audit.protection import known_of
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.pastoral import write_note
from safeguarding.concerns.services.raising import ChildEntry
from sharing.requests.models import RequestItem
from sharing.requests.services import elsewhere
from tests import factories
from tests.walls import asking

from .cases import case_row, gathered, named
from .desk import signed_in
from .test_gathering import about, items, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def rowan(room):
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office)


@pytest.fixture
def hazel(room):
    return factories.child(room.school, "Hazel", "Reed", by=room.office)


@pytest.fixture
def case(room, rowan):
    made = case_row(room, rowan)
    named(made, room.office, "handler")
    named(made, room.lead, "preparer")
    return made


def pastoral(room, child, text):
    day = factories.SCHOOL_DAY.date()
    return write_note(child=child, token=uuid4(), kind="seen", text=text, happened_on=day, by=room.lead)


def passages(case):
    return items(case, is_passage=True)


@pytest.mark.parametrize(
    "words",
    ["ROWAN ASHDOWN had told her.", "ashdown, rowan told her", "Rowan\nAsh-\ndown told her.", "R. Ashdown told her."],
)
def test_a_whole_name_in_a_record_of_another_child_is_a_passage(room, hazel, case, words):
    concern = about(room, hazel, facts=words, child_words="I like school.")
    pastoral(room, hazel, "Settled well. I hope we will hear more.")
    [found] = passages(gathered(case))
    assert (found.source, found.concern_key, found.of_child) == ("concerns.account", concern.pk, None)
    assert words in said(found) and "I like school." not in said(found)
    assert concern.reference in found.title and found.reviewer == room.lead


def test_a_mention_in_the_record_of_another_child_is_hidden_as_that_record_is(room, rowan, hazel, case):
    note = pastoral(room, hazel, f"{marker(rowan.pseudonym)} fell out with her.")
    [found] = passages(gathered(case))
    assert (found.source_key, found.of_child, found.concern_key) == (note.pk, hazel.pk, None)
    named(case, room.headteacher, "approver")
    for person, is_shut in ((room.lead, False), (room.headteacher, False)):
        with asking(person):
            assert RequestItem.objects.filter(pk=found.pk).exists() != is_shut
    declare_conflict(user=room.headteacher, child=hazel, kind="relative", by=room.lead)
    assert known_of("items_hidden_from", case.pk, str(room.headteacher.pk)) == [found.pk]
    with asking(room.headteacher):
        assert not RequestItem.objects.filter(pk=found.pk).exists()
        assert RequestItem.objects.filter(case=case).exists()
    # Who prepares is related to that child: the next who is not reviews it.
    declare_conflict(user=room.lead, child=hazel, kind="relative", by=room.headteacher)
    [again] = passages(gathered(case))
    assert again.pk == found.pk and again.reviewer == room.deputy


def test_a_concern_that_lists_the_child_as_mentioned_gives_what_it_says_of_them(room, rowan, hazel, case):
    concern = factories.concern(
        room,
        children=[ChildEntry("worried_about", hazel), ChildEntry("mentioned", rowan)],
        facts="Rowan saw it.",
        child_words="I fell.",
    )
    deciding.add_note(concern=concern, token=uuid4(), text="Her mother rang.", by=room.lead)
    found = items(gathered(case), concern_key=concern.pk)
    assert {one.source for one in found} == {"concerns.concernchild", "concerns.account"}
    assert "Rowan saw it." in said(*found) and "I fell." not in said(*found)
    # Once their own file tells of it, the whole record comes too.
    part = concern.children.get(child=rowan)
    concern.refresh_from_db()
    deciding.say_in_file(named=part, seen=concern.revision, token=uuid4(), says="whole", story="", by=room.lead)
    found = items(gathered(case), concern_key=concern.pk)
    assert "I fell." in said(*found) and "Her mother rang." in said(*found)


def test_what_no_record_tells_is_not_found(room, rowan, hazel, case):
    """A draft, a namesake's forename alone, what was gathered of the child's own."""
    save_draft(
        token=uuid4(), school_id=room.school.pk, author_id=room.teacher.pk, content={"facts": ["Rowan Ashdown ran."]}
    )
    about(room, hazel, facts="Rowan was there, and the Ashdowns next door.")
    own = about(room, rowan, facts="Rowan Ashdown was quiet.")
    case = gathered(case)
    assert passages(case) == []
    assert {one.is_passage for one in items(case, concern_key=own.pk)} == {False}
    before = [one.pk for one in items(case)]
    assert [one.pk for one in items(gathered(case))] == before


def test_all_but_the_sentences_about_the_child_goes_in_one_press(room, hazel, case):
    about(room, hazel, facts="She was late. Rowan Ashdown had waited for her. Her aunt rang.")
    [found] = passages(gathered(case))
    client = signed_in(room.lead)
    page = client.get(reverse("request_item", args=[found.pk])).content.decode()
    ticked = re.findall(r'name="at" value="(\d+:\d+:\d+)"[^>]* checked', page)
    assert ticked == ["0:14:48"]


def test_many_rows_are_read_some_thousands_at_a_time(room, rowan, hazel, case, monkeypatch):
    monkeypatch.setattr(elsewhere, "BATCH", 2)
    for day in range(5):
        pastoral(room, hazel, f"Day {day}: Rowan Ashdown helped.")
    assert len(passages(gathered(case))) == 5


def test_what_was_changed_since_it_was_found_is_copied_as_it_stands(room, rowan, hazel, case, monkeypatch):
    """Others write while the worker searches: it keeps nothing that the record no longer says."""
    listed = [ChildEntry("worried_about", hazel), ChildEntry("mentioned", rowan)]
    concern = factories.concern(room, children=listed, facts="Rowan saw it.", child_words="I fell.")
    other = about(room, hazel, facts="Rowan Ashdown had told her.")
    look = elsewhere.passages

    def then_told_whole(asked):
        found = look(asked)
        part = concern.children.get(child=rowan)
        concern.refresh_from_db()
        deciding.say_in_file(named=part, seen=concern.revision, token=uuid4(), says="whole", story="", by=room.lead)
        return found

    monkeypatch.setattr(elsewhere, "passages", then_told_whole)
    [found] = passages(gathered(case))
    assert found.concern_key == other.pk
    assert "I fell." in said(*items(case, concern_key=concern.pk))
