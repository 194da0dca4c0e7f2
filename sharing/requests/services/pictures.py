"""Draw a page of an item from the file that was copied: as it is, and as it is given."""

from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.sealing import files
from safeguarding.sealing.subjects import record_of
from safeguarding.uploads import copies
from safeguarding.uploads.copies import Copied
from sharing.requests.models import RequestFile, RequestItem
from sharing.requests.redacting.marks import DrawnPage
from sharing.requests.redacting.pages import painted_on

from . import documents


def picture_of(item: RequestItem, n: int) -> bytes:
    """Page `n` as it is in the file. Raises `BadInput` where there is none, `OutOfTurn` where it cannot be drawn."""
    file = _file_of(item)
    _page_of(item, n)
    return _drawn(copies.draw(file.of_kind, _content(file), first=n, last=n))


def released_picture_of(item: RequestItem, n: int) -> bytes:
    """Page `n` with what is taken out painted over in the picture itself. Raises the same."""
    file = _file_of(item)
    page = _page_of(item, n)
    painted = [one.area for one in painted_on(page, documents.marks_of(item))]
    return _drawn(copies.draw_painted(file.of_kind, _content(file), n, painted))


def _page_of(item: RequestItem, n: int) -> DrawnPage:
    page = documents.document_of(item).page_of.get(n)
    if page is None:
        raise BadInput(f"This item has no page {n}. Open it again.")
    return page


def _file_of(item: RequestItem) -> RequestFile:
    file = RequestFile.objects.filter(item=item).first()
    if file is None or not file.stored or not file.may_be_opened:
        raise OutOfTurn("There is no file behind this item from which a page could be drawn.")
    return file


def _content(file: RequestFile) -> bytes:
    record, _ = record_of(file)
    return b"".join(files.read(file.stored, record=record))


def _drawn(copied: Copied) -> bytes:
    if copied.problem or not copied.pages:
        raise OutOfTurn(copied.problem or copies.UNREADABLE)
    return copied.pages[0].picture
