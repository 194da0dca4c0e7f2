"""The receipt that the receiving school signs and sends back: this file, whole, on this day."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from safeguarding.audit.seals.notes import Signer

from .json_text import BadFile
from .signing import RECEIPT, Signed, sign, verify

_BODY = re.compile(
    r"file (?P<file>[0-9a-f-]{36})\nmanifest (?P<manifest>[0-9a-f]{64})\n"
    r"received by (?P<school>[^\n]{1,200})\nurn (?P<urn>[^\n]{0,10})\non (?P<day>\d{4}-\d\d-\d\d)\n"
)
NOT_ONE = "This is not a receipt as Harbour writes it. Ask the other school for the file that they downloaded."


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a school says that it has received: `manifest` is the SHA-256 of `manifest.json`."""

    file: UUID
    manifest: str
    school: str
    urn: str
    day: date

    def body(self) -> str:
        """The lines that are signed, below the first."""
        school = "".join(letter for letter in " ".join(self.school.split()) if letter.isprintable())
        return (
            f"file {self.file}\nmanifest {self.manifest}\nreceived by {school}\nurn {self.urn}\n"
            f"on {self.day.isoformat()}\n"
        )

    def signed(self, signer: Signer) -> str:
        """The receipt as it goes back: a text file."""
        return sign(RECEIPT, self.body(), signer)

    @classmethod
    def read(cls, text: str) -> tuple["Receipt", Signed]:
        """A receipt whose signature is good, and whose key that is. Raises `BadFile`.

        Whether the key is known is not asked here.
        """
        signed = verify(RECEIPT, text)
        found = _BODY.fullmatch(signed.body)
        # What turns the direction of a line would let it say something else to an eye.
        if not found or not (found["school"].isprintable() and found["urn"].isprintable()):
            raise BadFile(NOT_ONE)
        try:
            read = cls(
                UUID(found["file"]), found["manifest"], found["school"], found["urn"], date.fromisoformat(found["day"])
            )
        except ValueError:
            raise BadFile(NOT_ONE) from None
        return read, signed
