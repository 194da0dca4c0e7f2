"""Where is a file while it comes in?

In memory: Django's own way is a temporary file, in which it would stand unsealed.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, UnreadablePostError

from .kinds import MOST_IN_ALL

# A list of children may be larger than a file that is attached.
MOST_OF_ONE = 50 * 2**20
# What is read at all, most of it to be told that it is too large.
MOST_COMING = 275 * 2**20


class InMemory(FileUploadHandler):
    """Keeps what comes in, and reads on without keeping where a file, or all together, are larger than may be attached.

    A file that was too large arrives cut off, with the size that it had, so that the form can say which it is.
    """

    chunk_size = 256 * 1024

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        if content_length > MOST_COMING:
            raise RequestDataTooBig("more than may be sent at once")
        self.total = 0
        input_data.read = _whole(input_data.read, content_length)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if not _is_somebodys(self.request):
            # No page takes a file of a stranger, and none fills the memory with one. What it was called is told to who
            # sent it where that cannot be known: the database is away.
            self.request.files_let_go = [*getattr(self.request, "files_let_go", ()), self.file_name or ""]  # type: ignore[union-attr]
            raise SkipFile
        self.file = BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = min(MOST_OF_ONE + 1 - self.file.tell(), MOST_IN_ALL - self.total)
        self.file.write(raw_data[: max(room, 0)])
        self.total += min(len(raw_data), max(room, 0))

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.file.seek(0)
        return InMemoryUploadedFile(
            file=self.file,
            field_name=self.field_name,
            name=self.file_name or "",
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def _is_somebodys(request: HttpRequest | None) -> bool:
    """Whether somebody who is signed in sends it; not, where no database says so."""
    user = getattr(request, "user", None)
    try:
        return user is not None and user.is_authenticated
    except (DatabaseError, InterfaceError):
        return False


def _whole(read: Callable[[int], bytes], length: int) -> Callable[[int], bytes]:
    """`read`, which raises where less comes than was announced: Django takes what a cut connection left for all of
    it.
    """
    left = length

    def read_on(size: int) -> bytes:
        nonlocal left
        data = read(size)
        left -= len(data)
        if left > 0 and size and not data:
            raise UnreadablePostError("cut off")
        return data

    return read_on
