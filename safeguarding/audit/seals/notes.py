"""How is a seal written and signed? As a C2SP checkpoint in a signed note (c2sp.org/tlog-checkpoint,
c2sp.org/signed-note).

    harbour/1f0c22d1a7b09e53                  origin: which record this is
    20852163                                  how many events it seals
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=   root of the Merkle tree over them
    checkpoint 17                             dense number of the seal
    at 2026-11-25T14:00:00.000000Z            by the database's clock
    settled 99182                             every transaction below is in it ("cut": only some, more follow at once)
    next-key …                                only where a new key takes over: its public half

    — harbour/1f0c22d1a7b09e53 Az3grl…   signature: 4 bytes that name the key, 64 of Ed25519

Needs the standard library and `cryptography`.
"""

import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .canonical import from_moment, moment
from .merkle import HASH_BYTES

_ED25519 = b"\x01"
# First lines of other texts that the key signs. No key has one of these names, so none can be read as a seal.
STATEMENTS = ("harbour-file/1", "harbour-receipt/1")
_NAME = re.compile(r"[^\s+]+")
_SIGNATURE = re.compile(r"— (\S+) (\S+)")
_BODY = re.compile(
    r"(?P<origin>\S+)\n(?P<size>0|[1-9]\d{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\ncheckpoint (?P<number>[1-9]\d{0,18})\n"
    r"at (?P<at>\S+)\n(?P<settled>settled|cut) (?P<before>0|[1-9]\d{0,19})\n(?:next-key (?P<next_key>\S+)\n)?"
)
# How a note begins, and its signatures below an empty line, wherever they are found.
_BEGINNING = re.compile(r"^\S++\n\d++\n[^\n]++\n", re.MULTILINE)
_SIGNATURES = re.compile(r"(?<=\n)\n(?:— [^\n]*+\n)++")
_PIECES = (re.compile(r"^— ", re.MULTILINE), re.compile(r"^checkpoint \d", re.MULTILINE))


class NoteError(ValueError):
    """This is not a note, or not a key, as Harbour writes them."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What one seal says. `settled_before` is a transaction id; `next_key` a public key or empty."""

    origin: str
    size: int
    root: bytes
    number: int
    at: datetime
    settled_before: int
    is_complete: bool = True
    next_key: str = ""

    def body(self) -> str:
        """The text that is signed."""
        lines = [
            self.origin,
            str(self.size),
            b64encode(self.root).decode(),
            f"checkpoint {self.number}",
            f"at {moment(self.at)}",
            f"{'settled' if self.is_complete else 'cut'} {self.settled_before}",
        ]
        return "".join(f"{line}\n" for line in (*lines, *([f"next-key {self.next_key}"] if self.next_key else [])))

    @classmethod
    def parse(cls, body: str) -> "Checkpoint":
        """What `body` wrote. Raises `NoteError`."""
        if not (found := _BODY.fullmatch(body)):
            raise NoteError("this is not the text of a seal")
        try:
            read = cls(
                found["origin"],
                int(found["size"]),
                b64decode(found["root"]),
                int(found["number"]),
                from_moment(found["at"]),
                int(found["before"]),
                found["settled"] == "settled",
                found["next_key"] or "",
            )
        except ValueError as error:
            raise NoteError(str(error)) from None
        if len(read.root) != HASH_BYTES or read.body() != body:
            raise NoteError("this seal is not written as Harbour writes them")
        return read


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that checks signatures. `name` is the origin of the log whose key it is."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        """As it is printed and handed over: NAME+ID+KEY (c2sp.org/signed-note, "verifier key")."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.raw).decode()}"

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Raises `NoteError` for what is not a public key, or one that was copied wrongly."""
        name, raw, named_id = _key_parts(text.strip())
        key = cls(name, raw)
        if key.id != named_id:
            raise NoteError("this public key was not copied whole")
        return key

    def signed(self, body: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, body.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """The half of a key that signs. Written as PRIVATE+KEY+NAME+ID+KEY."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not _NAME.fullmatch(name) or name in STATEMENTS:
            raise NoteError("the name of a key has no space and no plus, and is no kind of statement")
        self._seed, self._key = seed, Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(name, self._key.public_key().public_bytes_raw())

    @classmethod
    def make(cls, name: str) -> "Signer":
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """Raises `NoteError`, which never quotes the key."""
        if not text.startswith("PRIVATE+KEY+"):
            raise NoteError("this is not a private key")
        name, seed, named_id = _key_parts(text.removeprefix("PRIVATE+KEY+").strip())
        signer = cls(name, seed)
        if signer.public.id != named_id:
            raise NoteError("this private key is not whole")
        return signer

    def private_text(self) -> str:
        """For the file that holds it, and nowhere else."""
        key = b64encode(_ED25519 + self._seed).decode()
        return f"PRIVATE+KEY+{self.public.name}+{self.public.id.hex()}+{key}"

    def sign(self, checkpoint: Checkpoint) -> str:
        """The signed note of a seal."""
        return self._signed(replace(checkpoint, origin=self.public.name).body())

    def sign_statement(self, text: str) -> str:
        """The signed note of a text that is no seal, and says so in its first line (`STATEMENTS`).

        Raises `NoteError` for any other text.
        """
        if text.partition("\n")[0] not in STATEMENTS or not text.endswith("\n") or "\n\n" in text:
            raise NoteError("this is not a statement that the key may sign")
        return self._signed(text)

    def _signed(self, body: str) -> str:
        signature = b64encode(self.public.id + self._key.sign(body.encode())).decode()
        return f"{body}\n— {self.public.name} {signature}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note as it was found: its text and its signatures, each with the name and the id of its key."""

    body: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, text: str) -> "SignedNote":
        """Raises `NoteError`."""
        body, blank, below = text.rpartition("\n\n")
        if not blank or not below.endswith("\n"):
            raise NoteError("this note has no signature")
        return cls(f"{body}\n", tuple(_signature(line) for line in below.splitlines()))

    def signed_by(self, keys: dict[bytes, PublicKey]) -> PublicKey | None:
        """The first of `keys` (by id) whose signature is good; None where there is none."""
        for name, key_id, signature in self.signatures:
            key = keys.get(key_id)
            if key and key.name == name and key.signed(self.body, signature):
                return key
        return None


def new_origin() -> str:
    """The name of a new record: no other has it, and it says nothing about whose it is."""
    return f"harbour/{secrets.token_hex(8)}"


def notes_in(text: str) -> tuple[list[str], int]:
    """The notes in a file or an e-mail, whatever stands around them, and of how many more there are pieces only."""
    text = text.replace("\r\n", "\n") + "\n"
    notes = list(_whole_notes(text))
    pieces = max(len(piece.findall(text)) for piece in _PIECES)
    return notes, max(0, pieces - len(notes))


def _whole_notes(text: str) -> Iterator[str]:
    """Each from its first line to its last signature, with no empty line but that above its signatures."""
    done = 0
    for below in _SIGNATURES.finditer(text):
        empty = text.rfind("\n\n", done, below.start())
        if first := _BEGINNING.search(text, empty + 2 if empty >= 0 else done, below.start()):
            yield text[first.start() : below.end()]
            done = below.end()


def _key_parts(text: str) -> tuple[str, bytes, bytes]:
    """Name, the 32 bytes of the key, and the id that it says it has."""
    try:
        name, named_id, key = text.split("+", 2)
        raw, key_id = b64decode(key, validate=True), bytes.fromhex(named_id)
    except ValueError:
        raise NoteError("this is not a key: it must look like NAME+ID+KEY") from None
    if not _NAME.fullmatch(name) or raw[:1] != _ED25519 or len(raw) != 1 + 32:
        raise NoteError("this is not an Ed25519 key")
    return name, raw[1:], key_id


def _signature(line: str) -> tuple[str, bytes, bytes]:
    found = _SIGNATURE.fullmatch(line)
    try:
        packed = b64decode(found[2], validate=True) if found else b""
    except ValueError:
        packed = b""
    if not found or len(packed) != 4 + 64:
        raise NoteError("this is not a signature")
    return found[1], packed[:4], packed[4:]


def keys_by_id(keys: Iterable[PublicKey]) -> dict[bytes, PublicKey]:
    return {key.id: key for key in keys}
