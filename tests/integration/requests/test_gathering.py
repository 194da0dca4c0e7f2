"""Is all that is held of a child gathered, each once, and does each copy go to somebody who may see its source?"""

import io
from uuid import uuid4

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from children.services.access import declare_conflict
from safeguarding import parts
from safeguarding.accounts.models import Notice
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.printing import layout
from safeguarding.records import seen_by_tasks
from safeguarding.sealing import files
from safeguarding.uploads.kinds import KINDS
from safeguarding.uploads.services.giving import withhold
from safeguarding.uploads.services.keeping import Upload
from sharing.requests.models import RequestFile, RequestItem, RequestRole, SearchPlace
from sharing.requests.records import TASK
from sharing.requests.services import adding, copying, gathering, reviewers
from sharing.requests.services.files import copy
from sharing.requests.services.worker import Broken
from tests import factories
from tests.integration.concerns.filed import attached
from tests.integration.concerns.test_in_error import mark
from tests.integration.uploads.corpus import zipped
from tests.walls import asking

from .cases import case_row, gathered, named

pytestmark = pytest.mark.django_db
LETTER = """<html lang="en-GB"><head><title>Letter</title><style>@page { size: A4 }
p { font: 14pt "Liberation Sans" }</style></head><body><p>He came late.</p></body></html>"""
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


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


def about(room, *children, **report):
    return factories.concern(room, children=[ChildEntry("worried_about", child) for child in children], **report)


def items(case, **only):
    return list(RequestItem._base_manager.filter(case=case, **only).order_by("number"))


def said(*some):
    return "\n".join(block["text"] for item in some for block in item.content.get("blocks", ()))


def document(words):
    body = f"<w:document {_W}><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    return zipped({"[Content_Types].xml": types.encode(), "word/document.xml": body.encode()})


def test_each_record_is_an_item_and_gathered_again_only_what_is_new(room, rowan, hazel, case):
    own = about(room, rowan, facts="He was quiet at register.")
    other = about(room, hazel, rowan, facts="She took his bag.")
    seen = other.children.get(child=rowan)
    deciding.say_in_file(
        named=seen, seen=other.revision, token=uuid4(), says="story", story="His bag was taken.", by=room.lead
    )
    wrong = about(room, rowan, facts="A test of the form.")
    mark(wrong, room)
    case = gathered(case)
    assert case.gathering == "done"
    accounts = {item.concern_key: item for item in items(case, source="concerns.account")}
    assert "He was quiet at register." in said(accounts[own.pk])
    assert (accounts[own.pk].is_passage, accounts[own.pk].is_in_error, accounts[own.pk].is_record) == (0, 0, 0)
    assert accounts[other.pk].is_passage and not accounts[other.pk].is_in_error
    assert accounts[wrong.pk].is_in_error and accounts[wrong.pk].reviewer == room.lead
    assert [item.is_record for item in items(case, source="children.child")] == [True]
    first = items(case)
    assert [item.number for item in first] == list(range(1, len(first) + 1))
    assert {item.reviewer_id for item in first} == {room.lead.pk}
    gathered(case)
    assert [item.pk for item in items(case)] == [item.pk for item in first]
    deciding.add_note(concern=own, token=uuid4(), text="He was better today.", by=room.lead)
    case.status, case.prepared_at, case.prepared_by = "prepared", case.opened_at, room.lead
    case.save()
    case = gathered(case)
    new = [item for item in items(case) if item.pk not in {one.pk for one in first}]
    assert "He was better today." in said(*new)
    assert {item.source for item in new} <= {"concerns.concernnote", "concerns.concern"}
    assert case.status == "open"


def test_a_concern_hidden_from_the_preparer_goes_to_the_next_who_may_see_it(room, rowan, hazel, case):
    hidden, open_ = about(room, rowan, hazel), about(room, rowan)
    declare_conflict(user=room.lead, child=hazel, kind="relative", by=room.lead)
    case = gathered(case)
    theirs = items(case, concern_key=hidden.pk)
    assert {item.reviewer for item in theirs} == {room.deputy}
    assert {item.reviewer for item in items(case, concern_key=open_.pk)} == {room.lead}
    mine = [item.number for item in items(case, reviewer=room.lead)]
    assert mine == list(range(1, len(mine) + 1))
    role = RequestRole._base_manager.get(case=case, part="reviewer")
    assert (role.user, role.named_by) == (room.deputy, None)
    assert Notice.objects.filter(user=room.deputy, object_id=case.pk).exists()
    # Another preparer, who may see it all.
    RequestRole._base_manager.filter(case=case, part="preparer").update(ended_at=case.opened_at, ended_by=room.office)
    named(case, room.headteacher, "preparer")
    assert adding.settle(case.pk)
    assert {item.reviewer for item in items(case, concern_key=open_.pk)} == {room.headteacher}
    # Whoever reviews something and may see it goes on.
    assert {item.reviewer for item in items(case, concern_key=hidden.pk)} == {room.deputy}
    mine = [item.number for item in items(case, reviewer=room.headteacher)]
    assert mine == list(range(1, len(mine) + 1))


def test_where_nobody_may_see_it_an_item_has_no_reviewer(room, rowan, hazel, case):
    hidden = about(room, rowan, hazel)
    for user in (room.lead, room.deputy, room.headteacher):
        declare_conflict(user=user, child=hazel, kind="relative", by=user)
    case = gathered(case)
    assert {item.reviewer for item in items(case, concern_key=hidden.pk)} == {None}
    assert items(case, reviewer=room.lead)


def test_what_files_show_is_copied_and_what_may_not_be_read_stands_without_it(room, rowan, case):
    concern = about(room, rowan)
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), "navy").save(picture, "PNG")
    letter, word, drawn, shut, sound = (
        attached(room, concern, Upload(name, content))
        for name, content in (
            ("letter.pdf", layout.make(LETTER)),
            ("note.docx", document("He came with his aunt.")),
            ("drawing.png", picture.getvalue()),
            ("shut.txt", b"Not to be here."),
            ("call.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00" + bytes(413)),
        )
    )
    withhold(file=shut, reason=shut.Removal.values[0], by=room.lead)
    case = gathered(case)
    by_source = {item.source_key: item for item in items(case, source="concerns.attachment")}
    [page] = by_source[letter.pk].content["pages"]
    assert [word[0] for word in page["words"]] == ["He", "came", "late."]
    assert "He came with his aunt." in said(by_source[word.pk])
    assert [page["n"] for page in by_source[drawn.pk].content["pages"]] == [1]
    assert by_source[shut.pk].without == "withheld_file"
    assert not by_source[shut.pk].content.get("blocks")
    assert by_source[sound.pk].without == "not_copied"
    kept = RequestFile._base_manager.get(item=by_source[letter.pk])
    assert b"".join(files.read(kept.stored, record=case.pk)).startswith(b"%PDF")
    assert not RequestFile._base_manager.filter(item=by_source[shut.pk]).exists()
    # One that waits for the scanner stands without content, and is copied once it may be opened.
    late = attached(room, concern, Upload("late.txt", b"He drew a house."))
    type(late)._base_manager.filter(pk=late.pk).update(scan="waiting")
    gathered(case)
    assert [item.without for item in items(case, source_key=late.pk)] == ["not_scanned"]
    type(late)._base_manager.filter(pk=late.pk).update(scan="clean")
    gathered(case)
    assert [item.without for item in items(case, source_key=late.pk)] == ["not_scanned", ""]
    assert "He drew a house." in said(*items(case, source_key=late.pk))
    assert len(items(case, source="concerns.attachment")) == 7


def test_an_encrypted_pdf_says_why_it_shows_nothing():
    out, made = io.BytesIO(), pikepdf.new()
    made.add_blank_page()
    made.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    found = copy(KINDS["pdf"], out.getvalue())
    assert (found.without, found.pages) == ("unreadable", ())
    assert found.why.startswith("It asks for a password.")


def test_a_worker_that_is_stopped_has_copied_nothing_twice(room, rowan, case, monkeypatch):
    concern = about(room, rowan)
    for n in range(3):
        attached(room, concern, Upload(f"note {n}.txt", f"He drew house {n}.".encode()))
    looked = []

    def stopped(found, before=copying.copied):
        looked.append(found.key)
        if len(looked) == 2:
            raise KeyboardInterrupt
        return before(found)

    monkeypatch.setattr(copying, "copied", stopped)
    type(case)._base_manager.filter(pk=case.pk).update(gathering="asked")
    with pytest.raises(KeyboardInterrupt):
        gathering.run(case.pk)
    case.refresh_from_db()
    assert (case.gathering, len(items(case, source="concerns.attachment"))) == ("at_work", 1)
    assert gathering.run_all() == 1
    case.refresh_from_db()
    assert (case.gathering, len(items(case, source="concerns.attachment"))) == ("done", 3)
    assert len({(i.source, i.source_key) for i in items(case)}) == len(items(case))
    assert not gathering.run(case.pk)


def test_an_error_is_told_without_a_name(room, rowan, case, monkeypatch):
    def broken(*_):
        raise ValueError("Rowan Ashdown")

    monkeypatch.setattr(gathering, "told", broken)
    type(case)._base_manager.filter(pk=case.pk).update(gathering="asked")
    with pytest.raises(Broken) as error:
        gathering.run(case.pk)
    assert "Rowan" not in str(error.value)
    case.refresh_from_db()
    assert (case.gathering, case.gathering_failed_because) == ("failed", gathering.BROKEN)


def test_who_may_ask_and_when(room, rowan, case):
    with pytest.raises(NotAllowed):
        gathering.ask(case, by=room.teacher)
    assert gathering.ask(case, by=room.office).gathering == "asked"
    assert gathering.ask(case, by=room.lead).gathering == "asked"
    alone = case_row(room, rowan)
    with pytest.raises(OutOfTurn, match="Name who prepares"):
        gathering.ask(alone, by=room.office)


def test_the_log_of_the_search_names_all_that_is_told_and_left_out(room, rowan, case):
    place = SearchPlace._base_manager.get(case=gathered(case), place="harbour")
    assert place.found == "some" and place.answered_at and place.answered_by is None
    for title in parts.titles().values():
        assert f"- {title}" in place.note
    for because in parts.reasons().values():
        assert because in place.note
    assert "Rowan" not in place.note
    assert parts.titles().keys() <= seen_by_tasks()[TASK]


def test_what_is_added_by_hand_is_looked_into_by_the_worker(room, rowan, case):
    case = gathered(case)
    before = len(items(case))
    mail = SearchPlace._base_manager.create(
        case=case, school_id=case.school_id, token=uuid4(), place="mail", asked=room.teacher, made_at=case.opened_at
    )
    apart = SearchPlace._base_manager.create(
        case=case,
        school_id=case.school_id,
        token=uuid4(),
        place="adults_headteacher",
        asked=room.headteacher,
        made_at=case.opened_at,
    )
    token, upload = uuid4(), Upload("From Hazel Reed.pdf", layout.make(LETTER))
    for _ in range(2):
        # As the page of a colleague who may read no item.
        with asking(room.teacher):
            adding.add_item(case, title=upload.name, file=upload, place=mail, by=room.teacher, token=token)
            assert not RequestItem.objects.exists()
    words = [{"label": "Lantern", "text": "Said of him."}]
    with asking(room.headteacher):
        adding.add_item(case, title="Lantern", blocks=words, place=apart, by=room.headteacher)
    assert adding.unsettled() == [case.pk]
    assert adding.settle(case.pk)
    added = items(case, source="")
    assert (len(added), len(items(case))) == (2, before + 2)
    [letter] = [item for item in added if item.place_id == mail.pk]
    assert (letter.title, letter.without, letter.reviewer) == ("Added from E-mail", "", room.lead)
    assert [word[0] for word in letter.content["pages"][0]["words"]] == ["He", "came", "late."]
    assert said(letter) == "From Hazel Reed.pdf\nTitle: Letter"
    [words] = [item for item in added if item.place_id == apart.pk]
    assert (words.reviewer, words.title) == (room.headteacher, "Added from another place")
    assert adding.unsettled() == []


def test_ten_times_the_records_take_as_many_queries(room, rowan, case):
    concern = about(room, rowan)

    def counted(more):
        for n in range(more):
            deciding.add_note(concern=concern, token=uuid4(), text=f"Note {n} of {more}", by=room.lead)
        with CaptureQueriesContext(connection) as asked:
            gathered(case)
        return len([q for q in asked if "SAVEPOINT" not in q["sql"]])

    counted(2)
    few = counted(3)
    assert counted(30) <= few + 2
    assert reviewers.Choice(case, []).people[0] == room.lead
