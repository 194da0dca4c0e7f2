"""How does a test make a file of another school? A record in a few words, bound into volumes and signed."""

from datetime import date, time
from functools import partial
from io import BytesIO
from typing import Any

import pikepdf

from children.models import Child
from safeguarding.audit.seals.notes import Signer
from safeguarding.keys import uuid7
from sharing.transfer_file.containers import Content, bind
from sharing.transfer_file.record import FileChild, FileEntry, FileRecord, FileSchool

WORDS = "heron-lantern-quarry-willow"
SENDER = FileSchool("Alder Brook Primary School", "999002", "999", "1002")
TEXT = b"Notes of a meeting.\n"
SIGNER = Signer.make("harbour/0123456789abcdef")


def entry(**said: Any) -> FileEntry:
    """One entry, by itself a concern of last March."""
    given: dict[str, Any] = {
        "key": uuid7(),
        "kind": "Concern",
        "title": "",
        "happened": date(2026, 3, 12),
        "clock": time(9, 40),
        "written_by": "Mr B Hale, class teacher",
        "texts": (("What was seen or heard", "He said that he was hungry."),),
        "documents": (),
        "is_restricted": False,
        "is_adoption": False,
        "came_from": "",
    }
    return FileEntry(**given | said)


def who(child: Child, **said: Any) -> FileChild:
    """The child as the other school knows it."""
    given: dict[str, Any] = {
        "upn": child.detail.upn,
        "legal_first": child.forename,
        "legal_last": child.surname,
        "known_as": "",
        "date_of_birth": child.detail.date_of_birth,
    }
    return FileChild(**given | said)


def record_of(child: Child, *entries: FileEntry, about: FileChild | None = None, **said: Any) -> FileRecord:
    given: dict[str, Any] = {
        "file": uuid7(),
        "child": about or who(child),
        "sent_from": SENDER,
        "sent_to": "Saltmarsh Lane Primary School",
        "made_on": date(2026, 11, 20),
        "entries": entries or (entry(),),
        "is_addition": False,
    }
    return FileRecord(**given | said)


def page(number: int) -> bytes:
    """A PDF of one page that no other volume has."""
    pdf, out = pikepdf.new(), BytesIO()
    pdf.add_blank_page(page_size=(200 + number, 300))
    pdf.save(out)
    return out.getvalue()


def volumes(
    record: FileRecord, *, documents: dict[str, bytes] | None = None, count: int = 1, signer: Signer = SIGNER
) -> list[bytes]:
    """The volumes of a file; its documents lie in the last."""
    held = [{} for _ in range(count - 1)] + [documents or {}]
    contents = [
        Content(page(number), {name: partial(bytes, content) for name, content in some.items()})
        for number, some in enumerate(held)
    ]
    return list(bind(record, contents, words=WORDS, signer=signer).volumes)
