"""Which documents go along in a pack? Files of records that were chosen, ticked one by one.

They lie inside the PDF as attachments, under names that say nothing but which is which. What is in them is not read:
no name is taken out of them. A picture goes along without where, when and with what it was taken.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import pikepdf
from django.apps import apps
from django.template.defaultfilters import filesizeformat

from safeguarding.accounts.models import User
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.exceptions import BadInput
from safeguarding.parts import Block
from safeguarding.uploads.kinds import KINDS
from safeguarding.uploads.models import StoredFile
from safeguarding.uploads.services.giving import give_out
from sharing.events.models import SharedItem, SharingEvent

# What e-mail and portals take, and a reader can open: pages and documents together.
LARGEST = 50 * 2**20
TOO_MUCH = "These documents are larger than 50 MB together. Leave some out, and share them by a decision of their own"
GONE = (
    "A document that was to go along cannot be opened any more, or is not there for you. Choose the records again, "
    "without it"
)
_EXTENSIONS = {kind.content_type: kind.extensions[0] for kind in KINDS.values()}


@dataclass(frozen=True)
class Document:
    """A file that goes along: its number in the pack, the record that it belongs to, and the file."""

    number: int
    item: SharedItem
    file: StoredFile

    @property
    def called(self) -> str:
        """Document 2."""
        return f"Document {self.number}"

    @property
    def about(self) -> str:
        """Word document, 120 KB."""
        return f"{self.file.of_kind.title}, {filesizeformat(self.file.size)}"


def has_document(block: Block) -> bool:
    """Whether a record is a file that may go along."""
    return any(issubclass(apps.get_model(one.label), StoredFile) for one in block.files)


def documents_of(asks: Asks, items: Iterable[SharedItem]) -> list[Document]:
    """The documents that go along, in the order of the records, as far as the person asking may open them. One query
    for each kind of record that has any.
    """
    enclosed = [one for one in items if one.is_enclosed]
    wanted: defaultdict[str, list[UUID]] = defaultdict(list)
    for one in enclosed:
        wanted[one.record_type].append(one.record_key)
    found = {row.pk: row for label, keys in wanted.items() for row in _files(asks, label, keys)}
    there = [one for one in enclosed if one.record_key in found]
    return [Document(number, one, found[one.record_key]) for number, one in enumerate(there, 1)]


def _files(asks: Asks, label: str, keys: Collection[UUID]) -> Iterator[StoredFile]:
    rows = visible(asks, apps.get_model(label)).filter(pk__in=keys)
    return (row for row in rows if row.may_be_opened and row.stored)


def ensure_whole(items: Iterable[SharedItem], documents: Collection[Document]) -> None:
    """Raise `BadInput` where a document that was ticked cannot go along, or all of them are too large."""
    if sum(one.is_enclosed for one in items) != len(documents):
        raise BadInput(f"{GONE}.")
    ensure_small(documents)


def ensure_small(documents: Collection[Document]) -> None:
    """Raise `BadInput` where documents are too large together."""
    if sum(one.file.size for one in documents) > LARGEST:
        raise BadInput(f"{TOO_MUCH}.")


def enclosed(pdf: bytes, event: SharingEvent, documents: Collection[Document], *, to: User) -> bytes:
    """The pages with the documents inside. Raises what `give_out` raises."""
    if not documents:
        return pdf
    out = BytesIO()
    with pikepdf.Pdf.open(BytesIO(pdf)) as whole:
        for one in documents:
            given = give_out(one.file, to=to)
            name = f"{event.reference} document {one.number}.{_EXTENSIONS[given.content_type]}"
            content, kind = b"".join(given.content), given.content_type.partition(";")[0]
            whole.attachments[name] = pikepdf.AttachedFileSpec(
                whole, content, filename=name, description=one.called, mime_type=kind
            )
        whole.save(out)
    return out.getvalue()
