"""Is the file to the next school whole, closed, and free of what its builder may not see and of other children?"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from children.models import Child, ChildDetail
from children.services.access import declare_conflict
from safeguarding.accounts.models import RoleAssignment
from safeguarding.accounts.services import end_role
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.seals.notes import Signer
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.attaching import attach
from safeguarding.concerns.services.deciding.saying import say_in_file
from safeguarding.dates import full_day
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.printing.gathering import For
from safeguarding.sealing import files
from safeguarding.uploads.services.keeping import Upload
from sharing.transfer_file.containers import File, pages_of, whole_file
from sharing.transfer_file.opening import Opened, open_container
from sharing.transfers.models import FileSending, FileVolume
from sharing.transfers.services import building, composing, contents, paper
from sharing.transfers.services.asking import ask_for_file
from tests import factories
from tests.integration.sharing.packing import family, told
from tests.pdfs import Printed

from .conftest import Place, confirmed, opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signer")]
B = FileSending.Building


@pytest.fixture
def children(place: Place, empty_store: None) -> dict[str, Child]:
    return family(place)  # type: ignore[arg-type]


def waiting(place: Place, child: Child, *, by: Any = None) -> FileSending:
    transfer = confirmed(place, opened(place, child))
    return ask_for_file(transfer=transfer, token=uuid7(), by=by or place.room.lead)


def built(place: Place, child: Child, *, by: Any = None) -> FileSending:
    sending = waiting(place, child, by=by)
    assert building.build(sending.pk)
    assert now(sending).failed_because == ""
    return now(sending)


def now(sending: FileSending) -> FileSending:
    return FileSending.objects.get(pk=sending.pk)


def volumes(sending: FileSending) -> list[bytes]:
    return [building.content_of(one) for one in FileVolume.objects.filter(sending=sending).order_by("number")]


def opened_file(sending: FileSending) -> tuple[list[Opened], File]:
    found = [open_container(one, sending.words) for one in volumes(sending)]
    return found, whole_file(found)


def unlocked(sending: FileSending) -> list[bytes]:
    """The pages as they are read, without words."""
    made = []
    for content in volumes(sending):
        out = BytesIO()
        with pikepdf.open(BytesIO(content), password=sending.words) as pdf:
            pdf.save(out, encryption=False)
        made.append(out.getvalue())
    return made


def everything_said(sending: FileSending) -> str:
    """Text of the pages, outline, title, names and content of what is attached."""
    said = []
    for pdf in unlocked(sending):
        printed = Printed(pdf)
        with printed.document.open_outline() as outline:
            said += [printed.text, str(printed.document.docinfo), str(printed.document.open_metadata())]
            said += [str(item) for item in _items(outline.root)]
    found, _ = opened_file(sending)
    for one in found:
        said += [f"{name} {content.decode('latin-1')}" for name, content in one.attachments.items()]
    return " ".join(said)


def _items(items: Any) -> Iterator[str]:
    for item in items:
        yield item.title
        yield from _items(item.children)


# --- whole


@pytest.mark.usefixtures("real_printer")
def test_every_entry_of_the_index_stands_in_the_record_and_on_paper(
    place: Place, children: dict[str, Child], signer: Signer
) -> None:
    told(place, children["rowan"], facts="She came without a coat.")
    sending = built(place, children["rowan"])
    assert (sending.building, sending.failed_because) == (B.BUILT, "")
    _, file = opened_file(sending)
    assert file.key == signer.public and file.manifest_digest == sending.manifest_digest
    assert sending.public_key == str(signer.public)
    keys = {
        composing.entry_key(block) for block in contents.chosen(For(place.room.lead), sending, children["rowan"]).blocks
    }
    assert {entry.key for entry in file.record.entries} == keys and len(keys) == sending.entries
    [pdf] = unlocked(sending)
    pages = Printed(pdf)
    assert str(signer.public) in pages.text.replace(" ", ""), "on the front sheet, whole"
    for entry in file.record.entries:
        assert entry.title in pages.text
        assert all(" ".join(text.split()) in pages.text for _, text in entry.texts if len(text) < 60)
    assert "She came without a coat." in file.record.to_json().decode()
    assert pages.unmarked() == []
    assert f"Last day here {full_day(sending.transfer.last_day)}" in pages.text
    read = pages_of(volumes(sending)[0], sending.words)
    assert Printed(read).text == pages.text and not Printed(read).document.attachments
    assert (file.record.child.legal_first, file.record.sent_to) == ("Rowan", "Whitmoor High School")


@pytest.mark.usefixtures("real_printer")
def test_no_other_child_is_named_anywhere(place: Place, children: dict[str, Child]) -> None:
    concern = told(place, children["rowan"], children["mia"], children["theo"])
    _say(place, concern, children["rowan"], "whole")
    letter = Upload("Theodore Brandtner letter.txt", b"As it came.")
    assert attach(concern=concern, token=uuid7(), uploads=[letter], by=place.room.lead).kept
    sending = built(place, children["rowan"])
    said = everything_said(sending)
    for name in ("Miranda", "Theodore", "Brandtner"):
        assert name not in said
    assert "Child B" in said and "Kerry Colefax" in said
    _, file = opened_file(sending)
    [name] = file.documents
    assert name.startswith("0001 ") and name.endswith(".txt")
    assert [name] == [one for entry in file.record.entries for one in entry.documents]


def test_a_confidential_address_is_left_out(place: Place, empty_store: None) -> None:
    rowan = family(place, address_confidential=True)["rowan"]  # type: ignore[arg-type]
    told(place, rowan)
    sending = built(place, rowan)
    said = everything_said(sending)
    assert "12 Mill Lane" not in said and "SM1 4XY" not in said and "address not told" in said


def test_a_confidential_address_that_its_builder_does_not_see_is_in_no_file(place: Place, empty_store: None) -> None:
    rowan = family(place, address_confidential=True)["rowan"]  # type: ignore[arg-type]
    told(place, rowan)
    transfer = confirmed(place, opened(place, rowan))
    for keeper in (place.room.deputy, place.room.lead, place.room.headteacher):
        declare_conflict(user=keeper, child=rowan, kind="relative", by=keeper)
    sending = ask_for_file(transfer=transfer, token=uuid7(), by=place.alternate)
    assert building.build(sending.pk)
    assert (now(sending).building, now(sending).failed_because) == (B.FAILED, f"{composing.ADDRESS}.")
    assert not FileVolume.objects.filter(sending=sending).exists()


def test_the_home_of_a_child_who_lives_with_a_confidential_one_is_left_out_too(
    place: Place, children: dict[str, Child]
) -> None:
    ChildDetail.objects.filter(child=children["mia"]).update(address_confidential=True)
    told(place, children["rowan"])
    said = everything_said(built(place, children["rowan"]))
    assert "12 Mill Lane" not in said and "SM1 4XY" not in said and "address not told" in said


def test_the_same_address_stands_where_it_is_not_confidential(place: Place, children: dict[str, Child]) -> None:
    told(place, children["rowan"])
    assert "12 Mill Lane" in everything_said(built(place, children["rowan"]))


# --- whose sight


def test_a_deputys_file_has_no_trace_of_a_restricted_concern(place: Place, children: dict[str, Child]) -> None:
    told(place, children["rowan"], facts="She came without a coat.")
    shut = told(place, children["rowan"], facts="Zanzibar said it.")
    restrict_concern(concern=shut, by=place.room.lead)
    by_deputy = built(place, children["rowan"], by=place.room.deputy)
    said = everything_said(by_deputy)
    assert "Zanzibar" not in said and shut.reference not in said and str(shut.pk) not in said
    sending = ask_for_file(transfer=by_deputy.transfer, token=uuid7(), by=place.room.lead)
    assert building.build(sending.pk)
    _, file = opened_file(now(sending))
    flagged = [entry for entry in file.record.entries if entry.is_restricted]
    assert flagged and all(shut.reference in entry.title for entry in flagged)
    assert "Zanzibar" in everything_said(now(sending))


def test_it_is_not_built_while_its_builder_may_decide_what_it_says(place: Place, children: dict[str, Child]) -> None:
    concern = told(place, children["rowan"], children["theo"])
    transfer = confirmed(place, opened(place, children["rowan"]))
    with pytest.raises(OutOfTurn, match=concern.reference):
        ask_for_file(transfer=transfer, token=uuid7(), by=place.room.lead)
    _say(place, concern, children["rowan"], "whole")
    assert ask_for_file(transfer=transfer, token=uuid7(), by=place.room.lead)


def test_a_story_stands_instead_of_the_concern(place: Place, children: dict[str, Child]) -> None:
    concern = told(place, children["theo"], children["rowan"], facts="Theodore hid in Zanzibar.")
    _say(place, concern, children["rowan"], "story", "Rowan saw something and told Ms Ward.")
    said = everything_said(built(place, children["rowan"]))
    assert "Rowan saw something" in said and "Zanzibar" not in said and "Named as witness" in said


def test_who_may_not_send_has_nothing_built(place: Place, children: dict[str, Child]) -> None:
    told(place, children["rowan"])
    sending = waiting(place, children["rowan"], by=place.room.deputy)
    for role in RoleAssignment.objects.filter(user=place.room.deputy):
        end_role(assignment=role, last_day=factories.LONG_AGO, by=None)
    assert building.build(sending.pk)
    assert now(sending).building == B.FAILED
    assert not FileVolume.objects.filter(sending=sending).exists()


# --- closed, and never half


def test_it_opens_with_its_words_alone_and_says_nothing_before(place: Place, children: dict[str, Child]) -> None:
    told(place, children["rowan"])
    sending = built(place, children["rowan"])
    [content] = volumes(sending)
    assert b"Rowan" not in content and b"record.json" not in content
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(content))
    assert Event.objects.filter(verb=Verb.EXPORT, purpose="file to the next school").count() == 1


def test_a_kill_leaves_no_half_file(place: Place, children: dict[str, Child], monkeypatch: pytest.MonkeyPatch) -> None:
    told(place, children["rowan"])
    sending = waiting(place, children["rowan"])

    class Killed(BaseException):
        pass

    def kill(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(building.FileVolume, "save", lambda self, **_: kill())
        with pytest.raises(Killed):
            building.build(sending.pk)
    assert now(sending).building == B.BUILDING and now(sending).words == ""
    assert not FileVolume.objects.filter(sending=sending).exists()
    assert building.build_all() == 1
    assert now(sending).building == B.BUILT
    assert building.build_all() == 0 and not building.build(sending.pk)


def test_what_is_away_is_built_the_next_time_and_a_lost_key_is_said(
    place: Place, children: dict[str, Child], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    told(place, children["rowan"])
    sending = waiting(place, children["rowan"])
    with monkeypatch.context() as patched:
        patched.setattr(files, "keep", _away)
        assert not building.build(sending.pk)
    assert now(sending).building == B.BUILDING
    settings.SEAL_KEY_PATH.unlink()
    assert building.build(sending.pk)
    assert (now(sending).building, now(sending).failed_because) == (B.FAILED, building.NO_KEY)


def _away(*_: Any, **__: Any) -> str:
    raise building.FilesAway


# --- how large


def test_it_goes_in_volumes_and_not_beyond_a_number_of_pages(
    place: Place, children: dict[str, Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        told(place, children["rowan"], facts=f"Number {number}. " + "She was late and tired again. \n" * 150)
    monkeypatch.setattr(paper, "PAGES", 8)
    monkeypatch.setattr(paper, "_LETTERS", 6_000)
    sending = built(place, children["rowan"])
    opened_, file = opened_file(sending)
    assert len(opened_) > 2 and all(one.pages <= 8 for one in opened_)
    assert FileVolume.objects.filter(sending=sending).values_list("of", flat=True)[0] == len(opened_)
    assert file.manifest.count == len(opened_)
    monkeypatch.setattr(paper, "MOST_PAGES", 10)
    again = ask_for_file(transfer=sending.transfer, token=uuid7(), by=place.room.lead)
    assert building.build(again.pk)
    assert now(again).failed_because.startswith("This file would have more than")


def _say(place: Place, concern: Any, child: Child, says: str, story: str = "") -> None:
    named = ConcernChild.objects.get(concern=concern, child=child)
    concern.refresh_from_db()
    say_in_file(named=named, seen=concern.revision, token=uuid7(), says=says, story=story, by=place.room.lead)
