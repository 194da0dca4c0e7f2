"""Is a file of another school taken in whole, as it was signed and for its own child, or not at all?"""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from safeguarding.accounts.models import User
from safeguarding.audit.models import Event
from safeguarding.audit.seals.notes import Signer
from safeguarding.concerns.models import EarlierBatch, EarlierFile, EarlierRecord
from safeguarding.concerns.services import earlier
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from safeguarding.pdf import encrypted
from sharing.received.models import FileReceived
from sharing.transfer_file.opening import whole_line
from tests.integration.received.conftest import Desk
from tests.integration.received.files import SENDER, TEXT, WORDS, entry, page, record_of, volumes, who
from tests.sheets import number

pytestmark = pytest.mark.django_db


def test_a_file_is_opened_confirmed_by_a_call_and_comes_onto_the_record_of_its_child(desk: Desk):
    told = [
        entry(title="Hungry at school", came_from="Beck Lane Infant School", documents=("notes.txt",)),
        entry(kind="Note", happened=None, clock=None, texts=(("Note", "Ate well."), ("Added", "Twice."))),
    ]
    record = record_of(desk.rowan, *told)
    received = desk.open(volumes(record, documents={"notes.txt": TEXT}, count=2))
    assert (received.child, received.sender, received.volumes) == (desk.rowan, SENDER.name, 2)
    assert received.batch is not None
    assert (received.batch.status, received.batch.source) == ("held", SENDER.name)
    assert not earlier.take_up(received.batch.pk)
    assert not EarlierRecord.objects.exists()
    batch = desk.take_in(desk.call(received))
    assert batch.status == "confirmed"
    first, second = EarlierRecord.objects.filter(child=desk.rowan).order_by("happened_at")
    assert (first.category, first.narrative) == ("Concern: Hungry at school", "He said that he was hungry.")
    assert (first.source, first.author) == (SENDER.name, "Mr B Hale, class teacher")
    assert ["That school had it from", "Beck Lane Infant School"] in first.more
    assert second.narrative == "Note\nAte well.\n\nAdded\nTwice."
    assert (second.is_timed, first.is_timed) == (False, True)
    paper = EarlierFile.objects.get()
    assert (paper.name, paper.kind, paper.child) == ("notes.txt", "txt", desk.rowan)
    assert Event.objects.filter(verb="receive", object_id=received.pk).count() == 1


def test_the_same_form_again_takes_in_one_and_the_same_file_again_none(desk: Desk):
    file, token = volumes(record_of(desk.rowan)), uuid7()
    first = desk.open(file, token=token)
    assert desk.open(file, token=token).pk == first.pk
    with pytest.raises(BadInput, match="opened already"):
        desk.open(file)
    assert FileReceived.objects.count() == EarlierBatch.objects.count() == 1


def test_a_file_that_was_given_up_is_opened_again(desk: Desk):
    file = volumes(record_of(desk.rowan))
    first = desk.open(file)
    assert first.batch is not None
    earlier.abandon_batch(batch=first.batch, by=desk.room.lead)
    assert desk.open(file).pk != first.pk


def bomb() -> list[bytes]:
    """An attachment that would become larger than any may be."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for n in range(9):
        pdf.attachments[f"{n}.txt"] = pikepdf.AttachedFileSpec(pdf, b"0" * 49 * 2**20, filename=f"{n}.txt")
    return [locked(pdf)]


def saying(content: bytes) -> list[bytes]:
    """A volume in which what says what it is says this."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name in ("record.json", "manifest.json", "manifest.sig"):
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)
    return [locked(pdf)]


# A text without an end, in which each of a million quotation marks may begin another.
QUOTES = b'"' + b'\\"' * 1_000_000


def locked(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out)
    content = encrypted(out.getvalue(), WORDS)
    content += b"" if content.endswith(b"\n") else b"\n"
    return content + whole_line(content)


def changed(content: bytes) -> bytes:
    """One byte in the middle is another."""
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def mended(content: bytes) -> bytes:
    """The same, with a last line that says it is whole: only the pages or the signature know."""
    bare = content[: -len(whole_line(b""))]
    with pikepdf.open(BytesIO(bare), password=WORDS) as pdf:
        pdf.pages[0].MediaBox = pikepdf.Array([0, 0, 999, 999])
        return locked(pdf)


def forged(desk: Desk) -> list[bytes]:
    """What another key has signed under the manifest of the first."""
    record = record_of(desk.rowan)
    [mine], [theirs] = volumes(record), volumes(record, signer=Signer.make("harbour/fedcba9876543210"))
    with (
        pikepdf.open(BytesIO(mine), password=WORDS) as pdf,
        pikepdf.open(BytesIO(theirs), password=WORDS) as other,
    ):
        pdf.attachments["manifest.sig"] = pikepdf.AttachedFileSpec(
            pdf, other.attachments["manifest.sig"].get_file().read_bytes(), filename="manifest.sig"
        )
        return [locked(pdf)]


WRONG: dict[str, tuple[Any, str]] = {
    "cut off": (lambda desk: [volumes(record_of(desk.rowan))[0][:-400]], "not whole"),
    "one byte": (lambda desk: [changed(volumes(record_of(desk.rowan))[0])], "not whole"),
    "another page": (lambda desk: [mended(volumes(record_of(desk.rowan))[0])], "pages of this file"),
    "forged": (forged, "signature does not belong"),
    "bomb": (lambda desk: bomb(), "becomes larger|more memory|too much memory"),
    "nested": (lambda desk: saying(b"[" * 200_000), "nested deeper"),
    "a million quotation marks": (lambda desk: saying(QUOTES), "manifest.json inside this file is"),
    "no file": (lambda desk: [page(1)], "not whole"),
    "no PDF": (lambda desk: [b"MZ" * 500], "not a file that Harbour can read"),
    "volume missing": (lambda desk: volumes(record_of(desk.rowan), count=3)[:2], "volume 3 is missing"),
    "volume twice": (lambda desk: volumes(record_of(desk.rowan), count=2)[:1] * 2, "given twice"),
    "of two files": (lambda desk: [*volumes(record_of(desk.rowan)), *volumes(record_of(desk.rowan))], "same file"),
    "nothing": (lambda desk: [], "Choose the file"),
    "another UPN": (
        lambda desk: volumes(record_of(desk.rowan, about=who(desk.rowan, upn=number(9)))),
        "another UPN here",
    ),
    "of two children": (
        lambda desk: volumes(record_of(desk.rowan, about=who(desk.hazel, upn=number(1)))),
        "belongs to another child",
    ),
    "of nobody": (
        lambda desk: volumes(
            record_of(desk.rowan, about=who(desk.rowan, upn=number(9), date_of_birth=date(2015, 1, 1)))
        ),
        "No child of your school",
    ),
    "made tomorrow": (lambda desk: volumes(record_of(desk.rowan, made_on=date(2099, 1, 1))), "a day to come"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_taken(desk: Desk, nothing_taken: Any, what: str):
    make, sentence = WRONG[what]
    with pytest.raises(BadInput, match=sentence):
        desk.open(make(desk))
    assert nothing_taken()


@pytest.mark.parametrize("words", ["heron-lantern-quarry-wilow", ""])
def test_other_words_open_nothing(desk: Desk, nothing_taken: Any, words: str):
    with pytest.raises(BadInput, match=r"not the words|Type the words"):
        desk.open(volumes(record_of(desk.rowan)), words=words)
    assert nothing_taken()


def test_the_name_of_the_sender_is_what_an_eye_reads(desk: Desk):
    hidden = replace(SENDER, name="\u202eAlder\u200b Brook\u00a0 Primary School\u2066")
    received = desk.open(volumes(record_of(desk.rowan, sent_from=hidden)))
    assert received.sender == SENDER.name
    assert received.batch is not None and received.batch.source == SENDER.name


def test_who_brings_in_no_records_opens_no_file(desk: Desk, nothing_taken: Any):
    for by in (desk.room.deputy, desk.room.office, desk.room.teacher):
        with pytest.raises(NotAllowed):
            desk.open(volumes(record_of(desk.rowan)), by=by)
    assert nothing_taken()
    assert desk.open(volumes(record_of(desk.rowan)), by=desk.room.headteacher).child == desk.rowan


def test_restricted_entries_and_those_of_an_adoption_are_for_leads_alone(desk: Desk):
    record = record_of(
        desk.rowan,
        entry(texts=(("Told", "Open to all."),)),
        entry(texts=(("Told", "Restricted there."),), is_restricted=True, documents=("secret.txt",)),
        entry(texts=(("Told", "Of an adoption."),), is_adoption=True),
    )
    desk.take_in(desk.call(desk.open(volumes(record, documents={"secret.txt": TEXT}))))

    def reads(by: User) -> tuple[set[str], int]:
        rows = EarlierRecord.objects.visible_to(by)
        return {one.narrative for one in rows}, EarlierFile.objects.visible_to(by).count()

    assert reads(desk.room.lead) == ({"Open to all.", "Restricted there.", "Of an adoption."}, 1)
    assert reads(desk.room.deputy) == ({"Open to all."}, 0)


def test_a_document_of_the_same_name_and_size_is_another_one_where_it_says_something_else(desk: Desk):
    def given(content: bytes) -> Any:
        record = record_of(desk.rowan, entry(documents=("0001 notes.txt",)), is_addition=True)
        return volumes(record, documents={"0001 notes.txt": content})

    desk.take_in(desk.call(desk.open(given(b"Notes of Monday."))))
    again = desk.take_in(desk.open(given(b"Notes of Monday.")))
    assert again.summary["files"] == {"here": 1}
    other = desk.take_in(desk.open(given(b"Notes of Sunday.")))
    assert other.summary["files"] == {"file": 1}
    assert EarlierFile.objects.filter(child=desk.rowan).count() == 2


def test_an_addition_brings_what_is_new_and_stands_beside_what_was_there(desk: Desk):
    first = entry()
    desk.take_in(desk.call(desk.open(volumes(record_of(desk.rowan, first)))))
    later = entry(key=first.key, texts=(("What was seen or heard", "He said more."),))
    addition = desk.open(volumes(record_of(desk.rowan, first, entry(), is_addition=True)))
    assert addition.key_was_known
    batch = desk.take_in(addition)
    assert (batch.summary["rows"]["here"], batch.summary["done"]["records"]) == (1, 1)
    desk.take_in(desk.open(volumes(record_of(desk.rowan, later, is_addition=True))))
    assert EarlierRecord.objects.filter(child=desk.rowan).count() == 3
