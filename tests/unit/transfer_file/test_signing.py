"""Is a signature good for what it stands under alone, and can no statement be read as a seal?"""

from datetime import date
from uuid import UUID

import pytest

from safeguarding.audit.seals.notes import Checkpoint, NoteError, SignedNote, Signer, new_origin, notes_in
from sharing.transfer_file import signing
from sharing.transfer_file.json_text import BadFile
from sharing.transfer_file.receipts import Receipt

from .making import SIGNER

FILE, DIGEST = UUID(int=7), "a" * 64
RECEIPT = Receipt(FILE, DIGEST, "Whitmoor High School", "100002", date(2026, 12, 21))


def test_who_signed_a_manifest_is_known_from_its_signature() -> None:
    text = signing.sign_manifest(FILE, DIGEST, SIGNER)
    assert signing.verify_manifest(text, file=FILE, manifest=DIGEST) == SIGNER.public
    assert signing.verify_manifest(text.replace("\n", "\r\n"), file=FILE, manifest=DIGEST) == SIGNER.public


@pytest.mark.parametrize("file", [FILE, UUID(int=8)])
@pytest.mark.parametrize("manifest", [DIGEST, "b" * 64])
def test_it_is_of_this_file_and_manifest(file: UUID, manifest: str) -> None:
    text = signing.sign_manifest(FILE, DIGEST, SIGNER)
    if (file, manifest) == (FILE, DIGEST):
        signing.verify_manifest(text, file=file, manifest=manifest)
        return
    with pytest.raises(BadFile, match="does not belong"):
        signing.verify_manifest(text, file=file, manifest=manifest)


def test_a_forged_signature_is_refused() -> None:
    text, other = signing.sign_manifest(FILE, DIGEST, SIGNER), Signer.make(new_origin())
    forged = text.replace(str(SIGNER.public), str(other.public))
    with pytest.raises(BadFile, match="does not belong"):
        signing.verify_manifest(forged, file=FILE, manifest=DIGEST)


@pytest.mark.parametrize(
    "text", ["", "harbour-file/1\n", "harbour-file/1\n\n— a b\n", "x" * 5_000, "harbour-file/1\nkey a+b+c\n\n— a b\n"]
)
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(BadFile, match="not signed as"):
        signing.verify(signing.FILE, text)


def test_a_receipt_is_read_back_and_is_no_signature_of_a_file() -> None:
    text = RECEIPT.signed(SIGNER)
    read, signed = Receipt.read(text)
    assert (read, signed.key) == (RECEIPT, SIGNER.public)
    with pytest.raises(BadFile, match="not signed as"):
        signing.verify(signing.FILE, text)
    with pytest.raises(BadFile, match="does not belong"):
        Receipt.read(text.replace("2026-12-21", "2026-12-22"))
    with pytest.raises(BadFile, match="not signed as"):
        Receipt.read(signing.sign_manifest(FILE, DIGEST, SIGNER))


def test_a_name_of_several_lines_writes_no_line_of_its_own() -> None:
    said = Receipt(FILE, DIGEST, "Whitmoor\nurn 999999", "100002", date(2026, 12, 21))
    read, _ = Receipt.read(said.signed(SIGNER))
    assert (read.school, read.urn) == ("Whitmoor urn 999999", "100002")


@pytest.mark.parametrize("name", ["harbour/" + "a" * 200, "harbour/\u202e0123", "h\u0430rbour/1"])
def test_a_key_that_nobody_could_read_out_signs_nothing(name: str) -> None:
    with pytest.raises(BadFile, match="not signed as"):
        Receipt.read(RECEIPT.signed(Signer.make(name)))
    with pytest.raises(BadFile, match="not signed as"):
        signing.verify_manifest(signing.sign_manifest(FILE, DIGEST, Signer.make(name)), file=FILE, manifest=DIGEST)


def test_a_receipt_hides_no_letters() -> None:
    body = RECEIPT.body().replace("Whitmoor", "\u202eroomtihW")
    with pytest.raises(BadFile, match="not a receipt as Harbour"):
        Receipt.read(signing.sign(signing.RECEIPT, body, SIGNER))
    read, _ = Receipt.read(Receipt(FILE, DIGEST, "Whit\u202emoor", "100002", date(2026, 12, 21)).signed(SIGNER))
    assert read.school == "Whitmoor"


def test_no_statement_can_be_read_as_a_seal_and_no_seal_as_a_statement() -> None:
    for text in (signing.sign_manifest(FILE, DIGEST, SIGNER), RECEIPT.signed(SIGNER)):
        with pytest.raises(NoteError):
            Checkpoint.parse(SignedNote.parse(text).body)
        assert notes_in(text)[0] == []
    for text in ("harbour/1\n1\nroot\n", "harbour-file/1", "harbour-file/1\na\n\nb\n", "harbour-file/2\na\n"):
        with pytest.raises(NoteError):
            SIGNER.sign_statement(text)
    with pytest.raises(NoteError):
        Signer.make("harbour-file/1")
