"""The parts of a child's record: what each reader gets of them, and what no reader gets."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from children.mentions import marker
from children.models import Child
from children.services.access import declare_conflict, grant_child
from safeguarding import parts
from safeguarding.audit.context import Acting, acting, actors_transaction, with_errors
from safeguarding.concerns.models import ConcernChild, ConcernNote, Draft
from safeguarding.concerns.services import deciding, error
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.parts import Block, Key, gather, read_parts
from safeguarding.parts_missing import problems
from safeguarding.uploads.services.giving import withhold
from tests import factories
from tests.integration.concerns.filed import attached
from tests.walls import as_role, asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


@pytest.fixture
def rowan(room: factories.Staffroom) -> Child:
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office)


@pytest.fixture
def hazel(room: factories.Staffroom) -> Child:
    return factories.child(room.school, "Hazel", "Reed", by=room.office)


def about(room: factories.Staffroom, *children: Child, **report: Any) -> Any:
    return factories.concern(room, children=[ChildEntry("worried_about", child) for child in children], **report)


def read(person: Any, child: Child) -> list[Block]:
    """The blocks of a child as the worker reads them for a person."""
    with as_role("worker"), acting(Acting(user_id=person.pk)), actors_transaction():
        return read_parts(SimpleNamespace(user=person), [child.pk])


def on_concern(blocks: list[Block], concern: Any) -> list[Block]:
    return [block for block in blocks if block.right == Key("concerns.concern", concern.pk)]


def texts(blocks: list[Block]) -> str:
    return "\n".join(f"{text.label}: {text.text}" for block in blocks for text in block.texts)


def test_who_reads_the_concern_gets_its_blocks_and_who_does_not_gets_none(room, rowan) -> None:
    concern = about(room, rowan, facts="He was quiet at register.")
    for reader in (room.lead, room.deputy, room.headteacher):
        blocks = on_concern(read(reader, rowan), concern)
        assert {"concerns.concern", "concerns.account", "concerns.concernchild"} <= {b.record.label for b in blocks}
        assert "He was quiet at register." in texts(blocks)
    # The teacher wrote the account, and reads it as their own report.
    for refused in (room.teacher, room.assistant, room.office, room.pastoral):
        blocks = read(refused, rowan)
        assert on_concern(blocks, concern) == []
        assert "He was quiet at register." not in texts(blocks)


def test_a_restricted_concern_is_told_to_who_may_open_it(room, rowan) -> None:
    concern = about(room, rowan)
    restrict_concern(concern=concern, by=room.lead)
    assert on_concern(read(room.lead, rowan), concern)
    assert on_concern(read(room.deputy, rowan), concern) == []


def test_of_a_concern_hidden_from_the_reader_no_block_is_told_and_of_the_others_each(room, rowan, hazel) -> None:
    both, alone = about(room, rowan, hazel), about(room, rowan)
    declare_conflict(user=room.deputy, child=hazel, kind="relative", by=room.deputy)
    assert on_concern(read(room.lead, rowan), both)
    blocks = read(room.deputy, rowan)
    assert on_concern(blocks, both) == []
    assert on_concern(blocks, alone)
    assert not any(hazel.pk in block.children for block in blocks)
    assert read(room.deputy, hazel) == []


def test_access_to_one_child_tells_of_no_other(room, rowan, hazel) -> None:
    both = about(room, rowan, hazel)
    named = ConcernChild.objects.get(concern=both, child=rowan)
    seen = both.revision
    deciding.say_in_file(named=named, seen=seen, token=uuid4(), says="story", story="He was thanked.", by=room.lead)
    today = timezone.localdate()
    grant_child(user=room.pastoral, child=rowan, reason="Mentor.", last_day=today + timedelta(9), by=room.lead)
    blocks = read(room.pastoral, rowan)
    assert "Rowan" in texts(blocks)
    assert on_concern(blocks, both) == []
    assert on_concern(read(room.lead, rowan), both)


def test_each_wall_alone_keeps_a_row_from_who_may_not_see_it(room, rowan) -> None:
    last_day = timezone.localdate() + timedelta(9)
    grant_child(user=room.pastoral, child=rowan, reason="Mentor.", last_day=last_day, by=room.lead)
    for reader, sees in ((room.lead, True), (room.office, False)):
        by_rule = read_parts(SimpleNamespace(user=reader), [rowan.pk])
        with asking(reader, "worker"):
            by_database = gather(lambda model: model._default_manager.all(), [rowan.pk])
        for blocks in (by_rule, by_database):
            labels = {block.record.label for block in blocks}
            assert "children.childdetail" in labels
            assert ("children.childgrant" in labels) is sees


def test_another_child_stands_as_a_marker_and_their_story_in_their_own_file_alone(room, rowan, hazel) -> None:
    concern = about(room, rowan, hazel, facts=f"{marker(hazel.pseudonym)} hit him.")
    named = ConcernChild.objects.get(concern=concern, child=hazel)
    deciding.say_in_file(
        named=named, seen=concern.revision, token=uuid4(), says="story", story="She was spoken to.", by=room.lead
    )
    of_rowan, of_hazel = read(room.lead, rowan), read(room.lead, hazel)
    assert f"{marker(hazel.pseudonym)} hit him." in texts(of_rowan)
    assert "Hazel" not in texts(of_rowan)
    assert "She was spoken to." in texts(of_hazel)
    assert "She was spoken to." not in texts(of_rowan)
    [other] = [b for b in of_rowan if b.record == Key("concerns.concernchild", named.pk)]
    assert other.children == {hazel.pk}
    [account] = [b for b in of_rowan if b.record.label == "concerns.account"]
    assert account.children == {rowan.pk, hazel.pk}


def test_a_block_says_when_it_was_which_version_it_is_and_which_file_belongs_to_it(room, rowan) -> None:
    concern = about(room, rowan, observed_on=factories.SCHOOL_DAY.date())
    file = attached(room, concern)
    concern.refresh_from_db()
    blocks = {block.record: block for block in read(room.lead, rowan)}
    told = blocks[Key("concerns.concern", concern.pk)]
    assert (told.title, told.revision) == (f"Concern {concern.reference}", concern.revision)
    assert (told.moment, told.is_timed) == (concern.logged_at, True)
    account = blocks[Key("concerns.account", concern.account.pk)]
    assert (timezone.localdate(account.moment), account.is_timed) == (factories.SCHOOL_DAY.date(), False)
    kept = Key("concerns.attachment", file.pk)
    assert blocks[kept].files == (kept,)
    assert account.files == ()


def test_what_is_told_without_a_person_is_every_row(room, rowan) -> None:
    concern = about(room, rowan)
    restrict_concern(concern=concern, by=room.lead)
    everything = gather(lambda model: model._default_manager.all(), [rowan.pk])
    assert on_concern(everything, concern)
    with asking(room.deputy):
        assert on_concern(read_parts(SimpleNamespace(user=room.deputy), [rowan.pk]), concern) == []


def counted(person: Any, child: Child) -> int:
    with asking(person), CaptureQueriesContext(connection) as asked:
        read_parts(SimpleNamespace(user=person), [child.pk])
    return len(asked)


def test_a_hundred_rows_take_as_many_queries_as_ten(room, rowan) -> None:
    concern = about(room, rowan)

    def grow(number: int) -> None:
        for n in range(number):
            deciding.add_note(concern=concern, token=uuid4(), text=f"Note {n}", by=room.lead)
            # A concern, an account and a child in it each, of a person of their own.
            about(room, rowan, by=factories.member(room.school, "teacher", "Ada", f"Number {n}"))

    grow(10)
    ten = counted(room.lead, rowan)
    grow(90)
    assert ConcernNote.objects.count() == 100
    assert counted(room.lead, rowan) == ten


def test_every_model_about_a_child_is_told_or_left_out_with_a_reason(monkeypatch) -> None:
    assert list(problems()) == []
    for register, model in ((parts._told, ConcernNote), (parts._left_out, Draft)):
        with monkeypatch.context() as without:
            without.delitem(register, model)
            assert list(problems()) == [
                f"{model._meta.label} is about a child: tell it, or leave it out, in the `parts.py` of its app."
            ]


def test_a_child_whose_file_tells_a_concern_in_short_gets_that_and_no_more_unless_it_is_asked_for(room, rowan, hazel):
    concern = about(room, rowan, hazel, facts="Rowan had no breakfast.")
    named = ConcernChild.objects.get(concern=concern, child=hazel)
    deciding.say_in_file(
        named=named, seen=concern.revision, token=uuid4(), says="story", story="She shared hers.", by=room.lead
    )
    assert "no breakfast" in texts(read(room.lead, rowan))
    short = read(room.lead, hazel)
    assert "She shared hers." in texts(short) and "no breakfast" not in texts(short)
    assert all(block.children == {hazel.pk} for block in on_concern(short, concern))
    with as_role("worker"), acting(Acting(user_id=room.lead.pk)), actors_transaction():
        beyond = read_parts(SimpleNamespace(user=room.lead), [hazel.pk], beyond_file=True)
    assert "no breakfast" in texts(beyond)
    assert {block.record.label for block in beyond if block.is_beyond_file} >= {"concerns.account", "concerns.concern"}


def test_a_file_that_is_withheld_is_not_named_and_its_content_is_nobodys(room, rowan):
    concern = about(room, rowan)
    file = attached(room, concern)
    [open_] = [block for block in read(room.lead, rowan) if block.record.key == file.pk]
    assert open_.files and file.name in texts([open_])
    withhold(file=file, reason=file.Removal.values[0], by=room.lead)
    [shut] = [block for block in read(room.lead, rowan) if block.record.key == file.pk]
    assert not shut.files and file.name not in texts([shut])


def test_what_was_entered_in_error_is_told_in_no_sight(room, rowan):
    concern = about(room, rowan, facts="Meant for another child.")
    see = lambda model: model._default_manager.all()  # noqa: E731  (as a task sees it)
    assert "another child" in texts(gather(see, [rowan.pk]))
    proposed = error.propose(
        concern=concern, seen=concern.revision, token=uuid4(), reason="No.", mistake="test", by=room.lead
    )
    concern.refresh_from_db()
    error.answer(entry=proposed, seen=concern.revision, confirms=True, reason="Yes.", by=room.deputy)
    with with_errors("all"):
        assert "another child" not in texts(gather(see, [rowan.pk]))
        assert "another child" not in texts(read(room.lead, rowan))


def test_a_model_is_told_or_left_out_once():
    with pytest.raises(ImproperlyConfigured, match=r"concerns\.Draft is told, or left out, twice"):
        parts.tell(Draft, title="Draft", blocks=parts.as_declared())
