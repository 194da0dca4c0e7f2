"""What is signed of a file, and of its receipt: a short text under a first line that no seal has.

    harbour-file/1
    file 0199…                                   what the statement says
    manifest 5f70bf18a086007016e948b04aed3b82…
    key harbour/1f0c22d1a7b09e53+a1b2c3d4+AQ…    the public half of the key that signs

    — harbour/1f0c22d1a7b09e53 Az3grl…           signature, as in a seal

A good signature says that the text is of whoever has that key. Whose key it is, a call to the school says.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from safeguarding.audit.seals.notes import NoteError, PublicKey, SignedNote, Signer

from .json_text import BadFile

NAME = "manifest.sig"
FILE, RECEIPT = "harbour-file/1", "harbour-receipt/1"
# Of a text that is signed. A receipt has some 600 characters.
LONGEST = 4_000
FORGED = "The signature does not belong to what it stands under. Take nothing of it, and telephone the school it names."
# Longer names, and letters that an eye takes for others, are in no key that somebody could read out by telephone.
_NAME_OF_KEY = re.compile(r"[!-*,-~]{1,100}")
_MANIFEST = re.compile(r"file (?P<file>[0-9a-f-]{36})\nmanifest (?P<manifest>[0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Signed:
    """The lines of a statement between the first and the key, and the key whose signature is good."""

    body: str
    key: PublicKey


def sign(first: str, body: str, signer: Signer) -> str:
    """A statement under one of the first lines, with the key that checks it."""
    return signer.sign_statement(f"{first}\n{body}key {signer.public}\n")


def verify(first: str, text: str) -> Signed:
    """A statement of this kind whose signature is good. Raises `BadFile`."""
    try:
        if len(text) > LONGEST:
            raise NoteError("too long")
        note = SignedNote.parse(text.replace("\r\n", "\n"))
        opening, _, rest = note.body.partition("\n")
        body, found, key_line = rest.rpartition("key ")
        if opening != first or not found or (body and not body.endswith("\n")):
            raise NoteError("another kind")
        key = PublicKey.parse(key_line)
        if not _NAME_OF_KEY.fullmatch(key.name):
            raise NoteError("not the name of a key")
    except NoteError:
        raise BadFile(f"This is not signed as “{first}”. Ask the other school for the file as it was made.") from None
    if note.signed_by({key.id: key}) is None:
        raise BadFile(FORGED)
    return Signed(body, key)


def sign_manifest(file: UUID, manifest: str, signer: Signer) -> str:
    """The content of `manifest.sig`: `manifest` is the SHA-256 of `manifest.json`."""
    return sign(FILE, f"file {file}\nmanifest {manifest}\n", signer)


def verify_manifest(text: str, *, file: UUID, manifest: str) -> PublicKey:
    """The key that signed this manifest of this file. Raises `BadFile`."""
    signed = verify(FILE, text)
    found = _MANIFEST.fullmatch(signed.body)
    if not found or (found["file"], found["manifest"]) != (str(file), manifest):
        raise BadFile(FORGED)
    return signed.key
